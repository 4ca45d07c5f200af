"""What was solved, kept in one small file beside the notebooks that nobody needs."""
import json
import sys
import types

import pytest

from helpers.exercises import progress as progress_file
from helpers.exercises.engine import Exercise, check, hint, progress


def exercises():
    solutions = {"first": "first = 3", "second": "second = 'B'"}
    return {name: Exercise(name=name, solution=source, hints=("look.",)) for name, source in solutions.items()}


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A made-up lesson with two exercises, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    lesson = exercises()
    module = types.ModuleType("helpers.exercises.lesson_99")
    module.ALL = lesson
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(progress_file, "all_lessons", lambda: {"lesson_99": list(lesson)})
    return lesson


def test_progress_tells_what_was_solved_and_what_is_next(lesson, tmp_path, capsys):
    progress()
    check(lesson["first"], 3)
    progress()
    check(lesson["second"], "B")
    progress()
    said = [line for line in capsys.readouterr().out.splitlines() if ": correct" not in line]
    assert said == ["Solved 0 of 2 exercises in this folder.", "Next: first in lesson 99.",
                    "Solved 1 of 2 exercises in this folder.", "Lesson 99: 1 of 2 (first).",
                    "Next: second in lesson 99.",
                    "Solved 2 of 2 exercises in this folder.", "Lesson 99: 2 of 2 (first, second)."]
    assert [p.name for p in tmp_path.iterdir()] == ["progress.json"]
    assert json.loads((tmp_path / "progress.json").read_text()) == {"lesson_99": ["first", "second"]}


def test_only_a_solved_exercise_of_a_lesson_writes(lesson, tmp_path, capsys):
    """A pristine notebook, a wrong answer, and a made-up exercise leave the folder alone."""
    check(lesson["second"], ...)
    check(lesson["second"], "A")
    hint(lesson["second"])
    progress()
    check(exercises()["first"], 3)
    assert not list(tmp_path.iterdir())


def test_what_was_solved_before_opens_its_hints(lesson, tmp_path, capsys):
    (tmp_path / "progress.json").write_text('{"lesson_99": ["first"]}')
    hint(lesson["first"])
    assert capsys.readouterr().out == "Hint 1 of 1: look.\n"


@pytest.mark.parametrize("damage", ["", "{", "[]", "3", '{"lesson_99": 7}', '{"lesson_99": [7]}', "[" * 5000, "\udce9"])
def test_a_damaged_file_is_left_alone_and_not_used(lesson, tmp_path, capsys, damage):
    path = tmp_path / "progress.json"
    path.write_bytes(damage.encode("utf-8", "surrogateescape"))
    before = path.read_bytes()
    check(lesson["second"], "B")
    progress()
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["progress.json"]
    assert "Solved 0 of 2" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_stops_nothing(lesson, tmp_path, capsys, monkeypatch):
    """Half-written files never appear: the old one stays whole."""
    path = tmp_path / "progress.json"
    path.write_text('{"lesson_99": ["first"]}')

    def refuse(*args, **options):
        raise PermissionError
    monkeypatch.setattr(type(path), "replace", refuse)
    check(lesson["second"], "B")
    assert path.read_text() == '{"lesson_99": ["first"]}' and len(list(tmp_path.iterdir())) == 1
    monkeypatch.setattr(type(path), "write_text", refuse)
    check(lesson["second"], "B")
    assert "second: correct" in capsys.readouterr().out


def test_progress_knows_all_lessons():
    lessons = progress_file.all_lessons()
    assert list(lessons)[0] == "lesson_00" and list(lessons) == sorted(lessons)
