"""The assignments' notebooks: the questions of variant 0, blank, and nothing in them that gives an answer away."""
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from assignments import marked
from nbclient import NotebookClient

from helpers.classroom.assignment_4 import DATA
from helpers.classroom.marked import ASSIGNMENTS, Marked, Written, questions
from helpers.classroom.wording import heading

FOLDER = Path(__file__).parents[1] / "notebooks" / "assignments"
each_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS)


def notebook(assignment):
    return nbformat.read(FOLDER / f"{assignment}.ipynb", as_version=4)


def tagged(book):
    return {t: c for c in book.cells for t in c.metadata.get("tags", []) if ":" in t}


@each_assignment
def test_the_notebook_holds_the_questions_of_variant_0(assignment):
    book, asked = notebook(assignment), questions(assignment, 0)
    cells = tagged(book)
    assert book.metadata.classroom == {"assignment": assignment, "variant": 0}
    total = sum(q.points for q in asked.values())
    assert book.cells[0].source.startswith(f"# Assignment {assignment[-1]}: ") and f"{total} points" in book.cells[0].source
    assert re.search("^VARIANT = 0$", book.cells[1].source, flags=re.M)
    assert [t for t in cells if t.startswith("text:")] == [f"text:{name}" for name in asked]
    for i, (name, q) in enumerate(asked.items(), start=1):
        assert cells[f"text:{name}"].source == heading(i, q)
        if isinstance(q, Written):
            assert cells[f"written:{name}"].source == "*Your answer here.*"
        else:
            assert cells[f"exercise:{name}"].source == q.stub
            assert cells[f"try:{name}"].source == f'{name} = try_out("{name}", {name})'


@each_assignment
def test_nbgrader_knows_what_to_grade(assignment):
    cells, asked = tagged(notebook(assignment)), questions(assignment, 0)
    ids = [c.metadata.nbgrader.grade_id for c in cells.values() if "nbgrader" in c.metadata]
    assert len(set(ids)) == len(ids)
    for name, q in asked.items():
        graded = cells[f"written:{name}" if isinstance(q, Written) else f"try:{name}"].metadata.nbgrader
        assert (graded.schema_version, graded.grade, graded.points) == (3, True, q.points)
        assert graded.solution == isinstance(q, Written) and graded.locked != isinstance(q, Written)
        if isinstance(q, Marked):
            answer = cells[f"exercise:{name}"].metadata.nbgrader
            assert (answer.solution, answer.grade, answer.locked) == (True, False, False)


@each_assignment
def test_the_blank_notebook_gives_nothing_away(assignment):
    """No line of a solution or of a mistake, no expected number, no message."""
    book = notebook(assignment)
    given = "\n".join(c.source for c in book.cells) + "\n".join(str(c.get("outputs", "")) for c in book.cells)
    for q in marked(assignment, 0):
        lines = [line.strip() for line in q.solution.split("\n") if not line.startswith("def ")]
        assert not [line for line in lines if len(line) > 12 and line in given and line not in q.text + DATA], q.name
        assert q.why not in given and not any(message in given for message in q.mistakes), q.name
        if not q.cases and not q.measure and not isinstance(q.build(q.solution), str):
            numbers = np.ravel(np.array(q.build(q.solution), float))
            assert not [v for v in numbers if v >= 100 and re.search(rf"\b{int(v)}\b", given)], q.name


@each_assignment
def test_the_notebook_is_blank_and_short(assignment):
    for cell in notebook(assignment).cells:
        assert set(cell.metadata) <= {"tags", "nbgrader"}
        if cell.cell_type == "code":
            assert len(cell.source.split("\n")) <= 25 and not [o for o in cell.outputs if o.output_type == "error"]


@each_assignment
def test_with_the_solutions_in_it_the_notebook_runs_and_every_example_is_right(assignment):
    book = notebook(assignment)
    cells = tagged(book)
    for q in marked(assignment, 0):
        cells[f"exercise:{q.name}"].source = q.solution
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(FOLDER)}}).execute()
    for q in marked(assignment, 0):
        printed = "".join(o.get("text", "") for o in cells[f"try:{q.name}"].outputs)
        assert printed.startswith(f"{q.name}: ") and printed.count("\n") == 1
        assert ("that is right there" if q.cases else "your answer is") in printed, printed
