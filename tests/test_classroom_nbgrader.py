"""Teachers who run nbgrader keep it: its three commands, in an environment of its own, on the assignments."""
import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.classroom.marked import ASSIGNMENTS, Written, questions
from helpers.classroom.release import release

ROOT = Path(__file__).parents[1]
PINS = [line for line in (ROOT / "requirements.txt").read_text().split() if line.startswith(("numpy=", "matplotlib=", "psutil="))]
SUBMISSIONS = {"perfect": lambda q: q.solution, "blank": None, "wrong": lambda q: next(iter(q.mistakes.values()))}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder with the sources, and a function that runs nbgrader in it."""
    place = tmp_path_factory.mktemp("nbgrader")
    subprocess.run([sys.executable, "-m", "venv", str(place / "env")], check=True)
    subprocess.run([str(place / "env/bin/pip"), "install", "-q", "nbgrader==0.9.6", *PINS], check=True)
    release(place / "course" / "source", nbgrader=True)
    (place / "course" / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'sharing'\n")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{place / 'env/bin'}:{os.environ['PATH']}",
           "JUPYTER_PATH": "", "JUPYTER_CONFIG_DIR": str(place / "config"), "IPYTHONDIR": str(place / "ipython")}

    def nbgrader(*command):
        run = subprocess.run([str(place / "env/bin/python"), "-m", "nbgrader", *command], cwd=place / "course", env=env,
                             capture_output=True, text=True)
        assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    return place / "course", nbgrader


def hand_in(folder, assignment, student, answer_to):
    """The released notebook, with the answers of one student in it, where nbgrader looks for it."""
    book = json.loads((folder / "release" / assignment / f"{assignment}.ipynb").read_text("utf-8"))
    for cell in book["cells"]:
        for name in (t.removeprefix("exercise:") for t in cell["metadata"].get("tags", []) if t.startswith("exercise:")):
            if answer_to:
                cell["source"] = answer_to(questions(assignment, 0)[name])
    home = folder / "submitted" / student / assignment
    home.mkdir(parents=True)
    (home / f"{assignment}.ipynb").write_text(json.dumps(book), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_nbgrader_releases_grades_and_exports(course, assignment):
    """Full points for what is right, none for blanks and for known mistakes; no answer in what it releases."""
    folder, nbgrader = course
    nbgrader("generate_assignment", assignment, "--create", "--force")
    text = (folder / "release" / assignment / f"{assignment}.ipynb").read_text("utf-8")
    marked = [q for q in questions(assignment, 0).values() if not isinstance(q, Written)]
    assert "HIDDEN TESTS" not in text and not any(json.dumps(q.solution)[1:-1] in text for q in marked)
    for student, answer_to in SUBMISSIONS.items():
        hand_in(folder, assignment, student, answer_to)
    nbgrader("autograde", assignment, "--create")
    nbgrader("export")
    with open(folder / "grades.csv", encoding="utf-8") as file:
        scores = {r["student_id"]: float(r["raw_score"]) for r in csv.DictReader(file) if r["assignment"] == assignment}
    assert scores == {"perfect": sum(q.points for q in marked), "blank": 0, "wrong": 0}
