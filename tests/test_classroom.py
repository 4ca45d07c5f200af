"""Hand out, collect, grade, report: names as platforms make them, nothing lost, nothing told that should not be."""
import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import hostile
import nbformat
import numpy as np
import psutil
import pytest
import yaml
from nbclient import NotebookClient

from helpers.classroom import grade as grading
from helpers.classroom.__main__ import main
from helpers.classroom.collect import collect, read_notebook, which
from helpers.classroom.grade import grade
from helpers.classroom.marked import ASSIGNMENTS, Written, questions
from helpers.classroom.merge import merge
from helpers.classroom.release import release
from helpers.classroom.report import report
from helpers.classroom.wire import pack, unpack

NAMES = {
    "Moodle": ("Anna Müller_4711_assignsubmission_file_/assignment_1.ipynb", "Anna Müller_4711"),
    "Moodle, second file": ("Anna Müller_4711_assignsubmission_file/assignment_1 (1).ipynb", "Anna Müller_4711"),
    "Canvas": ("mulleranna_4711_1234_assignment_1-2.ipynb", "mulleranna_4711_1234"),
    "Canvas, late": ("mulleranna_LATE_4711_1234_assignment_1.ipynb", "mulleranna_LATE_4711_1234"),
    "a folder each": ("Jan de Vries/assignment_1.ipynb", "Jan de Vries"),
    "nested": ("Jan de Vries/week 3/final/my copy of assignment_1.ipynb", "Jan de Vries"),
}


def put(folder, files):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return folder


def submission(**answers):
    return hostile.notebook(answers=answers)


def grades(out):
    return list(csv.DictReader(io.StringIO((out / "grades.csv").read_text("utf-8-sig"), newline="")))


@pytest.mark.parametrize("case", NAMES)
def test_students_are_found_in_the_paths_of_platforms(tmp_path, case):
    path, student = NAMES[case]
    other = "Otto_1_assignsubmission_file/assignment_1.ipynb" if "/" in path else "otto_1_2_assignment_1.ipynb"
    found = collect(put(tmp_path, {path: submission(), other: submission()}))
    assert student in [s.student for s in found]


def test_a_zip_gives_the_same_as_its_folder(tmp_path):
    files = {path: submission() for path, _ in NAMES.values()}
    folder = put(tmp_path / "all", files)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in files:
            archive.write(folder / path, path)
    assert collect(folder) == collect(tmp_path / "all.zip")


def test_files_of_the_system_are_no_submissions(tmp_path):
    put(tmp_path, {"A/.ipynb_checkpoints/assignment_1-checkpoint.ipynb": b"x", "__MACOSX/A/._assignment_1.ipynb": b"x",
                   "A/assignment_1.ipynb": submission(), "A/notes.txt": b"x"})
    assert [s.path for s in collect(tmp_path)] == ["A/assignment_1.ipynb"]


@pytest.mark.parametrize("name, said", [("nothing", "there is no such folder"), ("x.txt", "expected a folder, a .zip")])
def test_what_cannot_be_graded_is_named(tmp_path, name, said):
    (tmp_path / "x.txt").write_text("x")
    with pytest.raises((OSError, ValueError), match=said):
        collect(tmp_path / name)


def test_a_variant_that_was_changed_is_told():
    book = submission()
    book["metadata"]["classroom"]["variant"] = 5
    cells, metadata = read_notebook(json.dumps(book).encode())
    assert which(cells, metadata, "x.ipynb") == ("assignment_1", 5, "VARIANT was changed to 0; it was handed out as 5")


@pytest.mark.parametrize("value", [3, 2.5, "B", None, ..., True, [1, 2], (1, [2.0]), {"a": np.ones(2)}, np.arange(6).reshape(2, 3),
                                   np.array([True]), np.array([np.nan, np.inf])])
def test_values_arrive_as_they_were_sent(value):
    back = unpack(json.loads(json.dumps(pack(value))))
    np.testing.assert_equal(back, value)
    assert type(back) is type(value)


@pytest.mark.parametrize("forged", [{"array": [1, 2], "shape": [3], "kind": "f"}, {"array": ["x"], "shape": [1], "kind": "f"},
                                    {"array": [1], "shape": [1], "kind": "O"}, {"class": "os.system"}, [1, 2]])
