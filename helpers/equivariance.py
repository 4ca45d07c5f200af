"""What sharing buys: shift the input and the output shifts with it. Read from the ids, and measured on data.

    shift_equivariance   three answers, axis by axis, without a single weight: "exact", "away from the borders", "no"
    equivariant_to       the same in words, for the table of the course
"""
import math

import numpy as np

from .ids import NO_EDGE, connected
from .shapes import whole

EXACT, AWAY, NO = "exact", "away from the borders", "no"


def shift_equivariance(param_ids, out_shape, in_shape, stride=1, axes=None):
    """Does the output move by one place when the input moves by `stride`? One answer for each axis of the grid.

    ids[c', i + 1, c, j + s] = ids[c', i, c, j], for all places on a ring: "exact" (circular padding);
    wherever both exist: "away from the borders" (zero padding); otherwise: "no".
    param_ids  (n_out, n_in);  out_shape, in_shape  (C_out, H_out, W_out) and (C_in, H_in, W_in), or (C, L)
    stride     by how many places the input moves: a whole number, or one for each axis
    axes       which axes are tested; None: all but the first, the channels. An unrolled RNN: (0,), its steps
    Returns    a tuple of answers. Taught in lesson 06.
    Errors     ValueError "out_shape is (1, 5) and holds 5 numbers; param_ids has 4 rows"
    Second road  `equivariance_error` measures it with random weights; test_equivariance.py compares them

    >>> shift_equivariance(np.array([[0, 1, -1], [-1, 0, 1]]), (1, 2), (1, 3))
    ('away from the borders',)
    """
    out_shape, in_shape = _shape("out_shape", out_shape), _shape("in_shape", in_shape)
    for name, shape, n, lines in [("out_shape", out_shape, param_ids.shape[0], "rows"),
                                  ("in_shape", in_shape, connected(param_ids).shape[1], "columns")]:
        if math.prod(shape) != n:
            raise ValueError(f"{name} is {shape} and holds {math.prod(shape)} numbers; param_ids has {n} {lines}")
    if len(out_shape) != len(in_shape):
        raise ValueError(f"out_shape is {out_shape} and in_shape is {in_shape}; expected as many axes in both")
    axes = tuple(range(1, len(in_shape))) if axes is None else tuple(axes)
    strides = stride if isinstance(stride, (tuple, list)) else (stride,) * len(axes)
    if len(strides) != len(axes):
        raise ValueError(f"stride is {stride!r}; expected one whole number, or one for each of {len(axes)} axes")
    grid = param_ids.reshape(out_shape + in_shape)
    return tuple(_answer(grid, axis, len(out_shape) + axis, whole("stride", s, 1))
                 for axis, s in zip(axes, strides, strict=True))


def _answer(grid, out_axis, in_axis, s):
    if np.array_equal(np.roll(grid, (1, s), (out_axis, in_axis)), grid):
        return EXACT
    here = _part(_part(grid, out_axis, slice(None, -1)), in_axis, slice(None, -s))
    moved = _part(_part(grid, out_axis, slice(1, None)), in_axis, slice(s, None))
    return AWAY if np.array_equal(here, moved) and (here != NO_EDGE).any() else NO


def _part(grid, axis, places):
    return grid[(slice(None),) * axis + (places,)]


def equivariant_to(answers, stride=1):
    """The answers in words, for the table of the course. `stride` as it was for `shift_equivariance`.

    >>> equivariant_to(("exact", "exact")), equivariant_to(("no",))
    ('shifts', 'nothing')
    >>> equivariant_to(("away from the borders",), stride=2)
    'shifts by 2, away from the borders'
    """
    strides = stride if isinstance(stride, (tuple, list)) else (stride,) * len(answers)
    words = [NO if a == NO else "shifts" + (f" by {s}" if s != 1 else "") + (f", {AWAY}" if a == AWAY else "")
             for a, s in zip(answers, strides, strict=True)]
    if len(set(words)) > 1:
        return "; ".join(f"axis {k}: {'nothing' if word == NO else word}" for k, word in enumerate(words, 1))
    return "nothing" if words[0] == NO else words[0]


def _shape(name, shape):
    if not isinstance(shape, (tuple, list)) or not shape:
        raise TypeError(f"{name} is {shape!r}; expected whole numbers such as (1, 28, 28)")
    return tuple(whole(name, size, 1) for size in shape)
