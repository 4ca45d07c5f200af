"""Exercises that check themselves, and say which mistake was made.

An Exercise is one right program and some wrong programs, each with the message that names its mistake.
A learner's answer is run on the cases; if it gives what a wrong program gives, that was the mistake.
No `if` per mistake, and every mistake is a test.
"""
import itertools
import linecache
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import NamedTuple
from zlib import crc32

import numpy as np

from . import words
from .limits import TooSlow
from .progress import progress, remember, was_solved
from .trial import trial
from .values import alike

__all__ = ["Exercise", "check", "diagnose", "hint", "progress", "solution"]


@dataclass(eq=False, kw_only=True)
class Exercise:
    """One thing to do, its right program, and the wrong programs that are known.

    name       the name that the learner defines
    solution   source that defines it; only np is there, everything else it imports itself
    cases      argument tuples for a function, from small to large; none: `name` is a value, or a letter
    mistakes   message -> source of a wrong program
    edits      (message, old, new): the mistake is the solution with `old` replaced by `new`. Two edits made at once
               are recognised too
    measure    design: measure(answer) -> {what it does, in words: truth or number}. The answer is right if it does what
               the solution does. A ValueError from it is told to the learner
    hints      in steps, from a nudge to nearly everything
    why        said after a right answer
    seconds    the time limit of one call
    random_case  random_case(rng) -> argument tuple, for tests with many inputs
    """
    name: str
    solution: str
    cases: list = field(default_factory=list)
    mistakes: dict = field(default_factory=dict)
    edits: tuple = ()
    measure: object = None
    hints: tuple = ()
    why: str = ""
    seconds: float = 5.0
    random_case: object = None
    tried: bool = field(default=False, init=False)
    hinted: int = field(default=0, init=False)

    def __post_init__(self):
        self.cases = sorted(map(tuple, self.cases), key=words.size)
        for message, old, new in self.edits:
            if old not in self.solution or message in self.mistakes:
                raise ValueError(f"{self.name}: the edit {old!r} is not in the solution, or its message is used twice")
            self.mistakes = {**self.mistakes, message: self.solution.replace(old, new)}

    def build(self, source):
        """The object that `source` defines under the exercise's name."""
        file, space = f"<{self.name} {crc32(source.encode()):08x}>", {"np": np}
        linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
        exec(compile(source, file, "exec"), space)
        return space[self.name]

    def run(self, answer, seconds=None):
        """The Outcome of `answer` on every case; none after one that is too slow."""
        if self.measure:
            pairs = [(self.measure, (answer,))]
        else:
            pairs = [(answer, args) for args in self.cases] or [(lambda: answer, ())]
        outcomes = []
        for function, args in pairs:
            outcomes.append(trial(function, args, seconds or self.seconds))
            if isinstance(outcomes[-1].error, TooSlow):
                break
        return outcomes

    @cached_property
    def expected(self):
        return self.run(self.build(self.solution))

    @cached_property
    def known(self):
        """message -> outcomes, for every single mistake."""
        return {message: self.run(self.build(source)) for message, source in self.mistakes.items()}

    @cached_property
    def known_pairs(self):
        """(message, message) -> outcomes, for every two edits that can be made at once."""
        pairs = {}
        for (m, old, new), (n, old2, new2) in itertools.permutations(self.edits, 2):
            source = self.solution.replace(old, new)
            if old2 in source and (n, m) not in pairs:
                try:
                    pairs[m, n] = self.run(self.build(source.replace(old2, new2)), seconds=0.5)
                except Exception:               # the two together are no program
                    continue
        return pairs


class Verdict(NamedTuple):
    """kind: blank, right, mistake (a known one), wrong (differs), error (stopped)."""
    kind: str
    message: str


def diagnose(exercise, answer):
    """The Verdict for an answer."""
    got, want = exercise.run(answer), exercise.expected
    if words.is_blank(answer, got):
        return Verdict("blank", "replace the ... and run this cell again.")
    if agree(got, want):
        return Verdict("right", exercise.why)
    for message, outcomes in exercise.known.items():
        if agree(got, outcomes):
            return Verdict("mistake", message)
    pairs = [pair for pair, outcomes in exercise.known_pairs.items() if agree(got, outcomes)]
    if len(pairs) == 1:
        return Verdict("mistake", words.two(*pairs[0]))
    return Verdict(*words.describe(exercise, answer, got))


def agree(got, want):
    """Whether two answers gave the same, and wrote into the same arguments, on every case."""
    return len(got) == len(want) and all(map(words.alike_outcomes, got, want))


def check(exercise, answer):
    """Print the verdict; give back something that works, so that later cells run either way."""
    verdict = diagnose(exercise, answer)
    print(words.line(exercise.name, *verdict))
    exercise.tried = exercise.tried or verdict.kind != "blank"
    if verdict.kind != "right":
        return exercise.build(exercise.solution)
    remember(exercise)
    return usable(exercise, answer)


def usable(exercise, answer):
    """A right answer; if it gives lists or tensors, with its results turned into what later cells expect."""
    model = exercise.expected[0].raw
    if exercise.measure or not exercise.cases:
        return answer if exercise.measure else alike(answer, model)
    given = trial(answer, exercise.cases[0], exercise.seconds).raw
    if alike(given, model) is given:
        return answer
    return wraps(answer)(lambda *args, **options: alike(answer(*args, **options), model))


def hint(exercise, n=None):
    """Print the next hint, or hint number n, once the exercise was tried."""
    if not attempted(exercise):
        print(f"{exercise.name}: try it first, any answer will do; then hint and solution are here for you.")
        return
    n = min(exercise.hinted + 1, len(exercise.hints) + 1) if n is None else n
    exercise.hinted = n
    if n in range(1, len(exercise.hints) + 1):
        print(f"Hint {n} of {len(exercise.hints)}: {exercise.hints[n - 1]}")
    else:
        print(f"There are {len(exercise.hints)} hints. solution(...) shows one way to do it.")


def solution(exercise):
    """Print one right answer, as code that runs, and why it is right; once the exercise was tried."""
    if not attempted(exercise):
        print(f"{exercise.name}: try it first, any answer will do; then hint and solution are here for you.")
        return
    print(exercise.solution + (f"\n\n# {exercise.why}" if exercise.why else ""))


def attempted(exercise):
    return exercise.tried or was_solved(exercise)