def test_what_was_not_packed_is_refused(forged):
    with pytest.raises(ValueError):
        unpack(forged)


@pytest.fixture(scope="module")
def small_class(tmp_path_factory):
    """Six students: two right, one of them twice; two mistakes, one blank, one who wrote into a cell only."""
    place = tmp_path_factory.mktemp("class")
    first, second = list(hostile.ASKED)[:2]
    wrong = [next(iter(hostile.ASKED[n].mistakes.values())) for n in (first, second)]
    put(place / "in", {"Ada/assignment_1.ipynb": submission(), "Ben/assignment_1.ipynb": submission(**{first: wrong[0]}),
                       "Cem/assignment_1.ipynb": submission(**{first: wrong[0], second: wrong[1]}),
                       "Dai/assignment_1.ipynb": submission(**{n: q.stub for n, q in hostile.ASKED.items()}),
                       "Eve/assignment_1.ipynb": submission(**{second: wrong[1]}), "Eve/assignment_1 (1).ipynb": submission()})
    report(grade(place / "in", place / "out"), place / "out")
    return place


def test_points_mistakes_and_remarks(small_class):
    first, second = (hostile.ASKED[n] for n in list(hostile.ASKED)[:2])
    rows = {r["student"]: r for r in grades(small_class / "out")}
    assert {s: int(r["points"]) for s, r in rows.items()} == {
        "Ada": hostile.FULL, "Ben": hostile.FULL - first.points, "Cem": hostile.FULL - first.points - second.points, "Dai": 0,
        "Eve": hostile.FULL}
    assert "2 notebooks were handed in" in rows["Eve"]["remarks"]
    page = (small_class / "out" / "feedback" / rows["Ben"]["feedback"]).read_text("utf-8")
    assert next(iter(first.mistakes)).split("'")[0][:40] in page
    assert re.search(r"<td class=\"n\">2</td><td><span class=\"bar\"", (small_class / "out" / "class.html").read_text("utf-8"))


def test_grading_twice_gives_the_same_bytes(small_class, tmp_path):
    """In a fresh folder, and in the old one, where nothing is run again."""
    def content(folder):
        return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    before = content(small_class / "out")
    report(grade(small_class / "in", tmp_path), tmp_path)
    assert content(tmp_path) == before
    report(grade(small_class / "in", small_class / "out"), small_class / "out")
    assert content(small_class / "out") == before


def test_only_what_changed_runs_again(small_class, tmp_path, monkeypatch):
    put(tmp_path / "in", {f"{n}/assignment_1.ipynb": submission() for n in ("Ada", "Ben")})
    grade(tmp_path / "in", tmp_path)
    put(tmp_path / "in", {"Ben/assignment_1.ipynb": submission(), "Cem/assignment_1.ipynb": submission()})
    ran = []
    monkeypatch.setattr(grading, "run_all", lambda todo, *rest: ran.extend(s.student for s, _, _ in todo) or [])
    with pytest.raises(KeyError):
        grade(tmp_path / "in", tmp_path)
    assert ran == ["Cem"]


def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path):
    """Killed with results half done: the second run keeps those, and the tables are whole."""
    put(tmp_path / "in", {f"S{i}/assignment_1.ipynb": hostile.notebook("import time\ntime.sleep(1)") for i in range(4)})
    command = [sys.executable, "-m", "helpers.classroom", "grade", str(tmp_path / "in"), "--jobs", "1"]
    run = subprocess.Popen(command, cwd=Path(__file__).parents[1], stderr=subprocess.PIPE, text=True, bufsize=1)
    while not list((tmp_path / "in_grades").glob("results/*.json")):
        assert run.poll() is None
    run.kill()
    run.wait()
    kept = {p: p.stat().st_mtime_ns for p in (tmp_path / "in_grades" / "results").glob("*.json")}
    assert 1 <= len(kept) < 4 and not (tmp_path / "in_grades" / "grades.csv").exists()
    subprocess.run(command, cwd=Path(__file__).parents[1], check=True, capture_output=True)
    assert all(p.stat().st_mtime_ns == when for p, when in kept.items())
    assert [int(r["points"]) for r in grades(tmp_path / "in_grades")] == [hostile.FULL] * 4


