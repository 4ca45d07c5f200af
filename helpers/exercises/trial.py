"""One run of an answer: what it gave, what it printed, what it changed, and where it stopped."""
import contextlib
import copy
import io
import linecache
import os
import traceback
import warnings
from typing import NamedTuple

import numpy as np

from .limits import within
from .values import Odd, plain


class Outcome(NamedTuple):
    """What came out of an answer for one case."""
    value: object = None                        # plain: numbers, letters, None, ... or Odd
    raw: object = None                          # as the answer gave it
    error: BaseException | None = None
    changed: tuple = ()                         # positions of the arguments that it wrote into
    printed: str = ""
    place: tuple | None = None                  # (number, text) of the learner's line where it stopped


def trial(function, args, seconds):
    """The Outcome of function(*args) on copies of the arguments; only the learner's Ctrl-C comes through."""
    given, printed = copy.deepcopy(args), Printed()
    try:
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw, value = within(seconds, _both, function, given)
        changed = tuple(i for i, pair in enumerate(zip(args, given, strict=True)) if _differ(*pair))
        return Outcome(value, raw, None, changed, printed.getvalue())
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return Outcome(error=error, printed=printed.getvalue(), place=_place(error, function))


class Printed(io.StringIO):
    """Keeps the first lines of what is printed; an endless loop of prints must not fill the memory."""

    def write(self, text):
        return super().write(text) if self.tell() < 2000 else len(text)


def learner_line(error, function):
    """(number, text) of the deepest line of the learner's own code that the error came through, or None.

    A cell is no file on disk; numpy's code is.
    """
    own = getattr(getattr(function, "__code__", None), "co_filename", None)
    for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
        file = frame.f_code.co_filename
        text = linecache.getline(file, number).strip()
        if text and (file == own or not os.path.exists(file)) and not file.startswith("<frozen"):
            return number, text
    return None


def _place(error, function):
    with contextlib.suppress(Exception):        # an odd object may raise at every look
        return learner_line(error, function)


def _both(function, given):
    raw = function(*given)
    return raw, plain(raw)


def _differ(before, after):
    before, after = plain(before), plain(after)
    return not isinstance(before, Odd) and not _equal(before, after)


def _equal(a, b):
    if isinstance(a, tuple):
        return isinstance(b, tuple) and len(a) == len(b) and all(map(_equal, a, b))
    return np.array_equal(a, b, equal_nan=True) if isinstance(a, np.ndarray) else a is b or a == b
