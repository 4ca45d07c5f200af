"""What a wrong gradient looks like next to the right one: the likely cause, in one sentence."""
from itertools import combinations

import numpy as np


def likely_cause(name, given, numerical, allowed, f, v, eps):
    """The first explanation that fits, or a plain "no simple pattern".

    name       what to call the gradient, such as "dw";  given, numerical  both gradients, of v's shape
    allowed    how far they may differ;  f, v, eps  the loss as a function of v, for a look at both sides of a kink

    >>> right = np.array([[1., 2.], [3., 4.]])
    >>> likely_cause("dW", right.T, right, 1e-6, lambda W: (right * W).sum(), np.zeros((2, 2)), 1e-6)
    'dW is transposed: the numerical gradient with rows and columns exchanged.'
    """
    def close(a, b, scale=1):
        return (np.abs(a - b) <= allowed * scale).all()

    wrong = ~(np.abs(given - numerical) <= allowed)
    return (_not_finite(name, given, numerical) or _kink(given, wrong, f, v, eps) or _zero(name, given, numerical, allowed)
            or _factor(name, given, numerical, close) or _rearranged(name, given, numerical, close)
            or _some_rows(name, given, wrong) or f"No simple pattern: look at {name} one entry at a time.")


def _not_finite(name, given, numerical):
    for words, values in [(name, given), ("The numerical gradient", numerical)]:
        if not np.isfinite(values).all():
            return f"{words} holds {np.isnan(values).sum()} nan and {np.isinf(values).sum()} infinite entries."


def _kink(given, wrong, f, v, eps):
    """Only said when each wrong entry sits on one, between two slopes that differ."""
    places = [tuple(int(i) for i in place) for place in np.argwhere(wrong)]
    for place in places:
        low, high = sorted(_two_slopes(f, v, place, eps))
        slack = 1e-3 * max(1e-3, abs(low), abs(high))
        if high - low <= slack or not low - slack <= given[place] <= high + slack:
            return None
    left, right = _two_slopes(f, v, places[0], eps)
    return (f"The loss has a kink at entry {list(places[0])}: its slope is {left:.3g} on the left, {right:.3g} on the "
            "right, and the numerical gradient is their mean. Check elsewhere: with a ReLU, no zeros into it.")


def _two_slopes(f, v, place, eps):
    step = np.zeros_like(v)
    step[place] = eps
    return (f(v) - f(v - step)) / eps, (f(v + step) - f(v)) / eps


def _zero(name, given, numerical, allowed):
    if (np.abs(given) <= allowed).all():
        return f"Every entry of {name} is 0: was it never added to, or is the way back cut?"
    if (np.abs(numerical) <= allowed).all():
        return f"The loss does not change with {name[1:]}: does it use the {name[1:]} it is given?"


def _factor(name, given, numerical, close):
    c = (given * numerical).sum() / (numerical**2).sum()
    if not close(given, c * numerical, max(1, abs(c))):
        return None
    if abs(c + 1) < 1e-5:
        return f"{name} has the wrong sign: every entry is minus the numerical gradient."
    every, c = f"Every entry of {name} is {'minus ' if c < 0 else ''}", abs(c)
    if _whole(1 / c):
        return f"{every}1/{1 / c:.0f} of the numerical gradient: a mean where a sum belongs?"
    if _whole(c):
        return f"{every}{c:.0f} times the numerical gradient: a sum where a mean belongs, or something counted twice?"
    return f"{every}{c:.6g} times the numerical gradient: a factor is missing, or one too many."


def _whole(k):
    return 1.5 < k < 10_000 and abs(k / round(k) - 1) < 1e-5


def _rearranged(name, given, numerical, close):
    axes = ["rows", "columns"] if given.ndim == 2 else [f"axis {a}" for a in range(given.ndim)]
    for a, b in combinations(reversed(range(given.ndim)), 2):
        if given.shape[a] == given.shape[b] and close(given, numerical.swapaxes(a, b)):
            return f"{name} is transposed: the numerical gradient with {axes[b]} and {axes[a]} exchanged."
    if given.ndim == 1 and close(given, numerical[::-1]):
        return f"{name} is the numerical gradient backwards: a kernel or a time axis turned round?"
    for n_axes in range(1, given.ndim + 1):
        for flipped in combinations(range(given.ndim), n_axes):
            if close(given, np.flip(numerical, flipped)):
                along = " and ".join(axes[a] for a in flipped)
                return f"{name} is flipped along {along}: a kernel that was turned, or was not?"


def _some_rows(name, given, wrong):
    """Wrong at some indices of one axis only, such as one step of time or one example of a batch."""
    for axis in range(given.ndim):
        bad = wrong.any(axis=tuple(a for a in range(given.ndim) if a != axis))
        if not bad.all():
            first, where = int(bad.argmax()), "" if given.ndim == 1 else f" along axis {axis}"
            zero = " Everything wrong is 0: never written?" if not given[wrong].any() else ""
            return f"{name} is wrong at {bad.sum()} of {len(bad)} indices{where}, the first is {first}.{zero}"
