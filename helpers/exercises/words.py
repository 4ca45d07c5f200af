"""What the checker says: one or two sentences, the verdict first, in words that can be read aloud."""
import ast
import inspect
import re
import textwrap
from itertools import starmap

import numpy as np

from .differences import difference, scaled, what
from .exercise import did_the_same
from .limits import TooSlow
from .plainly import plainly, said
from .trial import trial
from .values import Odd, plain, same, show

VERDICTS = {"right": "correct", "blank": "not attempted", "mistake": "not quite", "wrong": "not quite",
            "error": "stopped"}


def line(name, kind, message):
    """The line that `check` prints.

    >>> line("conv1d", "mistake", "you flipped the kernel.")
    'conv1d: not quite - you flipped the kernel.'
    """
    return f"{name}: {VERDICTS[kind]}" + (f" - {message}" if message else "")


def two_mistakes(first, second):
    return f"two things at once. First: {first} Second: {second}"


def unsteady(first, second):
    """The answer was right at first, and something else for the same input later."""
    later = show(second.value) if second.error is None else type(second.error).__name__
    return (f"for the same input it first gives {show(first.value)} and then {later}. Does it keep something from one "
            "call to the next?")


def is_blank(answer, outcomes):
    """Whether there is still a ... where the answer should be."""
    return any(o.value is ... or _met_blank(o.error) for o in outcomes) or _has_blank(answer)


def _met_blank(error):
    text = said(error).lower() if isinstance(error, (TypeError, AttributeError)) else ""
    return isinstance(error, NotImplementedError) or "ellipsis" in text


def _has_blank(function):
    """Whether a ... stands in the function's source, other than in an index such as x[..., 0]."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except Exception:                           # no function, or its source is not at hand
        return False
    parents = [n for n in ast.walk(tree) if not isinstance(n, (ast.Subscript, ast.Tuple, ast.List))]
    return any(isinstance(c, ast.Constant) and c.value is ... for n in parents for c in ast.iter_child_nodes(n))


def describe(exercise, answer, got):
    """(kind, message) for the smallest case in which an answer differs."""
    if exercise.cases and not callable(answer):
        return "wrong", f"it is {what(content(answer, exercise.seconds))}; expected a function: {stub(exercise)}."
    if exercise.cases and not takes(answer, exercise.cases[0]):
        return "wrong", f"it does not take the arguments of {stub(exercise)}."
    pairs = enumerate(zip(got, exercise.expected, strict=False))
    i, (g, w) = next((i, pair) for i, pair in pairs if not did_the_same(*pair))
    if exercise.measure and isinstance(g.error, ValueError):
        return "wrong", said(g.error)            # the measure's own words
    if g.error is not None:
        return "error", stopped(g, _where(exercise, answer, i), exercise.seconds)
    if g.value is None:
        return "wrong", nothing(exercise, g.printed)
    if exercise.cases and same(g.value, w.value):
        return "mistake", wrote_into(parameter(answer, exercise.cases[i], g.changed))
    return "wrong", differs(exercise, got, i, _where(exercise, answer, i)) + aside(exercise, answer, g, w)


def nothing(exercise, printed):
    """None instead of an answer."""
    if not exercise.cases:
        return "it is None. Write down the answer itself; print(...) gives back None."
    if printed.strip():
        return "it prints its answer and returns None. print shows a result, only return hands it on."
    return "it returns None. Is a return missing?"


def differs(exercise, got, i, where):
    """Another result than the expected one, in case i."""
    g, w = got[i], exercise.expected[i]
    if exercise.measure:
        return behaves(g, w)
    if exercise.cases:
        pairs = list(starmap(results, zip(got, exercise.expected, strict=False)))
        return difference(*pairs[i], where=where) + scaled(pairs, i)
    if isinstance(w.value, str):
        letters = sorted({w.value, *(program.outcome(0).value for program in exercise.wrong.values())})
        return f"choose one of the letters {', '.join(letters)}, in quotes."
    return difference(g.value, w.value, "it is", tell=False)


def results(g, w):
    """Both values; as tuples, if there are several results to one call, such as dx, dw, db."""
    if isinstance(w.raw, tuple) and isinstance(g.raw, (tuple, list)) and isinstance(g.value, (tuple, np.ndarray)):
        return tuple(map(plain, g.value)), tuple(map(plain, w.value))
    return g.value, tuple(w.value) if isinstance(w.raw, tuple) else w.value


def behaves(g, w):
    """The first thing that a design does and should not, or does not and should."""
    if w.error is not None:
        return "this machine was too slow to judge it. Run the cell again."
    key = next(k for k in w.value if not same(g.value[k], w.value[k]))
    got, want = ({True: "yes", False: "no"}[bool(v)] if isinstance(v, (bool, np.bool_)) else show(plain(v))
                 for v in (g.raw[key], w.raw[key]))
    return f"{key}: {got}, expected {want}."


def aside(exercise, answer, g, w):
    """What else there is to say about a wrong answer: an argument that was changed, something that was printed."""
    said = also_changed(exercise, answer, [g]) if g.changed != w.changed else ""
    if g.printed.strip() and exercise.cases:
        text = " ".join(g.printed.split())
        said += f" It printed: {text[:100]}" + (" ..." if text[100:] else "")
    return said


def also_changed(exercise, answer, got):
    changed = next(o.changed for o in got if o.changed)
    return f" It also writes into its argument {parameter(answer, exercise.cases[0], changed)}."


def wrote_into(name):
    return (f"the numbers are right, but {name} itself was changed, and whoever passed it still needs it. "
            f"Start from {name}.copy(); after a = {name}, a += 1 writes into {name}, a = a + 1 does not.")


def stopped(outcome, where, seconds):
    """An exception, or no end: in which line of the learner's code, and for which input."""
    error = outcome.error
    at = " in line {}, `{}`".format(*outcome.place) if outcome.place else ""
    given = f" The input was {where.removeprefix(' for ')}." if where else ""
    if isinstance(error, TooSlow):
        return f"no end after {seconds:g} seconds{at}. Is there a loop that never ends?{given}"
    text = plainly(said(error))
    return f"{type(error).__name__}{at}" + (f": {text.rstrip('.')}." if text else ".") + given


