"""Every exercise of every lesson: its wrong programs are told apart, and the learner reads the right sentence."""
import importlib
import itertools
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient

from helpers.exercises.engine import check, diagnose, hint, solution
from helpers.exercises.exercise import agree

ROOT = Path(__file__).parents[1]
NOTEBOOKS = {p.name[:2]: p for p in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
LESSONS = {p.stem[-2:]: importlib.import_module(f"helpers.exercises.{p.stem}")
           for p in sorted((ROOT / "helpers" / "exercises").glob("lesson_[0-9][0-9].py"))}
EXERCISES = {f"{number}-{name}": e for number, lesson in LESSONS.items() for name, e in lesson.ALL.items()}
CHECK = re.compile(r"^(\w+) = check\(ex\.(\w+), (\w+)\)$", re.M)
each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def exercise_of(cell):
    return next((t.split(":")[1] for t in cell.metadata.get("tags", ()) if t.startswith("exercise:")), None)


def printed(cell):
    return "".join(o.get("text", "") for o in cell.outputs)


@each_exercise
def test_the_cases_tell_all_answers_apart(exercise):
    """Two wrong programs that give the same on all cases could not be named; nor could one that is right there."""
    outcomes = {"the right answer": exercise.expected, **exercise.known}
    for (a, x), (b, y) in itertools.combinations(outcomes.items(), 2):
        assert not agree(x, y), f"the cases cannot tell {a!r} from {b!r}"


@each_exercise
def test_the_solution_is_confirmed_and_each_mistake_is_named(exercise):
    assert diagnose(exercise, exercise.build(exercise.solution)).kind == "right"
    for message, source in exercise.mistakes.items():
        assert diagnose(exercise, exercise.build(source)) == ("mistake", message)


LOOKS = {
    "a list": lambda a: np.asarray(a).tolist(),
    "float32": lambda a: np.float32(a),
    "a tensor": lambda a: torch.tensor(np.asarray(a)),
    "a tensor with grad": lambda a: torch.tensor(np.asarray(a, float), requires_grad=True),
    "a list of tensors": lambda a: [torch.tensor(v) for v in a] if np.ndim(a) else torch.tensor(a),
    "negative zeros": lambda a: np.where(np.asarray(a) == 0, -0.0, a),
    "objects": lambda a: np.asarray(a).astype(object),
    "as it is": lambda a: a,
}
LETTERS = str.lower, "{})".format, " {}\n".format, np.str_, "({})".format, str


def dressed(value, look):
    """A right result in another dress; each of several results in its own."""
    return [dressed(v, look) for v in value] if isinstance(value, tuple) else look(value)


@each_exercise
def test_right_answers_of_other_looks_are_confirmed(exercise):
    answer = exercise.build(exercise.solution)
    if isinstance(answer, str):
        answers = [look(answer) for look in LETTERS]
    elif callable(answer) and exercise.measure:
        answers = [answer, lambda *args: answer(*args)]
    elif callable(answer):
        answers = [lambda *args, look=look: dressed(answer(*args), look) for look in LOOKS.values()]
    else:
        answers = [dressed(answer, look) for look in LOOKS.values()]
    assert [diagnose(exercise, a).kind for a in answers] == ["right"] * len(answers)


@each_exercise
def test_arithmetic_in_float32_is_close_enough(exercise):
    answer = exercise.build(exercise.solution)
    if exercise.cases:
        def halved(a):
            return a.astype(np.float32) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a
        assert diagnose(exercise, lambda *args: answer(*map(halved, args))).kind == "right"


@each_exercise
def test_hints_and_the_solution_open_after_an_attempt(exercise, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    check(exercise, 1j)
    capsys.readouterr()
    solution(exercise)
    assert diagnose(exercise, exercise.build(capsys.readouterr().out)).kind == "right"
    for n in range(1, len(exercise.hints) + 1):
        hint(exercise, n)
    assert capsys.readouterr().out.count("Hint ") == len(exercise.hints)


@each_exercise
def test_hints_and_mistakes_mistakes_are_sentences(exercise):
    assert exercise.hints and len(exercise.mistakes) >= 3
    for text in (*exercise.hints, *exercise.mistakes, *filter(None, [exercise.why])):
        assert len(text) > 20 and text.rstrip()[-1] in ".?!]):", text
        assert len(re.findall(r"[.?!](?: |$)", text)) <= 5, text


@each_exercise
def test_a_check_never_raises_and_gives_back_what_works(exercise, capsys):
    model = exercise.build(exercise.solution)
    for answer in (..., None, "B?", 3.7, [], {}, np.nan, lambda: 1, lambda *a: ..., lambda *a: None, lambda *a: 1 / 0):
        back = check(exercise, answer)
        assert callable(back) == callable(model)
        assert ": correct" not in capsys.readouterr().out


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_every_exercise_is_asked_once_in_its_lesson(number):
    cells = [c for c in nbformat.read(NOTEBOOKS[number], as_version=4).cells if exercise_of(c)]
    assert sorted(map(exercise_of, cells)) == sorted(LESSONS[number].ALL)
    for cell in cells:
        name = exercise_of(cell)
        assert CHECK.findall(cell.source) == [(name, name, name)], "exactly one line: name = check(ex.name, name)"


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_what_the_learner_reads(number, tmp_path):
    """One kernel: at each exercise blank, then every mistake, then the solution, and on with that to the last cell."""
    notebook = nbformat.read(NOTEBOOKS[number], as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    with client.setup_kernel():
        for i, cell in enumerate(notebook.cells):
            client.execute_cell(cell, i)
            name = exercise_of(cell)
            if name:
                tell = teller(client, cell, i)
                try_answers(LESSONS[number].ALL[name], printed(cell), tell)
    solved = json.loads((tmp_path / "progress.json").read_text(encoding="utf-8"))
    assert solved == {f"lesson_{number}": sorted(LESSONS[number].ALL)}


def teller(client, cell, i):
    """tell(source) is what the learner reads when `source` stands above the untouched check line."""
    line = CHECK.search(cell.source).group(0)
    return lambda source: printed(client.execute_cell(nbformat.v4.new_code_cell(f"{source}\n\n{line}"), i))


def try_answers(e, pristine, tell):
    assert pristine == f"{e.name}: not attempted - replace the ... and run this cell again.\n"
    for message, source in e.mistakes.items():
        assert tell(source) == f"{e.name}: not quite - {message}\n"
    assert tell(e.solution) == f"{e.name}: correct" + (f" - {e.why}" if e.why else "") + "\n"
