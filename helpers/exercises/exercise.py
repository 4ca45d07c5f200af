"""An exercise: one right program, and some wrong programs with the message that names each mistake."""
import contextlib
import itertools
import linecache
from dataclasses import dataclass, field
from functools import cached_property
from zlib import crc32

import numpy as np

from .limits import TooSlow
from .trial import trial
from .values import plain, same

PAIR_SECONDS = 1                                # two mistakes at once may be a loop that never ends


@dataclass(eq=False, kw_only=True, repr=False)
class Exercise:
    """One thing to do.

    name       the name that the learner defines
    solution   source that defines it; np is there, everything else it imports itself
    cases      argument tuples for a function; none: `name` is a number, an array, or a letter
    mistakes   {message: source of a wrong program}
    edits      ((message, old, new), ...): the wrong program is the solution with `old` replaced by `new`. Two of these
               made at once are recognised, too
    measure    for a design: measure(answer) -> {what it does, in words: truth or number}. A design is right if it does
               what the solution does. An array arrives as a float array; a ValueError is told to the learner
    hints      in steps, from a nudge to nearly everything;  why  said after a right answer
    seconds    the time limit of one call
    random_case(rng) -> argument tuple, for the tests with many inputs
    Errors     ValueError "conv1d: the edit 'w[::-1]' is not in the solution"
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
    tried: bool = field(default=False, init=False)      # in this session: hints and the solution are open
    hinted: int = field(default=0, init=False)          # the last hint that was shown

    def __post_init__(self):
        self.cases = sorted(map(tuple, self.cases), key=size)
        self.mistakes = dict(self.mistakes)
        for message, old, new in self.edits:
            if old not in self.solution:
                raise ValueError(f"{self.name}: the edit {old!r} is not in the solution")
            if message in self.mistakes:
                raise ValueError(f"{self.name}: two mistakes have the message {message!r}")
            self.mistakes[message] = self.solution.replace(old, new)

    def __repr__(self):
        return f"<exercise {self.name}>"        # and not its solution

    def build(self, source):
        """What `source` defines under the exercise's name. Its lines can be shown when it stops."""
        file, space = f"<{self.name} {crc32(source.encode()):08x}>", {"np": np, "__name__": self.name}
        linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
        exec(compile(source, file, "exec"), space)
        return space[self.name]

    def run(self, answer):
        """The Outcome of an answer for every case, and none after one that was too slow."""
        outcomes = []
        for function, args in self.calls(answer):
            outcomes.append(trial(function, args, self.seconds))
            if isinstance(outcomes[-1].error, TooSlow):
                break
        return outcomes

    def calls(self, answer):
        """(function, arguments) for every run that an answer gets."""
        if self.measure:
            return [(lambda: self.measured(answer), ())]
        return [(answer, args) for args in self.cases] or [(lambda: answer, ())]

    def measured(self, answer):
        content = plain(answer)
        if content is None or content is ...:
            return content
        return self.measure(content if isinstance(content, np.ndarray) else answer)

    @property
    def expected(self):
        """The outcomes of the solution; not kept if a busy machine was too slow for it."""
        if "right" not in self.__dict__:
            outcomes = self.run(self.build(self.solution))
            if any(isinstance(outcome.error, TooSlow) for outcome in outcomes):
                return outcomes
            self.__dict__["right"] = outcomes
        return self.__dict__["right"]

    @cached_property
    def wrong(self):
        """{message: WrongProgram} of every mistake."""
        return {message: WrongProgram(self, self.build(source)) for message, source in self.mistakes.items()}

    @property
    def known(self):
        """{message: outcomes} of every mistake."""
        return {message: program.outcomes for message, program in self.wrong.items()}

    @cached_property
    def wrong_pairs(self):
        """{(message, message): WrongProgram} of every two edits that can be made at once."""
        pairs = {}
        for (a, old, new), (b, old_b, new_b) in itertools.permutations(self.edits, 2):
            source = self.solution.replace(old, new)
            if (b, a) not in pairs and old_b in source:
                with contextlib.suppress(SyntaxError):      # the two together may be no program
                    pairs[a, b] = WrongProgram(self, self.build(source.replace(old_b, new_b)), PAIR_SECONDS)
        return pairs


class WrongProgram:
    """A program with a known mistake. It is run case by case, and only as far as it takes to tell it from an answer."""

    def __init__(self, exercise, answer, seconds=None):
        self.calls, self.seconds, self.done = exercise.calls(answer), seconds or exercise.seconds, []

    def outcome(self, i):
        while len(self.done) <= i:
            self.done.append(trial(*self.calls[len(self.done)], self.seconds))
        return self.done[i]

    @property
    def outcomes(self):
        return [self.outcome(i) for i in range(len(self.calls))]

    def gives(self, got):
        """Whether it does in every case what an answer did; stopping each time tells nothing."""
        if len(got) != len(self.calls) or all(g.error is not None for g in got):
            return False
        return all(did_the_same(g, self.outcome(i)) for i, g in enumerate(got))


def agree(got, want):
    """Whether two answers did the same in every case."""
    return len(got) == len(want) and all(map(did_the_same, got, want))


def did_the_same(a, b):
    """Whether two runs gave the same and wrote into the same arguments, or stopped with the same kind of error."""
    if a.error is not None or b.error is not None:
        return type(a.error) is type(b.error)
    return a.changed == b.changed and same(a.value, b.value)


def size(args):
    """How much there is to read in the arguments of a case: how many numbers, then how large."""
    arrays = [a for a in map(plain, args) if isinstance(a, np.ndarray)]
    return sum(a.size for a in arrays), float(sum(np.abs(a).sum() for a in arrays))