def _where(exercise, answer, i):
    """' for x = [1, 2] and w = [3]', with the learner's own names."""
    if not exercise.cases:
        return ""
    args = exercise.cases[i]
    told = [f"{n} = {_show_input(a)}" for n, a in zip(names(answer, args), args, strict=True)]
    return " for " + (", ".join(told[:-1]) + " and " if told[1:] else "") + told[-1]


def _show_input(value):
    numbers = plain(value)
    return f"a {type(value).__name__}" if isinstance(numbers, Odd) else show(numbers)


def names(function, args):
    """The parameters' names; argument 1, argument 2, ... if they have none."""
    try:
        found = [p.name for p in inspect.signature(function).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        found = []
    return found[:len(args)] if len(found) >= len(args) else [f"argument {i + 1}" for i in range(len(args))]


def parameter(answer, args, changed):
    return " and ".join(names(answer, args)[i] for i in changed)


def takes(function, args):
    """Whether function(*args) has the right number of arguments."""
    try:
        inspect.signature(function).bind(*args)
    except TypeError:
        return False
    except ValueError:                          # a function in C that does not say
        return True
    return True


def content(answer, seconds):
    """plain(answer), and a limit for objects that take forever to become numbers."""
    outcome = trial(lambda: answer, (), seconds)
    return outcome.value if outcome.error is None else Odd(f"something that raises {type(outcome.error).__name__}")


def stub(exercise):
    """The first line of the function to write: 'def conv1d(x, w)'."""
    found = re.search(rf"def {exercise.name}\(.*?\)", exercise.solution, flags=re.S)
    return found.group() if found else f"def {exercise.name}(...)"
