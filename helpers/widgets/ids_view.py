"""The matrix of `param_ids` beside the layer it describes: point at one connection, and see every use of its parameter."""
import numpy as np
import traitlets as t

from ..ids import NO_EDGE, counts
from ..shapes import whole
from ..sharing import conv1d_ids, dense_ids, local1d_ids, rnn_step_ids, stack_ids, tie
from .base import CourseWidget, pack

MOST = 64


class IdsView(CourseWidget):
    """A matrix of ids and its layer, in one stage or in several that a slider walks through.

    param_ids  (n_out, n_in) whole numbers, -1 for no connection, at most 64 x 64; or {name of the stage: such a matrix},
               all of one size
    in_shape, out_shape  (height, width) when inputs and outputs are pictures: squares instead of circles and lines
    stage, row, col      where to start: the stage, and the place in the matrix; output `row` and input `col`
    Errors     ValueError "param_ids is 100 x 100; every connection is drawn, so at most 64 x 64"
    Second road  the browser's counts and uses against numpy's, for every place: test_widget_ids_view.py.
    Taught in lessons 01, 03, 04, 05, 10 and 14.

    >>> IdsView.walk()
    IdsView(dense, local, convolution: 4 outputs, 6 inputs)
    """

    files = "ids_view"
    stages = t.List().tag(sync=True)
    in_shape = t.List(None, allow_none=True).tag(sync=True)
    out_shape = t.List(None, allow_none=True).tag(sync=True)
    stage = t.Int(0).tag(sync=True)
    row = t.Int(0).tag(sync=True)
    col = t.Int(0).tag(sync=True)

    def __init__(self, param_ids, in_shape=None, out_shape=None, stage=0, row=0, col=0):
        named = param_ids if isinstance(param_ids, dict) else {"layer": param_ids}
        if not named:
            raise ValueError("param_ids is {}; expected a matrix, or names and matrices")
        self.matrices = {name: checked_ids(name, ids) for name, ids in named.items()}
        n_out, n_in = shape = next(iter(self.matrices.values())).shape
        for name, ids in self.matrices.items():
            if ids.shape != shape:
                raise ValueError(f"param_ids[{name!r}] has shape {ids.shape}; expected {shape}, the size of the first stage")
        super().__init__(
            stages=[{"name": name, "ids": pack(ids)} for name, ids in self.matrices.items()],
            in_shape=picture_shape("in_shape", in_shape, n_in), out_shape=picture_shape("out_shape", out_shape, n_out),
            stage=below("stage", stage, len(named)), row=below("row", row, n_out), col=below("col", col, n_in))

    @classmethod
    def walk(cls, n_in=6, k=3):
        """Dense, local, convolution, from the same inputs to the same outputs."""
        local = local1d_ids(n_in, k)
        return cls({"dense": dense_ids(n_in, len(local)), "local": local, "convolution": conv1d_ids(n_in, k)})

    @classmethod
    def unrolled(cls, T=3, n_x=1, n_h=2):
        """A stack of T untied steps, and the same with its steps tied: an RNN."""
        step = rnn_step_ids(n_x, n_h)
        stack = stack_ids(step, T)
        return cls({"untied stack": stack, "tied: an RNN": tie(stack, step.size)})

    def __repr__(self):
        n_out, n_in = next(iter(self.matrices.values())).shape
        return f"IdsView({', '.join(self.matrices)}: {n_out} outputs, {n_in} inputs)"

    def counts(self):
        """Connections, parameters and multiply-adds of the stage that is shown now."""
        return counts(list(self.matrices.values())[self.stage])


def checked_ids(name, ids):
    """A matrix of ids that can be drawn, or an error that names it."""
    try:
        values = np.asarray(ids, float)
    except (TypeError, ValueError):
        raise TypeError(f"param_ids is a {type(ids).__name__}; expected a matrix of whole numbers") from None
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"param_ids has shape {values.shape}; expected (n_out, n_in), at least 1 x 1")
    if not np.isfinite(values).all() or (values % 1).any():
        raise ValueError(f"param_ids of {name!r} holds {values[~np.isfinite(values) | (values % 1 != 0)][0]}; "
                         "expected whole numbers")
    if max(values.shape) > MOST:
        n_out, n_in = values.shape
        raise ValueError(f"param_ids is {n_out} x {n_in}; every connection is drawn, so at most {MOST} x {MOST}")
    if values.min() < NO_EDGE:
        raise ValueError(f"param_ids of {name!r} holds {values.min():.0f}; expected ids from 0 on, or -1 for no connection")
    return values.astype(int)


def picture_shape(name, shape, n):
    if shape is None:
        return None
    if len(shape) != 2 or int(np.prod(shape)) != n:
        raise ValueError(f"{name} is {tuple(shape)}; expected (height, width) with {n} pixels in all")
    return [int(size) for size in shape]


def below(name, value, n):
    if whole(name, value, 0) >= n:
        raise ValueError(f"{name} is {value}; expected a whole number from 0 to {n - 1}")
    return int(value)
