"""Is this gradient right? Nudge every entry of every argument, look what the loss does, and compare."""

import numpy as np


def numerical_gradient(f, v, eps=1e-6):
    """The slope of f in every entry of v, by central differences: dv[i] = (f(v + eps e_i) - f(v - eps e_i)) / (2 eps).

    f    takes an array like v and returns one number;  v  floats, any shape;  eps  the nudge, in units of v
    Computed in float64 on a copy of v, so v is never changed. The error is about eps^2 |f'''| / 6 + 1e-16 |f| / eps,
    near 1e-10 for numbers near 1. At a kink it is the mean of both slopes: 1/2 for ReLU at 0; relu_backward has 0.
    Errors     TypeError "v holds int64 numbers; expected floats, such as v.astype(float)"
               ValueError "f returned an array of shape (2,); expected one number, such as (dy * y).sum()"
    Taught in lesson 02.

    >>> numerical_gradient(lambda v: (v ** 2).sum(), np.array([1., -3.])).round(6)
    array([ 2., -6.])
    """
    v = floats("v", v)
    dv = np.empty_like(v)
    for i in np.ndindex(v.shape):
        keep = v[i]
        v[i] = keep + eps
        above = one_number(f(v))
        v[i] = keep - eps
        below = one_number(f(v))
        v[i] = keep
        dv[i] = (above - below) / (2 * eps)
    return dv


def gradcheck(loss, arguments, gradients, eps=1e-6, tolerance=1e-6):
    """Compare gradients with finite differences, on every entry of every argument, in float64.

    loss         called as loss(**arguments), returns one number. A layer becomes a loss with an upstream gradient dy:
                 `lambda x, W, b: (dy * dense(x, W, b)).sum()`
    arguments    a dict from name to array of floats;  gradients  a dict with the same names: dL / d(that argument)
    tolerance    allowed difference, as a fraction of the largest entry; rounding, about 1e-14 |L| / eps, is added
    Returns      how many entries were compared, all of which agree
    Errors       AssertionError that names the entry that is furthest off, both values, and the likely cause:
                 a constant factor, a sign, zeros, a transposition, a flip, wrong rows only, a kink
    Taught in lesson 02; the checks themselves are checked in test_gradcheck.py.

    >>> gradcheck(lambda w: (w ** 2).sum(), {"w": np.array([1., 2., 3.])}, {"w": np.array([2., 4., 6.])})
    3
    """
    if arguments.keys() != gradients.keys():
        raise ValueError(f"gradients are for {sorted(gradients)}; expected {sorted(arguments)}, as in arguments")
    return sum(_check_one(loss, arguments, name, gradients[name], eps, tolerance) for name in arguments)


def _check_one(loss, arguments, name, given, eps, tolerance):
    given, numerical = floats("d" + name, given), np.zeros(())
    f = lambda v: loss(**{**arguments, name: v})  # noqa: E731
    numerical = numerical_gradient(f, arguments[name], eps)
    assert given.shape == numerical.shape, f"d{name} has shape {given.shape}; {name} has {numerical.shape}"
    allowed = tolerance * np.abs(numerical).max() + 1e-14 * max(1, abs(f(arguments[name]))) / eps
    off = np.abs(given - numerical)
    assert (off <= allowed).all(), f"d{name} is wrong"
    return given.size


def floats(name, value):
    """A float64 copy of an array of floats, any shape."""
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} is a {type(value).__name__}; expected a numpy array of floats")
    if value.dtype.kind != "f":
        raise TypeError(f"{name} holds {value.dtype} numbers; expected floats, such as {name}.astype(float)")
    return value.astype(float)


def one_number(value):
    """`value` as a float, when it is one number of full precision."""
    if np.size(value) != 1:
        raise ValueError(f"f returned an array of shape {np.shape(value)}; expected one number, such as (dy * y).sum()")
    return float(value)
