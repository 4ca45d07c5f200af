"""What a teacher does by hand: lists of names, and marks as spreadsheets save them. Nothing is lost, and what is odd is told."""
import csv
import io
import shutil

import pytest
from test_classroom import grades, put, submission

from helpers.classroom.grade import grade
from helpers.classroom.marked import Written, questions
from helpers.classroom.pages import STYLE, html_table
from helpers.classroom.release import release
from helpers.classroom.report import report
from helpers.classroom.roster import same_person

MARKED_BY = {
    "LibreOffice": (",", "utf-8", "\n", []), "Excel, UTF-8": (",", "utf-8-sig", "\r\n", []),
    "Excel in German": (";", "utf-8-sig", "\r\n", []), "Excel in German, old": (";", "cp1252", "\r\n", []),
    "Excel, Unicode text": ("\t", "utf-16", "\r\n", []), "other order": (";", "utf-8", "\r\n", ["points", "question"]),
    "Excel's own first line": (";", "utf-8-sig", "\r\n", [])}


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """Two students with an answer in words, graded: the folder, the name of the question, its points."""
    place = tmp_path_factory.mktemp("answered")
    name, question = next((n, q) for n, q in questions("assignment_1", 0).items() if isinstance(q, Written))
    put(place / "in", {f"{who}/assignment_1.ipynb": in_words(name, "One; two, \"three\".\n- four → ü") for who in ("Zoë", "Bo")})
    report(grade(place / "in", place / "out"), place / "out")
    return place, name, question.points


def in_words(name, text):
    book = submission()
    book["cells"].append({"cell_type": "markdown", "metadata": {"tags": [f"written:{name}"]}, "source": text})
    return book


def marked_again(answered, tmp_path, change, content=None):
    """Grade with to_mark.csv as somebody saved it: change(rows) edits, content(rows) makes the bytes."""
    place, name, _ = answered
    shutil.copytree(place / "out", tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "to_mark.csv").read_text("utf-8-sig"), newline="")))
    change(rows)
    (tmp_path / "out" / "to_mark.csv").write_bytes((content or as_saved)(rows))
    report(grade(place / "in", tmp_path / "out"), tmp_path / "out")
    return {r["student"]: r for r in grades(tmp_path / "out")}, tmp_path / "out"


