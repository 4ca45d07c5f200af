"""Every attack on the grader: what it got, what the report says, and that nobody else felt it."""
import re

import hostile
import psutil
import pytest


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_OF_THE_TEACHER", "4711")
        patch.setenv("TMPDIR", str(rooms := tmp_path_factory.mktemp("rooms")))
        return {**outcome(tmp_path_factory.mktemp("hostile")), "rooms": rooms}


def outcome(place, without=()):
    attacks, rows, results, arrived = hostile.run(place, without=without)
    return {"attacks": {a.name: a for a in attacks}, "rows": rows, "results": results, "arrived": arrived, "place": place}


def missing_walls(graded):
    return [w for w in ("namespaces", "landlock") if w not in graded["results"][hostile.HONEST[0]]["walls"]]


def names():
    from pathlib import Path
    return [a.name for a in hostile.attacks(Path("/nowhere"), 1)]


@pytest.mark.parametrize("name", names())
def test_attack_gets_what_it_earned_and_is_told(graded, name):
    attack, row = graded["attacks"][name], graded["rows"][name]
    if attack.points is not None:
        assert row["points"] == attack.points
    assert attack.problem in row["remarks"]


@pytest.mark.parametrize("honest", hostile.HONEST)
def test_nobody_else_feels_it(graded, honest):
    row = graded["rows"][honest]
    assert row["points"] == hostile.FULL and row["remarks"] == ""


def test_nothing_was_written_outside_and_nothing_read(graded):
    if "landlock" in missing_walls(graded):
        pytest.skip("this kernel has no Landlock: files are guarded by the container only")
    assert sorted(p.name for p in graded["place"].iterdir()) == ["out", "sub"]
    assert "me,100" not in (graded["place"] / "out" / "grades.csv").read_text("utf-8")
    for name in "reads the solutions", "reads another student's notebook", "writes into the grades":
        assert graded["results"][name]["cells"][0][1] == "PermissionError"


def test_the_teachers_environment_stays_unknown(graded):
    assert graded["results"]["looks for secrets in the environment"]["cells"] == [[2, "KeyError", "'SECRET_OF_THE_TEACHER'"]]


def test_no_connection_arrives(graded):
    if missing_walls(graded) == ["namespaces", "landlock"]:
        pytest.skip("this system offers neither namespaces nor Landlock")
    assert graded["arrived"] == 0


def test_nothing_is_left_running(graded):
    """After the daemon had its time: no process of a notebook is there any more."""
    rooms = str(graded["rooms"])
    assert [p for p in psutil.process_iter(["cwd"]) if str(p.info["cwd"]).startswith(rooms)] == []
    assert not list(graded["rooms"].iterdir()) and not (graded["place"] / "daemon_was_here").exists()


def test_links_and_tricks_in_zips(graded):
    rows = graded["rows"]
    for student in "a link", "zip link":
        assert "link" in rows[student]["remarks"] and rows[student]["points"] == 0
    assert "Clear its outputs" in rows["zeros"]["remarks"]
    right = [r for r in rows.values() if r["path"].startswith("tricks.zip/") and r["points"] == hostile.FULL]
    assert len(right) == 4
    assert not list(graded["place"].parent.glob("climbed")) and not graded["place"].joinpath("a linked folder").exists()


def test_pages_hold_no_markup_of_a_student(graded):
    for page in (graded["place"] / "out").rglob("*.html"):
        text = page.read_text("utf-8")
        assert "<script" not in text and "http://" not in text and "https://" not in text
        assert re.fullmatch(r"[\w.-]+\.html", page.name) and len(page.name) < 120


def test_no_cell_of_the_table_is_a_formula(graded):
    cells = re.split(r"[,\n]", (graded["place"] / "out" / "grades.csv").read_text("utf-8-sig"))
    assert "'=HYPERLINK(1)" in cells and not any(c.startswith(("=", "+", "@")) for c in cells)


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["namespaces", "disk", "landlock"])
def test_with_one_wall_less_nobody_else_feels_it_and_no_connection_arrives(tmp_path, missing):
    """In a container without namespaces, or on an old kernel without Landlock, the other walls stand."""
    graded = outcome(tmp_path, (missing,))
    if "namespaces" in missing_walls(graded) and "landlock" in missing_walls(graded):
        pytest.skip("this system offers only one of the two")
    for honest in hostile.HONEST:
        assert graded["rows"][honest]["points"] == hostile.FULL
    assert graded["arrived"] == 0
