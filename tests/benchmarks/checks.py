"""How long a check takes, in milliseconds: every exercise, right, with a known mistake, and with an unknown one.

    python tests/benchmarks/checks.py

first: in a fresh kernel, with the wrong programs still to be run; again: what a learner waits who tries once more.
A path in brackets is another road of the time limit; tracing is what a Python without threads would take.
"""
import importlib
import statistics
import sys
import time
from pathlib import Path

from helpers.exercises import limits
from helpers.exercises.engine import diagnose

FILES = sorted((Path(__file__).parents[2] / "helpers" / "exercises").glob("lesson_[0-9][0-9].py"))
ROADS = {"alarm": limits.alarm, "watchdog": limits.watchdog, "tracing": limits.tracing}


def answers(exercise):
    """A right answer, a known mistake, and something that no wrong program gives."""
    wrong = f"def {exercise.name}(*_): return 12345.678" if exercise.cases else f"{exercise.name} = 12345.678"
    return {"right": exercise.solution, "mistake": list(exercise.mistakes.values())[-1], "unknown": wrong}


def milliseconds(exercise, source):
    answer = exercise.build(source)
    start = time.perf_counter()
    diagnose(exercise, answer)
    return 1e3 * (time.perf_counter() - start)


def fresh(exercise):
    """The exercise as it is in a new kernel."""
    for kept in ("expected", "wrong", "wrong_pairs"):
        exercise.__dict__.pop(kept, None)
    return exercise


def main():
    exercises = [e for p in FILES for e in importlib.import_module(f"helpers.exercises.{p.stem}").ALL.values()]
    for name, road in ROADS.items():
        limits.open_road = lambda road=road: road
        for kind in "right", "mistake", "unknown":
            first = [milliseconds(fresh(e), answers(e)[kind]) for e in exercises]
            again = [statistics.median(milliseconds(e, answers(e)[kind]) for _ in range(5)) for e in exercises]
            print(f"{len(exercises)} exercises [{name}] {kind:8} first: median {statistics.median(first):5.1f}, "
                  f"most {max(first):6.1f}   again: median {statistics.median(again):5.1f}, most {max(again):6.1f}")


if __name__ == "__main__":
    sys.exit(main())
