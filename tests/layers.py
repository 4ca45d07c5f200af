"""Random layers for the tests: options that fit together, and the matrix of a torch layer."""
import numpy as np
import torch
from hypothesis import assume
from hypothesis import strategies as st

BOTH = st.booleans()


def theta_for(n):
    """n numbers that look like weights, always the same ones."""
    return np.random.default_rng(n).normal(size=n)


def _fits(n, k, p, d, around):
    span = d * (k - 1) + 1
    assume(span <= n and p <= n if around else span <= n + 2 * p)       # torch goes round at most once


@st.composite
def options_1d(draw, circular=BOTH):
    """All options of a one-dimensional convolution that fit together; the channels last."""
    n, k, d, p = (draw(st.integers(a, b)) for a, b in [(1, 9), (1, 4), (1, 3), (0, 3)])
    groups = draw(st.integers(1, 3))
    C_in, C_out = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    around = draw(circular)
    _fits(n, k, p, d, around)
    return dict(n_in=n, kernel_size=k, C_in=C_in, C_out=C_out, stride=draw(st.integers(1, 3)), padding=p, dilation=d,
                groups=groups, circular=around)


@st.composite
def options_2d(draw, circular=BOTH):
    """The same in two dimensions, height and width apart."""
    around = draw(circular)
    groups = draw(st.integers(1, 2))
    C_in, C_out = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    sizes, k, s, p, d = (draw(st.tuples(st.integers(*ends), st.integers(*ends)))
                         for ends in [(1, 6), (1, 3), (1, 3), (0, 2), (1, 2)])
    for n, kernel, pad, dil in zip(sizes, k, p, d, strict=True):
        _fits(n, kernel, pad, dil, around)
    return dict(H_in=sizes[0], W_in=sizes[1], kernel_size=k, C_in=C_in, C_out=C_out, stride=s, padding=p, dilation=d,
                groups=groups, circular=around)


def torch_conv(dim, o):
    mode = "circular" if o["circular"] else "zeros"
    layer = (torch.nn.Conv1d, torch.nn.Conv2d)[dim - 1]
    return layer(o["C_in"], o["C_out"], o["kernel_size"], o["stride"], o["padding"], o["dilation"], o["groups"],
                 bias=False, padding_mode=mode, dtype=torch.float64)


def matrix_of(layer, in_shape):
    """The matrix of a linear torch layer: one-hot inputs in, its columns out."""
    n_in = int(np.prod(in_shape))
    with torch.no_grad():
        return layer(torch.eye(n_in, dtype=torch.float64).reshape(n_in, *in_shape)).reshape(n_in, -1).numpy().T
