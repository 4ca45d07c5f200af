"""What sharing buys: shift the input and the output shifts with it. Read from the ids, and measured on data.

    shift_equivariance   three answers, axis by axis, without a single weight: "exact", "away from the borders", "no"
    equivariant_to       the same in words, for the table of the course
    equivariance_error   how far a function is from it on real data: one number, and a map of where
"""
import math
from typing import NamedTuple

import numpy as np

from .ids import NO_EDGE, connected
from .shapes import per_axis, sizes


def shift_equivariance(param_ids, out_shape, in_shape, stride=1, axes=None):
    """Does the output move by one place when the input moves by s? One answer for each axis of the grid.

    ids[c', i + 1, c, j + s] = ids[c', i, c, j], going on at the other end: "exact" (circular padding);
    wherever both sides exist: "away from the borders" (zero padding); otherwise: "no".
    param_ids  (n_out, n_in);  out_shape, in_shape  (C_out, H_out, W_out) and (C_in, H_in, W_in), or (C, L)
    stride     s, by how many places the input moves: a whole number, or one for each axis
    axes       which axes are tested; None: all but the first, the channels. For an unrolled RNN: (0,), its steps
    Returns    a tuple of answers. Taught in lesson 06.
    Errors     ValueError "out_shape is (1, 5) and holds 5 numbers; param_ids has 4 rows"
    Second road  random weights and `equivariance_error`; test_equivariance.py compares them on random layers

    >>> shift_equivariance(np.array([[0, 1, -1], [-1, 0, 1]]), (1, 2), (1, 3))
    ('away from the borders',)
    """
    (n_out, n_in), out_shape = connected(param_ids).shape, sizes("out_shape", out_shape)
    in_shape = sizes("in_shape", in_shape)
    for name, shape, n, lines in [("out_shape", out_shape, n_out, "rows"), ("in_shape", in_shape, n_in, "columns")]:
        if math.prod(shape) != n:
            raise ValueError(f"{name} is {shape} and holds {math.prod(shape)} numbers; param_ids has {n} {lines}")
    if len(out_shape) != len(in_shape):
        raise ValueError(f"out_shape is {out_shape} and in_shape is {in_shape}; expected as many axes in both")
    axes = range(1, len(in_shape)) if axes is None else axes
    if not set(axes) <= set(range(len(in_shape))):
        raise ValueError(f"axes is {axes}; expected numbers from 0 to {len(in_shape) - 1}")
    grid = param_ids.reshape(out_shape + in_shape)
    return tuple(_answer(grid, axis, len(out_shape) + axis, s)
                 for axis, s in zip(axes, per_axis("stride", stride, len(axes), 1), strict=True))


def equivariant_to(param_ids, out_shape, in_shape, stride=1):
    """The answers in words. Axes of one pixel are left out: nothing moves there. Arguments as `shift_equivariance`.

    An output of one place that stays the same under every shift is called invariant.

    >>> equivariant_to(np.array([[0, 1, -1], [-1, 0, 1]]), (1, 2), (1, 3))
    'shifts, away from the borders'
    >>> equivariant_to(np.array([[0, 1]]), (1, 1), (1, 2)), equivariant_to(np.array([[0, 0]]), (1, 1), (1, 2))
    ('nothing', 'shifts (invariant)')
    """
    answers, n_axes = shift_equivariance(param_ids, out_shape, in_shape, stride), len(in_shape) - 1
    names = ("height", "width") if n_axes == 2 else [f"axis {axis}" for axis in range(1, n_axes + 1)]
    facts = zip(names, answers, per_axis("stride", stride, n_axes, 1), out_shape[1:], in_shape[1:], strict=True)
    words = {name: _words(answer, s, n_out) for name, answer, s, n_out, n_in in facts if n_in > 1}
    if len(set(words.values())) > 1:
        return "; ".join(f"{name}: {word}" for name, word in words.items())
    return next(iter(words.values()), "nothing")


class ShiftError(NamedTuple):
    """How far from equivariant: 0 is exact, 1 is as large as the output itself."""
    number: float
    map: np.ndarray


def equivariance_error(f, x, by, out_by=None, circular=True):
    """How much f(x shifted) and f(x), shifted, differ, relative to the root mean square of f(x).

    f         a function of arrays, (N, C_in, ...) to (N, C_out, ...), or a torch layer
    x         (N, C_in, H_in, W_in) or (N, C_in, L_in), real data
    by        by how many places the input moves: one number for the last axis, or (rows, columns)
    out_by    by how many the output should move; None: as many. With stride s: by = s, out_by = 1. Invariance: 0
    circular  what leaves comes in at the other end; False: zeros come in
    Returns   number, the root mean square of the difference over everything; map, the same for each place of the output
    Errors    ValueError "by is (1, 1, 1); x has only 2 axes to move along"
    Taught in lesson 06.

    >>> ring = lambda x: x - np.roll(x, 1, -1)
    >>> equivariance_error(ring, np.array([[[1., 2., 4.]]]), by=1).number
    0.0
    """
    if hasattr(f, "state_dict"):
        from .reveal import numpy_function
        f = numpy_function(f)
    x, out_by = np.asarray(x, float), by if out_by is None else out_by
    y = f(x)
    squares = (f(shift(x, by, circular)) - shift(y, out_by, circular)) ** 2
    scale = math.sqrt(np.mean(y ** 2)) or 1.0
    return ShiftError(math.sqrt(np.mean(squares)) / scale, np.sqrt(np.mean(squares, axis=(0, 1))) / scale)


def shift(x, by, circular=True):
    """x moved along its last axes; what leaves comes in at the other end, or zeros come in.

    by  places to the right (and down): one number for the last axis, or (rows, columns); negative is left (and up)

    >>> shift(np.array([[[1, 2, 3]]]), 1), shift(np.array([[[1, 2, 3]]]), 1, circular=False)
    (array([[[3, 1, 2]]]), array([[[0, 1, 2]]]))
    """
    moves = tuple(by) if isinstance(by, (tuple, list)) else (by,)
    if not all(isinstance(n, (int, np.integer)) for n in moves):
        raise TypeError(f"by is {by!r}; expected whole numbers")
    if any(moves) and len(moves) > np.ndim(x) - 2:
        raise ValueError(f"by is {by}; x has only {np.ndim(x) - 2} axes to move along")
    for axis, n in zip(range(-len(moves), 0), moves, strict=True):
        x = np.roll(x, n, axis) if n else x
        if not circular and n:
            np.moveaxis(x, axis, 0)[slice(n) if n > 0 else slice(n, None)] = 0
    return x


def _answer(grid, out_axis, in_axis, s):
    n_out, n_in = grid.shape[out_axis], grid.shape[in_axis]
    turns_whole = n_out == 1 < n_in and s % n_in == 0                   # a whole turn of both sides tests nothing
    if not turns_whole and np.array_equal(np.roll(grid, (1, s), (out_axis, in_axis)), grid):
        return "exact"
    here = _part(_part(grid, out_axis, slice(None, -1)), in_axis, slice(None, -s))
    moved = _part(_part(grid, out_axis, slice(1, None)), in_axis, slice(s, None))
    return "away from the borders" if np.array_equal(here, moved) and (here != NO_EDGE).any() else "no"


def _part(grid, axis, places):
    return grid[(slice(None),) * axis + (places,)]


def _words(answer, s, n_out):
    if answer == "no":
        return "nothing"
    by, where = "" if s == 1 else f" by {s}", "" if answer == "exact" else f", {answer}"
    return f"shifts{by} (invariant)" if n_out == 1 else f"shifts{by}{where}"
