"""Output sizes, and the errors about arguments that every layer shares.

Each check gives back the value it was handed, so a layer can write `s = whole("stride", stride, 1)`.
"""
import operator

import numpy as np


def output_size(n_in, kernel_size, stride=1, padding=0, dilation=1):
    """How often a window fits: n_out = floor((n_in + 2 p - d (k - 1) - 1) / s) + 1.

    n_in         input length in pixels (or time steps), at least 1
    kernel_size  k, at least 1;  stride  s, at least 1;  padding  p on each side, at least 0;  dilation  d, at least 1
    Returns the number of positions, a whole number of at least 1.
    Errors       ValueError "kernel_size is 5 and covers 5 pixels; the padded input has only 4"
    Second road  count the windows one by one; test_shapes.py does, and asks torch. Taught in lessons 04 and 05.
    Source       Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", relationship 14.

    >>> output_size(28, 3), output_size(227, 11, stride=4), output_size(5, 3, padding=1)
    (26, 55, 5)
    """
    n = whole("n_in", n_in, 1)
    k, s = whole("kernel_size", kernel_size, 1), whole("stride", stride, 1)
    p, d = whole("padding", padding, 0), whole("dilation", dilation, 1)
    span = d * (k - 1) + 1
    if span > n + 2 * p:
        raise ValueError(f"kernel_size is {k} and covers {span} pixels; the padded input has only {n + 2 * p}")
    return (n + 2 * p - span) // s + 1


def whole(name, value, at_least):
    """`value` as an int of at least `at_least`; a TypeError or ValueError names the argument and its value.

    >>> whole("stride", 2, 1)
    2
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; expected a whole number of at least {at_least}") from None
    if isinstance(value, bool) or number < at_least:
        raise ValueError(f"{name} is {value!r}; expected a whole number of at least {at_least}")
    return number


def pair(name, value, at_least):
    """`value` for height and width: one whole number stands for both.

    >>> pair("padding", 1, 0), pair("stride", (2, 3), 1)
    ((1, 1), (2, 3))
    """
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{name} is {value!r}; expected one whole number, or two: (height, width)")
        return whole(name, value[0], at_least), whole(name, value[1], at_least)
    return (whole(name, value, at_least),) * 2


def per_axis(name, value, n_axes, at_least):
    """`value` for each axis of a grid: one whole number stands for all of them.

    Errors  ValueError "stride is (1, 2, 3); expected one whole number, or 2: one for each axis"

    >>> per_axis("stride", 2, 3, 1), per_axis("stride", (1, 2), 2, 1)
    ((2, 2, 2), (1, 2))
    """
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,) * n_axes
    if len(values) != n_axes:
        raise ValueError(f"{name} is {value!r}; expected one whole number, or {n_axes}: one for each axis")
    return tuple(whole(name, v, at_least) for v in values)


def sizes(name, shape, n_axes=1):
    """`shape` as a tuple of at least n_axes whole numbers, each at least 1, such as (C_in, H_in, W_in).

    Errors  TypeError "in_shape is 28; expected a shape such as (1, 28, 28)"

    >>> sizes("in_shape", [1, 28, 28])
    (1, 28, 28)
    """
    if not isinstance(shape, (tuple, list)) or len(shape) < n_axes:
        raise TypeError(f"{name} is {shape!r}; expected a shape such as (1, 28, 28)")
    return tuple(whole(name, size, 1) for size in shape)


def channels(C_in, C_out, groups):
    """The three as ints; groups must divide both, because each group of filters sees a group of channels of its own.

    Errors  ValueError "groups is 2; it must divide C_in = 3 and C_out = 4"

    >>> channels(4, 2, 2)
    (4, 2, 2)
    """
    C_in, C_out, groups = whole("C_in", C_in, 1), whole("C_out", C_out, 1), whole("groups", groups, 1)
    if C_in % groups or C_out % groups:
        raise ValueError(f"groups is {groups}; it must divide C_in = {C_in} and C_out = {C_out}")
    return C_in, C_out, groups


def array(name, value, shape):
    """`value`, a numpy array of floats whose shape fits `shape`: numbers must agree, names are free.

    shape   such as ("N", 3, "H_in", "W_in")
    Errors  TypeError for a list or for whole numbers, ValueError for a wrong rank or size.

    >>> array("x", np.ones((2, 3)), ("N", 3)).shape
    (2, 3)
    """
    layout = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} is a {type(value).__name__}; expected a numpy array of shape {layout}")
    if value.dtype.kind != "f":
        raise TypeError(f"{name} holds {value.dtype} numbers; expected floats, such as {name}.astype(float)")
    wanted = [size for size in zip(value.shape, shape, strict=False) if isinstance(size[1], int)]
    if value.ndim != len(shape) or any(have != want for have, want in wanted):
        raise ValueError(f"{name} has shape {value.shape}; expected {layout}")
    if 0 in value.shape:
        raise ValueError(f"{name} has shape {value.shape}; there is nothing in it")
    return value


def indices(name, value, n, shape=None):
    """`value`, a numpy array of whole numbers 0 .. n - 1, such as labels or the symbols of a text.

    shape   what its shape must be, or None for any
    Errors  TypeError for a list, for floats and for True / False; ValueError for a wrong shape; IndexError
            "labels holds 3; expected whole numbers 0 to 2"

    >>> indices("labels", np.array([0, 2]), 3)
    array([0, 2])
    """
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} is a {type(value).__name__}; expected a numpy array of whole numbers")
    if value.dtype.kind not in "iu":
        raise TypeError(f"{name} holds {value.dtype} numbers; expected whole numbers 0 to {n - 1}")
    if shape is not None and value.shape != shape:
        raise ValueError(f"{name} has shape {value.shape}; expected {shape}")
    if value.size == 0:
        raise ValueError(f"{name} has shape {value.shape}; there is nothing in it")
    for extreme in (value.min(), value.max()):
        if not 0 <= extreme < n:
            raise IndexError(f"{name} holds {extreme}; expected whole numbers 0 to {n - 1}")
    return value
