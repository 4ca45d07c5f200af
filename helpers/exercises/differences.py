"""How a wrong result differs from the right one, in words."""
import numpy as np

from .values import close, same, show

LONG = 20                                       # more numbers than this are not read out


def difference(got, want, verb="it gives", where="", tell=True):
    """What is wrong with `got`, in a sentence or two.

    got, want  plain values that are not the same;  verb  such as "it gives" or "it is"
    where      for which input, such as " for x = [1, 2]";  tell  whether the right numbers may be told

    >>> difference(np.array([1., 3.]), np.array([3., 1.]))
    'it gives [1, 3], expected [3, 1]. Only the order is wrong: it runs backwards.'
    >>> difference(np.array(3.), np.zeros(2), where=" for n = 2")
    'it gives one number, 3, expected an array of shape (2,) for n = 2.'
    """
    if type(got) is not type(want) or isinstance(got, np.ndarray) and got.shape != want.shape:
        return f"{verb} {what(got)}, expected {form(want)}{where}." + relation(got, want)
    if isinstance(want, dict):
        return _of_parts(got, want, list(want), where, tell)
    if isinstance(want, tuple):
        return _of_results(got, want, verb, where, tell)
    if isinstance(want, str):
        return f"{verb} {got!r}, " + (f"expected {want!r}{where}." if tell else "which is not right.")
    if np.isnan(got).sum() > np.isnan(want).sum():
        return f"{verb} {show(got)}{where}. nan is not a number: it comes from 0 / 0, or the log of a negative number."
    if got.size > LONG:
        return _of_long(got, want, verb, where, tell) + relation(got, want)
    texts = both(got, want)
    if not tell:
        return f"{verb} {texts[0]}, which is not right."
    return f"{verb} {texts[0]}, expected {texts[1]}{where}." + relation(got, want)


def _of_results(got, want, verb, where, tell):
    if len(got) != len(want):
        return f"{verb} {len(got)} results, expected {len(want)}{where}."
    return _of_parts(dict(enumerate(got)), dict(enumerate(want)), range(len(want)), where, tell)


def _of_parts(got, want, keys, where, tell):
    key = next(k for k in keys if k not in got or not same(got[k], want[k]))
    name = f"result {key + 1} of {len(want)}" if isinstance(key, int) else key
    return f"{name}: " + (difference(got[key], want[key], "it is", where, tell) if key in got else "it is missing.")


def _of_long(got, want, verb, where, tell):
    wrong = np.argwhere(~close(got, want))
    at = tuple(wrong[0].tolist())
    texts = both(got[at], want[at])
    right = f", expected {texts[1]}{where}" if tell else ""
    return f"at {list(at)} {verb} {texts[0]}{right}; {len(wrong)} of {got.size} numbers differ."


def relation(got, want):
    """A sentence, if what was given is what was expected, only turned round."""
    if not isinstance(got, np.ndarray) or not isinstance(want, np.ndarray) or not np.any(want):
        return ""
    if same(-got, want):
        return " Only the sign is wrong."
    if got.ndim == 2 and same(got.T, want):
        return " It is the transpose of what is expected."
    if got.ndim and same(got[::-1], want):
        return " Only the order is wrong: it runs backwards."
    return ""


def scaled(pairs, told):
    """A sentence, if the first wrong result is one multiple of the right one in every case; `told` is the case to show.

    >>> half, third = (np.array([1., 2.]), np.array([2., 4.])), (np.array([1.]), np.array([3.]))
    >>> scaled([half, half], 0), scaled([half, third], 0)
    (' Every number is 0.5 times what it should be.', '')
    """
    pairs = [[value if isinstance(value, tuple) else (value,) for value in pair] for pair in pairs]
    if any(len(got) != len(want) for got, want in pairs):
        return ""
    k = next(k for k, both in enumerate(zip(*pairs[told], strict=True)) if not same(*both))
    factors = [_factor(got[k], want[k]) for got, want in pairs]
    times = factors[told]
    if times in (None, -1) or pairs[told][1][k].size == 1 or not all(f is not None and close(f, times) for f in factors):
        return ""                               # a single number tells nothing, and a sign is told already
    return f" Every number is {show(np.array(times))} times what it should be."


def _factor(got, want):
    """got / want, if it is one number; None if not."""
    if not isinstance(got, np.ndarray) or not isinstance(want, np.ndarray) or got.shape != want.shape or not np.any(want):
        return None
    k = np.argmax(np.abs(want))
    times = got.flat[k] / want.flat[k]
    return times if np.isfinite(times) and times and same(got / times, want) else None


def what(value):
    """Something that was given, by its kind.

    >>> what(np.array(3.)), what(np.ones(4)), what("B")
    ('one number, 3', 'an array of shape (4,)', "text, 'B'")
    """
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else f"one number, {show(value)}"
    if isinstance(value, (tuple, dict)):
        return f"{len(value)} results" if isinstance(value, tuple) else "a dictionary"
    return f"text, {value!r}" if isinstance(value, str) else show(value)


def form(value):
    """Something that is expected, by its kind; not the answer itself."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "one number"
    if isinstance(value, dict):
        return "a dictionary with " + ", ".join(value)
    return "text in quotes" if isinstance(value, str) else f"{len(value)} results"


def both(got, want):
    """Two values with as many digits as it takes to see that they differ."""
    for digits in (4, 7, 10, 17):
        texts = show(np.asarray(got), digits), show(np.asarray(want), digits)
        if texts[0] != texts[1]:
            break
    return texts
