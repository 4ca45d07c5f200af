"""Weight sharing as data: an integer array that says which parameter each connection uses.

    param_ids[i, j] = k   the connection from input j to output i uses parameter theta[k]
    param_ids[i, j] = -1  there is no connection (NO_EDGE)

    dense = arange                          nothing erased, nothing shared
    local = erase, then renumber by place   far connections go; every place has a kernel of its own
    conv  = tie(local, n)                   all places share one kernel
    RNN   = tie(stack, n)                   T copies of one step share their weights

Rows are outputs, flattened from (C_out, H_out, W_out); columns are inputs, flattened from (C_in, H_in, W_in).
One id per connection: reflect padding, which needs two, cannot be written this way, nor can max pooling or attention.
What to do with ids (gather, scatter_add, tie, counts) stands in ids.py and can be imported from here as well.
"""
import numpy as np

from .ids import NO_EDGE, Counts, connected, counts, gather, parameters_of, scatter_add, tie
from .shapes import channels, output_size, pair, whole

__all__ = ["NO_EDGE", "Counts", "connected", "conv1d_ids", "conv2d_ids", "counts", "dense_ids", "gather", "local1d_ids",
           "local2d_ids", "rnn_ids", "rnn_step_ids", "scatter_add", "stack_ids", "taps", "tie"]


def dense_ids(n_in, n_out):
    """Every output sees every input through a weight of its own: (n_out, n_in), ids 0 .. n_out * n_in - 1.

    The order is that of torch.nn.Linear's weight. Taught in lesson 01.

    >>> dense_ids(3, 2)
    array([[0, 1, 2],
           [3, 4, 5]])
    """
    n_in, n_out = whole("n_in", n_in, 1), whole("n_out", n_out, 1)
    return np.arange(n_out * n_in).reshape(n_out, n_in)


def taps(n_in, kernel_size, stride=1, padding=0, dilation=1, circular=False):
    """Which kernel entry t input j meets in window i, along one axis: j = i * stride - padding + t * dilation.

    Returns (n_out, n_in), NO_EDGE outside the window. Circular: the window goes on at the other end.
    Errors  ValueError "kernel_size is 5 and dilation 1; a circular window must not meet itself on 4 inputs"

    >>> taps(4, 3)
    array([[ 0,  1,  2, -1],
           [-1,  0,  1,  2]])
    """
    n_out = output_size(n_in, kernel_size, stride, padding, dilation)
    if not isinstance(circular, (bool, np.bool_)):
        raise TypeError(f"circular is {circular!r}; expected True or False")
    i, t = np.indices((n_out, kernel_size))
    j = i * stride - padding + t * dilation
    if circular and np.ptp(j[0]) >= n_in:
        raise ValueError(f"kernel_size is {kernel_size} and dilation {dilation}; "
                         f"a circular window must not meet itself on {n_in} inputs")
    j = j % n_in if circular else j
    inside = (0 <= j) & (j < n_in)
    out = np.full((n_out, n_in), NO_EDGE)
    out[i[inside], j[inside]] = t[inside]
    return out


