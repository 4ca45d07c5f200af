"""Which sentence answers which wrong result: `mistakes.tsv` holds the pairs, so that no two can be swapped unnoticed.

After a deliberate change, `python tests/test_mistakes.py` writes the file anew; read the difference before you commit it.
"""
import importlib
from pathlib import Path

import numpy as np

from helpers.exercises.exercise import did_the_same

HERE = Path(__file__).parent
FILE = HERE / "mistakes.tsv"
LESSONS = sorted((HERE.parent / "helpers" / "exercises").glob("lesson_[0-9][0-9].py"))


def pairs():
    """One line for each mistake: lesson, exercise, the results that are not right, the sentence."""
    for path in LESSONS:
        for name, exercise in importlib.import_module(f"helpers.exercises.{path.stem}").ALL.items():
            for message, got in exercise.known.items():
                yield path.stem[-2:], name, results(exercise, got), message


def results(exercise, got):
    """What a wrong program gives, case by case, where it is not right."""
    both = zip(got, exercise.expected, strict=False)
    return "; ".join(f"{i}: {shown(mine)}" for i, (mine, right) in enumerate(both) if not did_the_same(mine, right))


def shown(outcome):
    if outcome.error is not None:
        return type(outcome.error).__name__
    text = repr(outcome.value) if isinstance(outcome.value, str | dict) else numbers(outcome.value)
    return text + (f" and {', '.join(map(str, outcome.changed))} changed" if outcome.changed else "")


def numbers(value):
    if isinstance(value, tuple | list):
        return " and ".join(map(numbers, value))
    value = np.asarray(value)
    if value.dtype == object:
        return f"{value.shape} ?"
    flat = np.atleast_1d(value).ravel().astype(float)
    rest = f", ... {np.arange(flat.size) @ flat:.4g}" if flat.size > 8 else ""
    return f"{value.shape} {', '.join(f'{v:.4g}' for v in flat[:8])}{rest}"


def written():
    return "".join("\t".join(pair) + "\n" for pair in pairs())


def test_every_wrong_result_has_the_sentence_that_was_meant_for_it():
    assert written().splitlines() == FILE.read_text(encoding="utf-8").splitlines()


def test_no_two_mistakes_of_an_exercise_have_the_same_results():
    """Otherwise their sentences could still be swapped."""
    seen = [pair[:3] for pair in pairs()]
    assert len(set(seen)) == len(seen), [pair for pair in seen if seen.count(pair) > 1]


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