def interruptible():
    """Tests may have been started in the background, where Ctrl-C is switched off for all that they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_goes_on_after_a_grader_that_was_stopped(tmp_path, how):
    """Stopped amid a hundred loops, which would take half an hour: the processes that run the notebook end with it."""
    book = hostile.notebook("while True:\n    pass")
    book["cells"] += book["cells"][1:2] * 100
    put(tmp_path / "in", {"A/assignment_1.ipynb": book})
    run = subprocess.Popen([sys.executable, "-m", "helpers.classroom", "grade", str(tmp_path / "in"), "--seconds", "3000"],
                           stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[1], preexec_fn=interruptible)
    family = []
    while len(family) < 3:
        assert run.poll() is None
        family = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(how)
    run.wait(60)
    _, left = psutil.wait_procs(family, timeout=60)
    assert left == []


def test_a_notebook_that_ended_the_grader_twice_is_left_alone(tmp_path):
    put(tmp_path / "in", {"A/assignment_1.ipynb": submission()})
    key, _ = grading.prepare(collect(tmp_path / "in")[0])
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / f"{key}.tried").write_text("2")
    assert "look at it by hand" in grade(tmp_path / "in", tmp_path)[0]["problem"]


def test_shards_together_are_the_whole(small_class, tmp_path):
    parts = []
    for i in range(3):
        parts.append(tmp_path / f"part_{i}")
        report(grade(small_class / "in", parts[-1], shard=(i, 3)), parts[-1])
    used = [p for p in parts if list(p.glob("results/*.json"))]
    report(merge(used, tmp_path / "all"), tmp_path / "all")
    same_tables(tmp_path / "all", small_class / "out")


CLUSTER = Path(__file__).parents[1] / "helpers" / "classroom" / "cluster"


def same_tables(out, expected):
    for name in "grades.csv", "class.html", "to_mark.csv":
        assert (out / name).read_bytes() == (expected / name).read_bytes()


def test_slurm_script_grades_in_parts_and_merges(small_class, tmp_path):
    """Run as Slurm would: once for each part, in any order; the last one writes the tables."""
    given = {**os.environ, "IN": str(small_class / "in"), "OUT": str(tmp_path), "PARTS": "3", "PYTHON": sys.executable}
    for part in "2", "3", "1":
        assert not (tmp_path / "grades.csv").exists()
        subprocess.run(["bash", str(CLUSTER / "slurm.sh")], env={**given, "SLURM_ARRAY_TASK_ID": part}, check=True,
                       cwd=Path(__file__).parents[1], capture_output=True)
    same_tables(tmp_path, small_class / "out")


@pytest.mark.slow
def test_kubernetes_job_grades_in_parts_and_merges(small_class, tmp_path):
    """The commands of the two Jobs, run here: as many parts as completions, then the merge."""
    grading_job, merging_job, policy = yaml.safe_load_all((CLUSTER / "kubernetes.yaml").read_text("utf-8"))
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"] and "egress" not in policy["spec"]
    assert grading_job["spec"]["parallelism"] == grading_job["spec"]["completions"] and merging_job["spec"]["suspend"]

    def command(job):
        container = job["spec"]["template"]["spec"]["containers"][0]
        here = {"exec python": sys.executable, "/class/in": small_class / "in", "/class/out": tmp_path}
        text = container["args"][0]
        for there, path in here.items():
            text = text.replace(there, shlex.quote(str(path)))
        return [*container["command"], text]

    for index in range(grading_job["spec"]["completions"]):
        subprocess.run(command(grading_job), env={**os.environ, "JOB_COMPLETION_INDEX": str(index)}, check=True,
                       cwd=Path(__file__).parents[1], capture_output=True)
    subprocess.run(command(merging_job), check=True, cwd=Path(__file__).parents[1], capture_output=True)
    same_tables(tmp_path, small_class / "out")


def test_marks_of_the_teacher_are_kept_and_counted(tmp_path):
    name, question = next((n, q) for n, q in questions("assignment_1", 0).items() if isinstance(q, Written))
    book = submission()
    book["cells"].append({"cell_type": "markdown", "metadata": {"tags": [f"written:{name}"]}, "source": "=1+1, because."})
    put(tmp_path / "in", {"Ada/assignment_1.ipynb": book})
    out = tmp_path / "out"
    report(grade(tmp_path / "in", out), out)
    assert grades(out)[0]["to_mark"] == str(question.points) and grades(out)[0][name] == ""
    text = (out / "to_mark.csv").read_text("utf-8-sig")
    assert "'=1+1, because." in text
    (out / "to_mark.csv").write_text(text.replace(f"{name},,", f'{name},"1,5",'), encoding="utf-8")
    for _ in range(2):
        report(grade(tmp_path / "in", out), out)
        assert float(grades(out)[0]["points"]) == hostile.FULL + 1.5 and grades(out)[0]["to_mark"] == "0"
    (out / "to_mark.csv").write_text(text.replace(f"{name},,", f"{name},many,"), encoding="utf-8")
    with pytest.raises(ValueError, match="row 2: points is 'many'; expected a number from 0 to"):
        report(grade(tmp_path / "in", out), out)
    assert "many" in (out / "to_mark.csv").read_text("utf-8")


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release") / "out"
    release(folder, variants=2)
    return folder


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_nothing_that_is_released_contains_an_answer(released, assignment):
    """No line of a solution that the notebook does not give, no message of a mistake, no right letter or number."""
    for variant in 0, 1:
        text = "\n".join(p.read_text("utf-8") for p in (released / assignment / f"variant_{variant}").iterdir())
        for question in questions(assignment, variant).values():
            if isinstance(question, Written):
                continue
            assert json.dumps(question.solution)[1:-1] not in text and question.solution not in text
            for message in question.mistakes:
                assert json.dumps(message)[1:-1] not in text
            if question.why:
                assert question.why not in text


def test_released_variants_differ_and_run(released, tmp_path):
    """The notebook of each variant runs as it is, blank, in its own folder."""
    for assignment in ASSIGNMENTS:
        one, two = (released / assignment / f"variant_{k}" for k in (0, 1))
        assert (one / f"{assignment}.ipynb").read_text("utf-8") != (two / f"{assignment}.ipynb").read_text("utf-8")
    book = nbformat.read(two / f"{assignment}.ipynb", as_version=4)
    NotebookClient(book, timeout=60, resources={"metadata": {"path": str(two)}}).execute()
    assert "not attempted" in str(book.cells)


def test_each_student_of_a_list_gets_a_folder_and_a_variant(tmp_path):
    (tmp_path / "list.txt").write_text("Zoë Ünal\nBo/Li\n\n", encoding="utf-8")
    made = release(tmp_path / "out", students=tmp_path / "list.txt", only=["assignment_1"])
    assert [p.name for p in made] == ["Zoë Ünal", "Bo_Li"]
    assert (tmp_path / "out" / "variants.csv").read_text("utf-8-sig") == "student,variant\nZoë Ünal,0\nBo_Li,1\n"
    assert json.loads((made[1] / "assignment_1.ipynb").read_text("utf-8"))["metadata"]["classroom"]["variant"] == 1


@pytest.mark.parametrize("options, said", [
    (dict(variants=0), "variants is 0; expected 1 or more"), (dict(only=["assignment_9"]), "assignment is 'assignment_9'"),
    (dict(students="none.txt"), "none.txt")])
def test_release_names_what_is_wrong(tmp_path, options, said):
    with pytest.raises((ValueError, OSError), match=said):
        release(tmp_path / "out", **options)


def test_release_touches_no_folder_that_is_in_use(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="expected one that does not exist yet, or an empty one"):
        release(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_says_what_is_wrong_in_a_line(tmp_path):
    run = subprocess.run([sys.executable, "-m", "helpers.classroom", "grade", str(tmp_path / "no")], capture_output=True,
                         text=True, cwd=Path(__file__).parents[1])
    assert run.returncode == 1 and "there is no such folder or file" in run.stderr and "Traceback" not in run.stderr
    with pytest.raises(SystemExit):
        main(["grade", "x", "--shard", "5/4"])


def test_the_watching_process_has_never_loaded_a_solution():
    """A notebook runs in a copy of it: what is not in its memory cannot be found there."""
    code = ("import sys, helpers.classroom.keeper\n"
            "print([m for m in sys.modules if 'assignment' in m or 'lesson' in m or m.endswith('marked')])")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1], check=True)
    assert run.stdout.strip() == "[]"