def local2d_ids(H_in, W_in, kernel_size, C_in=1, C_out=1, stride=1, padding=0, dilation=1, groups=1, circular=False):
    """A kernel of its own at every place of an image: ids in the order (H_out, W_out, C_out, C_in / groups, k_h, k_w).

    Place 0 owns ids 0 .. n - 1, place 1 owns n .. 2n - 1, and so on, n = C_out * (C_in / groups) * k_h * k_w.
    kernel_size, stride, padding, dilation: one whole number, or two for height and width.
    Returns  (C_out * H_out * W_out, C_in * H_in * W_in). Taught in lesson 03.
    Errors   ValueError "groups is 2; it must divide C_in = 3 and C_out = 4"

    >>> local2d_ids(1, 4, (1, 3))
    array([[ 0,  1,  2, -1],
           [-1,  3,  4,  5]])
    """
    (k_h, k_w), (s_h, s_w) = pair("kernel_size", kernel_size, 1), pair("stride", stride, 1)
    (p_h, p_w), (d_h, d_w) = pair("padding", padding, 0), pair("dilation", dilation, 1)
    H_in, W_in = whole("H_in", H_in, 1), whole("W_in", W_in, 1)
    C_in, C_out, groups = channels(C_in, C_out, groups)
    rows, cols = taps(H_in, k_h, s_h, p_h, d_h, circular), taps(W_in, k_w, s_w, p_w, d_w, circular)
    (H_out, _), (W_out, _) = rows.shape, cols.shape
    f, i, j, c = np.ogrid[:C_out, :H_out, :W_out, :C_in]
    c = c - f // (C_out // groups) * (C_in // groups)                # the channel, counted within the filter's group
    f, place, c = f[..., None, None], (i * W_out + j)[..., None, None], c[..., None, None]
    a, b = rows[None, :, None, None, :, None], cols[None, None, :, None, None, :]
    ids = (((place * C_out + f) * (C_in // groups) + c) * k_h + a) * k_w + b
    seen = (a != NO_EDGE) & (b != NO_EDGE) & (0 <= c) & (c < C_in // groups)
    return np.where(seen, ids, NO_EDGE).reshape(C_out * H_out * W_out, C_in * H_in * W_in)


def conv2d_ids(H_in, W_in, kernel_size, C_in=1, C_out=1, stride=1, padding=0, dilation=1, groups=1, circular=False):
    """One kernel for all places: the local layer, tied. theta is torch's Conv2d weight, flattened.

    Arguments, shape and errors as `local2d_ids`; ids 0 .. C_out * (C_in / groups) * k_h * k_w - 1. Taught in lesson 04.
    Second road  the matrix of torch.nn.Conv2d with the same options; test_sharing.py compares 200 of them

    >>> conv2d_ids(1, 4, (1, 3))
    array([[ 0,  1,  2, -1],
           [-1,  0,  1,  2]])
    """
    local = local2d_ids(H_in, W_in, kernel_size, C_in, C_out, stride, padding, dilation, groups, circular)
    (k_h, k_w), (C_in, C_out, groups) = pair("kernel_size", kernel_size, 1), channels(C_in, C_out, groups)
    return tie(local, C_out * C_in // groups * k_h * k_w)


def local1d_ids(n_in, kernel_size, C_in=1, C_out=1, stride=1, padding=0, dilation=1, groups=1, circular=False):
    """A kernel of its own at every place of a row: (C_out * n_out, C_in * n_in).

    Ids run in the order (n_out, C_out, C_in / groups, k): place 0 first. Arguments and errors as `local2d_ids`.

    >>> local1d_ids(4, 3)
    array([[ 0,  1,  2, -1],
           [-1,  3,  4,  5]])
    """
    stride, padding, dilation = (1, stride), (0, padding), (1, dilation)
    return local2d_ids(1, n_in, (1, kernel_size), C_in, C_out, stride, padding, dilation, groups, circular)


def conv1d_ids(n_in, kernel_size, C_in=1, C_out=1, stride=1, padding=0, dilation=1, groups=1, circular=False):
    """One kernel for all places of a row: (C_out * n_out, C_in * n_in); theta is torch's Conv1d weight, flattened.

    >>> conv1d_ids(4, 3)
    array([[ 0,  1,  2, -1],
           [-1,  0,  1,  2]])
    """
    stride, padding, dilation = (1, stride), (0, padding), (1, dilation)
    return conv2d_ids(1, n_in, (1, kernel_size), C_in, C_out, stride, padding, dilation, groups, circular)


def stack_ids(param_ids, T, n_params=None):
    """T untied copies of a layer, one block per step down the diagonal: (T * n_out, T * n_in). Taught in lesson 10.

    Copy t uses ids t * n_params .. (t + 1) * n_params - 1; n_params is the highest id + 1 unless given.

    >>> stack_ids(np.array([[0, 1]]), 2)
    array([[ 0,  1, -1, -1],
           [-1, -1,  2,  3]])
    """
    used, n = connected(param_ids), parameters_of(param_ids, n_params)
    (n_out, n_in), T = param_ids.shape, whole("T", T, 1)
    stack = np.full((T, n_out, T, n_in), NO_EDGE)
    for t in range(T):
        stack[t, :, t] = np.where(used, param_ids + t * n, NO_EDGE)
    return stack.reshape(T * n_out, T * n_in)


def rnn_step_ids(n_x, n_h):
    """One step of a plain RNN, from (x_t, h_{t-1}) to n_h sums: theta = W_xh flattened, then W_hh flattened.

    >>> rnn_step_ids(1, 2)
    array([[0, 2, 3],
           [1, 4, 5]])
    """
    n_x, n_h = whole("n_x", n_x, 1), whole("n_h", n_h, 1)
    return np.hstack([dense_ids(n_x, n_h), n_h * n_x + dense_ids(n_h, n_h)])


def rnn_ids(T, n_x, n_h):
    """The unrolled RNN: T copies of one step, tied. (T * n_h, T * (n_x + n_h)), columns (x_1, h_0, x_2, h_1, ...).

    It stacks the steps; it is not the map from all x to all h, which also runs through tanh. Taught in lesson 10.

    >>> rnn_ids(2, 1, 1)
    array([[ 0,  1, -1, -1],
           [-1, -1,  0,  1]])
    """
    step = rnn_step_ids(n_x, n_h)
    return tie(stack_ids(step, T), step.size)