def as_saved(rows, delimiter=",", encoding="utf-8", end="\n", first=(), before=""):
    text = io.StringIO(newline="")
    names = [*first, *(n for n in rows[0] if n not in first)]
    writer = csv.DictWriter(text, names, delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return (before + text.getvalue() + 3 * (delimiter * (len(names) - 1) + end)).encode(encoding, "replace")


@pytest.mark.parametrize("program", MARKED_BY)
def test_marks_are_read_as_spreadsheets_save_them(answered, tmp_path, program):
    """Semicolons, other encodings, empty rows, another order of columns: all points count, and nothing else changes."""
    def change(rows):
        for one, points in zip(rows, ("1,5", "2"), strict=True):
            one["points"] = points
    delimiter, encoding, end, first = MARKED_BY[program]
    rows, out = marked_again(answered, tmp_path, change, lambda rows: as_saved(
        rows, delimiter, encoding, end, first, "sep=;\r\n" if "first line" in program else ""))
    assert {who: float(r[answered[1]]) for who, r in rows.items()} == {"Bo": 1.5, "Zoë": 2}
    assert not any(r["remarks"] for r in rows.values()) and "Points for nobody" not in (out / "class.html").read_text("utf-8")
    saved = list(csv.DictReader(io.StringIO((out / "to_mark.csv").read_text("utf-8-sig"), newline="")))
    assert [one["answer"] for one in saved] == 2 * ["One; two, \"three\".\n- four → ü"]


def test_a_comment_and_columns_of_the_teacher(answered, tmp_path):
    """A comment reaches the page of its student, and only that; a column of the teacher's own does no harm."""
    rows, out = marked_again(answered, tmp_path, lambda rows: [
        one.update(mine="?", comment=f"<b> {one['student']}") for one in rows])
    page = (out / "feedback" / rows["Bo"]["feedback"]).read_text("utf-8")
    assert "Your teacher:</strong> &lt;b&gt; Bo" in page and "Zoë" not in page
    assert "<b> Zoë" in (out / "to_mark.csv").read_text("utf-8-sig")


def test_points_whose_student_is_not_found_are_told(answered, tmp_path):
    rows, out = marked_again(answered, tmp_path, lambda rows: rows[1].update(student="Zo?", points="2"))
    assert rows["Zoë"][answered[1]] == "" and rows["Zoë"]["to_mark"] == str(answered[2])
    assert "Points for nobody" in (out / "class.html").read_text("utf-8")
    assert "Zo?" in (out / "class.html").read_text("utf-8") and "Zo?" in (out / "to_mark.csv").read_text("utf-8-sig")


def test_an_answer_that_changed_after_it_was_marked_is_told(answered, tmp_path):
    """The mark stays with what was marked, on every run, until the teacher takes it back."""
    place, name, _ = answered
    rows, out = marked_again(answered, tmp_path, lambda rows: rows[0].update(points="1"))
    put(tmp_path / "in", {"Bo/assignment_1.ipynb": in_words(name, "Something new.")})
    for _ in range(2):
        report(grade(tmp_path / "in", out), out)
        one = grades(out)[0]
        assert one[name] == "1" and "the answer has changed since it was marked" in one["remarks"]
        assert "has changed" not in (out / "feedback" / one["feedback"]).read_text("utf-8")
    text = (out / "to_mark.csv").read_text("utf-8-sig")
    assert "Something new" not in text
    (out / "to_mark.csv").write_text(text.replace(f"{name},1,", f"{name},,"), encoding="utf-8")
    report(grade(tmp_path / "in", out), out)
    assert "Something new" in (out / "to_mark.csv").read_text("utf-8-sig") and not grades(out)[0]["remarks"]


def test_on_a_telephone_words_have_a_line_of_their_own():
    """The last of many columns is set below the others; a table of two columns, of numbers or of bars stays as it is."""
    for heads, told in [(["question", "#points", "verdict"], True), (["#cell", "why"], False), (["a", "b", "#points"], False),
                        (["points", "#students", ""], False)]:
        assert ('class="told"' in html_table(heads, [["x"] * len(heads)])) == told
    assert ".told td:last-child { flex-basis: 100%" in STYLE


@pytest.mark.parametrize("roster, said", [
    ("student,variant\nZoë,0\nBo,0\n", {}), ("student;variant\nZoë;3\nBo;0\n", {"Zoë": "it is variant 0, given to Bo, not 3"}),
    ("student,variant\nBo,0\n", {"Zoë": "its student is not in the roster"})])
def test_the_variant_of_somebody_else_is_told_to_the_teacher_alone(answered, tmp_path, roster, said):
    place, _, _ = answered
    (tmp_path / "variants.csv").write_text(roster, encoding="utf-8")
    report(grade(place / "in", place / "out"), tmp_path, tmp_path / "variants.csv")
    assert {r["student"]: r["remarks"] for r in grades(tmp_path) if r["remarks"]} == said
    assert not any("variant" in p.read_text("utf-8") for p in (tmp_path / "feedback").iterdir())


def test_who_handed_in_no_notebook_is_told(answered, tmp_path):
    """A page or a PDF in place of the notebook is no row of grades.csv, so the roster has to say it."""
    (tmp_path / "variants.csv").write_text("student,variant\nZoë,0\nBo,0\nAnn Li,0\n", encoding="utf-8")
    report(grade(answered[0] / "in", answered[0] / "out"), tmp_path, tmp_path / "variants.csv")
    assert "<p>Ann Li. They are on the roster;" in (tmp_path / "class.html").read_text("utf-8")


@pytest.mark.parametrize("name, handed_in, same", [
    ("O'Brien, Séamus", "obrienseamus_81_8177", True), ("Smith/Jones, Kim (2)", "Smith_Jones, Kim (2)_81", True),
    ("Mary Ann Smith", "smithmaryann_LATE_1_2", True), ("李小龍", "李小龍_103", True), ("Ann", "Anna_7", False),
    ("Anna", "Ann_7", False)])
def test_a_name_is_found_in_what_a_platform_makes_of_it(name, handed_in, same):
    assert same_person(name, handed_in) == same


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_lists_are_read_in_the_encoding_of_any_editor(tmp_path, encoding):
    (tmp_path / "list.txt").write_text("Zoë  Ünal\r\nCON\r\n", encoding=encoding)
    made = release(tmp_path / "out", students=tmp_path / "list.txt", only=["assignment_1"])
    assert [p.name for p in made] == ["Zoë Ünal", "CON_"]


def test_two_names_that_windows_cannot_tell_apart_are_refused(tmp_path):
    (tmp_path / "list.txt").write_text("ann\nAnn\n")
    with pytest.raises(ValueError, match="'ann' stands there twice"):
        release(tmp_path / "out", students=tmp_path / "list.txt")
