"""What the checker says: one or two sentences, the verdict first."""
import ast
import inspect
import textwrap

import numpy as np

from .limits import TooSlow
from .trial import learner_line
from .values import Odd, plain, same, show, show_both

VERDICTS = {"right": "correct", "blank": "not attempted", "mistake": "not quite", "wrong": "not quite",
            "error": "stopped"}


def line(name, kind, message):
    """The line that `check` prints."""
    return f"{name}: {VERDICTS[kind]}" + (f" - {message}" if message else "")


def size(args):
    """How much there is to read in the arguments of a case."""
    arrays = [a for a in map(plain, args) if isinstance(a, np.ndarray)]
    return sum(a.size for a in arrays), sum(np.abs(a).sum() for a in arrays)


def two(first, second):
    return f"there are two things. First: {first} Second: {second}"


def is_blank(answer, outcomes):
    """Whether there is a ... where the answer should be."""
    return any(o.value is ... or isinstance(o.error, NotImplementedError)
               or (o.error is not None and "ellipsis" in str(o.error).lower()) for o in outcomes) or _has_blank(answer)


def _has_blank(function):
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except Exception:
        return False
    return any(isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.Return))
               and isinstance(node.value, ast.Constant) and node.value.value is ... for node in ast.walk(tree))


def describe(exercise, answer, got):
    """(kind, message) for the smallest case in which an answer differs."""
    want = exercise.expected
    i, (g, w) = next((i, p) for i, p in enumerate(zip(got, want, strict=False)) if not alike_outcomes(*p))
    args = given(answer, exercise.cases[i]) if exercise.cases else ""
    if isinstance(g.error, TooSlow):
        return "error", f"no answer after {exercise.seconds:g} seconds. Is there a loop that never ends?"
    if g.error:
        return "error", stopped(g.error, answer, args)
    if g.value is None:
        return "wrong", "it gives None. " + ("print shows a result, but only return gives it back."
                                             if g.printed else "Is a return missing?")
    if isinstance(w.value, str):
        return "wrong", 'choose one of the letters, in quotes, such as "A".'
    if isinstance(g.value, Odd) or type(g.value) is not type(w.value):
        return "wrong", f"it gives {show(g.value)}{args}; expected numbers."
    if g.changed != w.changed and same(g.value, w.value):
        return "mistake", f"the numbers are right, but argument {g.changed[0] + 1} was changed in place."
    a, b = show_both(g.value, w.value)
    return "wrong", f"it gives {a}, expected {b}{args}." if exercise.cases else f"{a} is not right."


def alike_outcomes(a, b):
    """Whether two runs gave the same, and wrote into the same arguments."""
    return a.error is None and b.error is None and a.changed == b.changed and same(a.value, b.value)


def given(answer, args):
    try:
        names = list(inspect.signature(answer).parameters)[:len(args)]
    except Exception:
        names = []
    names = names if len(names) == len(args) else [f"argument {i + 1}" for i in range(len(args))]
    return " for " + ", ".join(f"{n} = {show(a)}" for n, a in zip(names, args, strict=True))


def stopped(error, answer, args):
    place = learner_line(error, answer)
    where = f"line {place[0]}, `{place[1]}`, " if place else "it "
    return f"{where}stopped with {type(error).__name__}: {error}{args}"
