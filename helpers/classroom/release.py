"""What the students get: a notebook, `try_out.py`, its examples, and what to install. Nothing that contains an answer."""
import json
import re
import shutil
import unicodedata
from inspect import signature
from pathlib import Path

import nbformat
import numpy as np

from .files import store
from .marked import ASSIGNMENTS, Written, questions
from .tables import read_text, table
from .wire import pack
from .wording import heading

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks" / "assignments"
NEEDED = ("jupyterlab", "numpy", "matplotlib")


def release(folder, variants=1, students=None, only=None, nbgrader=False):
    """Write the students' folders and return their paths.

    folder    where to; it must not exist yet, or be empty
    variants  how many variants of each assignment: folder/assignment_1/variant_0, ...
    students  a text file with a student a line instead: folder/assignment_1/NAME, and variants.csv says who has which
    only      names of assignments; None for all
    nbgrader  write a source folder for nbgrader instead, with the answers in it: for the teacher
    Errors    ValueError "folder is 'x'; expected one that does not exist yet, or an empty one"
    """
    folder, chosen = Path(folder), only or ASSIGNMENTS
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"folder is {str(folder)!r}; expected one that does not exist yet, or an empty one")
    if variants < 1:
        raise ValueError(f"variants is {variants}; expected 1 or more")
    for assignment in chosen:
        questions(assignment, 0)
    names = [f"variant_{k}" for k in range(variants)] if students is None else read_students(students)
    if nbgrader:
        return [write_source(folder / a, a) for a in chosen]
    done = [write(folder / a / name, a, k) for a in chosen for k, name in enumerate(names)]
    if students is not None:
        store(folder / "variants.csv", who_has_which(names))
    return done


def read_students(file):
    """The names in a text file, one a line, as names of folders.

    Errors  ValueError "students is 'x.txt': 'Ann' stands there twice"; so do 'Ann' and 'ann', on Windows one folder
    """
    names = [name for name in map(folder_name, read_text(file).splitlines()) if name]
    alike = [unicodedata.normalize("NFC", name).casefold() for name in names]
    for name, key in zip(names, alike, strict=True):
        if alike.count(key) > 1:
            raise ValueError(f"students is {str(file)!r}: {name!r} stands there twice")
    if not names:
        raise ValueError(f"students is {str(file)!r}; expected a student a line")
    return names


def folder_name(line):
    """A name that every system takes for a folder.

    >>> folder_name(" Smith/Jones,  Kim "), folder_name("Con")
    ('Smith_Jones, Kim', 'Con_')
    """
    name = " ".join(re.sub(r'[/\\:*?"<>|\0]', "_", line).split()).strip(" .")
    return re.sub(r"^(con|prn|aux|nul|(com|lpt)\d)(?=\.|$)", r"\1_", name, flags=re.I)


def who_has_which(names):
    return table(("student", "variant"), [{"student": n, "variant": k} for k, n in enumerate(names)])


def write(folder, assignment, variant):
    """One folder for one student."""
    folder.mkdir(parents=True)
    asked = questions(assignment, variant)
    store(folder / f"{assignment}.ipynb", as_text(in_variant(assignment, variant, asked)))
    store(folder / "examples.json", examples(asked))
    store(folder / "requirements.txt", pins())
    shutil.copyfile(NOTEBOOKS / "try_out.py", folder / "try_out.py")
    return folder


def in_variant(assignment, variant, asked):
    """The notebook with the texts and the numbers of a variant, and without outputs."""
    book = nbformat.read(NOTEBOOKS / f"{assignment}.ipynb", as_version=4)
    numbers = {name: i for i, name in enumerate(asked, 1)}
    book.metadata.classroom = {"assignment": assignment, "variant": variant}
    for cell in book.cells:
        for name in (t.removeprefix("text:") for t in cell.metadata.get("tags", []) if t.startswith("text:")):
            cell.source = heading(numbers[name], asked[name])
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.source = re.sub(r"^VARIANT = \d+$", f"VARIANT = {variant}", cell.source, flags=re.M)
    return book


def as_text(book):
    return nbformat.writes(book) + "\n"


def examples(asked):
    """What `try_out` may know, as JSON: of a function a call and its result, else what kind it is."""
    known = {name: example(q) for name, q in asked.items() if not isinstance(q, Written)}
    return json.dumps(known, indent=1) + "\n"


def example(question):
    answer = question.build(question.solution)
    if question.cases:
        given = dict(zip(signature(answer).parameters, map(pack, question.example), strict=True))
        return {"kind": "function", "arguments": given, "result": pack(answer(*question.example))}
    return {"kind": "letter"} if isinstance(answer, str) else {"kind": "numbers", "shape": list(np.shape(answer))}


def pins():
    """The lines of requirements.txt that an assignment needs."""
    lines = (NOTEBOOKS.parents[1] / "requirements.txt").read_text().split()
    return "\n".join(line for line in lines if line.split("==")[0] in NEEDED) + "\n"


def write_source(folder, assignment):
    """The notebook as nbgrader's `source` wants it: with the answers between marks, and tests that stay hidden."""
    folder.mkdir(parents=True)
    asked = questions(assignment, 0)
    book = in_variant(assignment, 0, asked)
    for cell in book.cells:
        for kind, _, name in (t.partition(":") for t in cell.metadata.get("tags", [])):
            if kind == "exercise":
                cell.source = between_marks(asked[name])
            elif kind == "try":
                cell.source += hidden_test(assignment, name)
    store(folder / f"{assignment}.ipynb", as_text(book))
    store(folder / "examples.json", examples(asked))
    shutil.copyfile(NOTEBOOKS / "try_out.py", folder / "try_out.py")
    return folder


def between_marks(question):
    """The solution, of which nbgrader takes out what stands between the marks."""
    head, line, body = question.solution.partition(":\n") if question.cases else ("", "", "")
    if line and head.startswith("def "):
        return f"{head}:\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
    return f"### BEGIN SOLUTION\n{question.solution}\n### END SOLUTION"


def hidden_test(assignment, name):
    return ("\n### BEGIN HIDDEN TESTS\nfrom helpers.classroom.nbgrader import mark\n"
            f'mark("{assignment}", VARIANT, "{name}", {name})\n### END HIDDEN TESTS')


def refresh():
    """Write examples.json beside the notebooks of variant 0; for who changes an assignment."""
    asked = {name: q for a in ASSIGNMENTS for name, q in questions(a, 0).items()}
    store(NOTEBOOKS / "examples.json", examples(asked))
