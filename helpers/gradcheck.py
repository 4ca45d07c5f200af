"""Is this gradient right? Nudge every entry of every argument, see what the loss does, and compare.

    numerical_gradient  the slope of one number in every entry of one array
    gradcheck           compares all of them with yours; where they differ it says where, and what it looks like
"""
import numpy as np

from .gradcauses import likely_cause


def numerical_gradient(f, v, eps=1e-6):
    """The slope of f in every entry of v, by central differences: dv[i] = (f(v + eps e_i) - f(v - eps e_i)) / (2 eps).

    f    takes an array like v and returns one number;  v  floats, any shape;  eps  the nudge, in units of v
    Computed in float64 on a copy of v, so v is never changed. The error is about eps^2 |f'''| / 6 + 1e-16 |f| / eps,
    near 1e-10 for numbers near 1. At a kink it is the mean of both slopes: 1/2 for ReLU at 0; relu_backward has 0.
    Errors       TypeError "v holds int64 numbers; expected floats, such as v.astype(float)"
                 ValueError "f returned an array of shape (2,); expected one number, such as (dy * y).sum()"
                 ValueError "f changed the array it was given; it may only read it"
    Second road  derivatives known by hand, and torch.autograd: test_gradcheck.py
    Source       Nocedal & Wright 2006, "Numerical Optimization", section 8.1. Taught in lesson 02.

    >>> numerical_gradient(lambda v: (v ** 2).sum(), np.array([1., -3.])).round(6)
    array([ 2., -6.])
    """
    v = _floats("v", v)
    _only_reads(f, v)
    dv = np.empty_like(v)
    for i in np.ndindex(v.shape):
        step = np.zeros_like(v)
        step[i] = eps
        dv[i] = (_one_number(f(v + step)) - _one_number(f(v - step))) / (2 * eps)
    return dv


def gradcheck(loss, arguments, gradients, eps=1e-6, tolerance=1e-6):
    """Compare gradients with finite differences, on every entry of every argument, in float64.

    loss         called as loss(**arguments), returns one number. An upstream gradient dy makes a loss of a layer:
                 `lambda x, W, b: (dy * dense(x, W, b)).sum()`
    arguments    a dict of arrays of floats;  gradients  a dict with the same names: the gradient of each
    tolerance    how far they may differ, as a fraction of the largest entry; rounding, 1e-14 |loss| / eps, comes on top
    Returns      how many entries were compared; all of them agree
    Errors       AssertionError naming the entry that is furthest off, both values, and the likely cause: a constant
                 factor, the sign, zeros, a transposition, a flip, a kink, or which rows alone are wrong
    Second road  test_gradcheck.py feeds it every one of these mistakes. Taught in lesson 02.

    >>> gradcheck(lambda w: (w ** 2).sum(), {"w": np.array([1., 2., 3.])}, {"w": np.array([2., 4., 6.])})
    3
    >>> gradcheck(lambda w: (w ** 2).sum(), {"w": np.array([1., 2., 3.])}, {"w": np.array([1., 2., 3.])})
    Traceback (most recent call last):
    AssertionError: dw[2] is 3; the numerical gradient is 6. Entries off: 3 of 3.
    Every entry of dw is 1/2 of the numerical gradient: a mean where a sum belongs?
    """
    if arguments.keys() != gradients.keys():
        raise ValueError(f"gradients are for {sorted(gradients)}; expected {sorted(arguments)}, as in arguments")
    arguments = {name: _floats(name, v) for name, v in arguments.items()}
    for name, v in arguments.items():
        f = _one_argument(loss, arguments, name)
        given, numerical = _floats(f"d{name}", gradients[name]), numerical_gradient(f, v, eps)
        if given.shape != numerical.shape:
            raise AssertionError(f"d{name} has shape {given.shape}; expected {numerical.shape}, that of {name}")
        allowed = tolerance * np.abs(numerical).max(initial=0) + 1e-14 * max(1, abs(f(v))) / eps
        wrong = ~(np.abs(given - numerical) <= allowed)
        if wrong.any():
            raise AssertionError(_where(name, given, numerical, wrong)
                                 + likely_cause(f"d{name}", given, numerical, allowed, f, v, eps))
    return sum(v.size for v in arguments.values())


def _one_argument(loss, arguments, name):
    """The loss as a function of one argument, the others held still."""
    return lambda v: _one_number(loss(**arguments | {name: v}))


def _where(name, given, numerical, wrong):
    off = np.abs(given - numerical)
    worst = np.unravel_index(np.where(np.isnan(off), np.inf, off).argmax(), off.shape)
    entry = f"d{name}{[int(i) for i in worst] or ''}"
    return (f"{entry} is {given[worst]:.6g}; the numerical gradient is {numerical[worst]:.6g}. "
            f"Entries off: {wrong.sum()} of {wrong.size}.\n")


def _only_reads(f, v):
    before = v.copy()
    f(before)
    if not np.array_equal(before, v, equal_nan=True):
        raise ValueError("f changed the array it was given; it may only read it")


def _floats(name, value):
    """A float64 copy of an array of floats, any shape."""
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} is a {type(value).__name__}; expected a numpy array of floats")
    if value.dtype.kind != "f":
        raise TypeError(f"{name} holds {value.dtype} numbers; expected floats, such as {name}.astype(float)")
    return value.astype(float)


def _one_number(value):
    value = np.asarray(value)
    if value.size != 1:
        raise ValueError(f"f returned an array of shape {value.shape}; expected one number, such as (dy * y).sum()")
    if value.dtype.kind == "f" and value.dtype.itemsize < 8:
        raise TypeError(f"f returned a {value.dtype} number, in which a nudge of 1e-6 is lost; compute it in float64")
    return value.item()
