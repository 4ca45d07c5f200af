"""Exercises that check themselves, and say which mistake was made.

A learner's answer is run on the cases of its exercise. If it gives what a known wrong program gives, that was the
mistake.
No `if` per mistake, and every mistake is a test.
"""
import textwrap
from functools import wraps
from typing import NamedTuple

from . import words
from .exercise import Exercise, agree
from .progress import progress, remember, was_solved
from .trial import trial
from .values import alike, same

__all__ = ["Exercise", "Verdict", "check", "diagnose", "hint", "judge", "progress", "solution"]


class Verdict(NamedTuple):
    """kind: blank, right, mistake (a known one), wrong (differs) or error (stopped)."""
    kind: str
    message: str


def check(exercise, answer):
    """Print the verdict on an answer; give back something that works, so that later cells run either way.

    Returns  the answer if it is right (with its results as arrays, should it give lists or tensors), else the solution.
    """
    try:
        verdict = diagnose(exercise, answer)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        verdict = Verdict("error", f"this answer could not be looked at ({type(error).__name__}).")
    print(words.line(exercise.name, *verdict))
    exercise.tried = exercise.tried or verdict.kind != "blank"
    if verdict.kind != "right":
        return exercise.build(exercise.solution)
    remember(exercise)
    return usable(exercise, answer)


def diagnose(exercise, answer):
    """The Verdict on an answer; nothing is printed."""
    return judge(exercise, answer, exercise.run(answer),
                 lambda: trial(answer, exercise.cases[0], exercise.seconds))


def judge(exercise, answer, got, once_more):
    """The Verdict on the outcomes of an answer. once_more() gives the Outcome of the first case, run again."""
    if agree(got, exercise.expected):
        return right(exercise, got, once_more)
    if words.is_blank(answer, got):
        return Verdict("blank", "replace the ... and run this cell again.")
    mistake = recognise(exercise, got)
    if mistake:
        return Verdict("mistake", mistake)
    mistake = recognise(exercise, [o._replace(changed=()) for o in got])
    if mistake:
        return Verdict("mistake", mistake + words.also_changed(exercise, answer, got))
    return Verdict(*words.describe(exercise, answer, got))


def right(exercise, got, once_more):
    """The Verdict on an answer that was right in every case, once: a function is asked once more."""
    if exercise.cases:
        again = once_more()
        if not same(again.value, got[0].value):
            return Verdict("wrong", words.unsteady(got[0], again))
    return Verdict("right", exercise.why)


def recognise(exercise, got):
    """The message of the mistake, or of the two mistakes, that gives the same in every case."""
    for message, program in exercise.wrong.items():
        if program.gives(got):
            return message
    pairs = [pair for pair, program in exercise.wrong_pairs.items() if program.gives(got)]
    return words.two_mistakes(*pairs[0]) if len(pairs) == 1 else None


def usable(exercise, answer):
    """A right answer; if it gives lists or tensors, with its results in the type that later cells expect."""
    if not exercise.cases:
        is_array = not callable(answer) or not exercise.measure
        return alike(answer, exercise.build(exercise.solution)) if is_array else answer
    model = exercise.expected[0].raw
    given = trial(answer, exercise.cases[0], exercise.seconds).raw
    if alike(given, model) is given:
        return answer
    return wraps(answer)(lambda *args, **options: alike(answer(*args, **options), model))


def hint(exercise, n=None):
    """Print the next hint, or hint number n; after an attempt."""
    if not attempted(exercise):
        return
    count = len(exercise.hints)
    exercise.hinted = min(exercise.hinted, count) + 1 if n is None else n
    if exercise.hinted in range(1, count + 1):
        print(f"Hint {exercise.hinted} of {count}: {exercise.hints[exercise.hinted - 1]}")
    else:
        print(f"{exercise.name}: no more hints than {count}. solution(...) shows one way to do it.")


def solution(exercise):
    """Print one right answer, as code that runs, and why it is right; after an attempt."""
    if attempted(exercise):
        print(exercise.solution)
        if exercise.why:
            print(textwrap.fill(f"Why: {exercise.why}", 100, initial_indent="\n# ", subsequent_indent="# "))


def attempted(exercise):
    """Whether there was an attempt; if not, say kindly what to do."""
    if not exercise.tried and not was_solved(exercise):
        print(f"{exercise.name}: give it a try first, any answer will do. Hints and solution are here for you then.")
        return False
    return True
