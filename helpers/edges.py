"""Any weight-sharing pattern as a list of its connections: quick enough to train an image of 20 x 20 pixels.

    edges           (output, input, id) of every connection;  conv2d_edges, local2d_edges  without the ids matrix
    edge_forward    y = x W^T, W[output, input] = theta[id]
    edge_backward   dx and dtheta: the sum over uses

A convolution has few connections for the size of its matrix; looking up only those is what makes it quick.
"""
from typing import NamedTuple

import numpy as np

from .ids import NO_EDGE, connected
from .shapes import array, channels, pair, whole
from .sharing import taps


class Edges(NamedTuple):
    """Connection e goes from input[e] to output[e] and uses theta[id[e]]; three arrays of one length."""
    output: np.ndarray
    input: np.ndarray
    id: np.ndarray


def edges(param_ids):
    """The connections of a layer, row by row. Its way back is `edge_ids`. Taught in lesson 14.

    >>> edges(np.array([[0, 1, -1], [-1, 0, 1]]))
    Edges(output=array([0, 0, 1, 1]), input=array([0, 1, 1, 2]), id=array([0, 1, 0, 1]))
    """
    output, input = np.nonzero(connected(param_ids))
    return Edges(output, input, param_ids[output, input])


def edge_ids(edges, n_out, n_in):
    """The ids matrix of the connections: (n_out, n_in), NO_EDGE where there is none.

    >>> edge_ids(Edges(np.array([0, 1]), np.array([1, 0]), np.array([5, 6])), 2, 2)
    array([[-1,  5],
           [ 6, -1]])
    """
    _check(edges, n_out, n_in)
    param_ids = np.full((n_out, n_in), NO_EDGE)
    param_ids[edges.output, edges.input] = edges.id
    return param_ids


def edge_forward(x, theta, edges, n_out):
    """y[n, i] = sum over connections (i, j, k) of theta[k] x[n, j].

    x        (N, n_in) a batch;  theta  (n_params,) of floats;  edges  from `edges`;  n_out  how many outputs
    Returns  (N, n_out). The same as x @ gather(theta, param_ids).T; test_edges.py compares them. Taught in lesson 14.
    Errors   IndexError "edges use parameter 2; theta has only 2"

    >>> edge_forward(np.array([[1., 2., 3.]]), np.array([10., 1.]), edges(np.array([[0, 1, -1], [-1, 0, 1]])), 2)
    array([[12., 23.]])
    """
    N, n_in = array("x", x, ("N", "n_in")).shape
    return x @ _matrix(theta, edges, n_out, n_in).T


def edge_backward(dy, x, theta, edges):
    """dtheta[k] = sum over examples n and connections (i, j, k) of dy[n, i] x[n, j];  dx = dy W.

    dy       (N, n_out) upstream gradient;  x, theta, edges  as for `edge_forward`
    Returns  dx (N, n_in), dtheta (n_params,), of theta's dtype: sums over uses and over the batch, never means

    >>> edge_backward(np.array([[1., 1.]]), np.array([[1., 2., 3.]]), np.array([10., 1.]),
    ...               edges(np.array([[0, 1, -1], [-1, 0, 1]])))
    (array([[10., 11.,  1.]]), array([3., 5.]))
    """
    N, n_in = array("x", x, ("N", "n_in")).shape
    n_out = array("dy", dy, (N, "n_out")).shape[1]
    W = _matrix(theta, edges, n_out, n_in)
    uses = (dy.T @ x)[edges.output, edges.input]
    return dy @ W, np.bincount(edges.id, uses, minlength=len(theta)).astype(theta.dtype)


def local2d_edges(H_in, W_in, kernel_size, C_in=1, C_out=1, stride=1, padding=0, dilation=1, groups=1, circular=False):
    """The connections of `local2d_ids`, made one axis at a time: no matrix of (C_out H_out W_out, C_in H_in W_in).

    Arguments and ids as `local2d_ids`. The order is (C_out, C_in / groups, row, column), not row by row.

    >>> local2d_edges(1, 4, (1, 3)).id
    array([0, 1, 2, 3, 4, 5])
    """
    (k_h, k_w), (s_h, s_w) = pair("kernel_size", kernel_size, 1), pair("stride", stride, 1)
    (p_h, p_w), (d_h, d_w) = pair("padding", padding, 0), pair("dilation", dilation, 1)
    C_in, C_out, groups = channels(C_in, C_out, groups)
    rows, cols = taps(H_in, k_h, s_h, p_h, d_h, circular), taps(W_in, k_w, s_w, p_w, d_w, circular)
    (H_out, H_in), (W_out, W_in), C_group = rows.shape, cols.shape, C_in // groups
    f, c = np.arange(C_out)[:, None, None, None], np.arange(C_group)[:, None, None]
    i, y, a = (part[:, None] for part in edges(rows))
    j, x, b = edges(cols)
    output = (f * H_out + i) * W_out + j
    input = ((f // (C_out // groups) * C_group + c) * H_in + y) * W_in + x
    id = ((((i * W_out + j) * C_out + f) * C_group + c) * k_h + a) * k_w + b
    return Edges(*(part.ravel() for part in np.broadcast_arrays(output, input, id)))


def conv2d_edges(H_in, W_in, kernel_size, C_in=1, C_out=1, stride=1, padding=0, dilation=1, groups=1, circular=False):
    """The connections of `conv2d_ids`: those of the local layer, and every id its remainder.

    >>> conv2d_edges(1, 4, (1, 3)).id
    array([0, 1, 2, 0, 1, 2])
    """
    local = local2d_edges(H_in, W_in, kernel_size, C_in, C_out, stride, padding, dilation, groups, circular)
    (k_h, k_w), (C_in, C_out, groups) = pair("kernel_size", kernel_size, 1), channels(C_in, C_out, groups)
    return local._replace(id=local.id % (C_out * C_in // groups * k_h * k_w))


def _matrix(theta, edges, n_out, n_in):
    """W[output, input] = theta[id], and 0 elsewhere."""
    _check(edges, n_out, n_in)
    array("theta", theta, ("n_params",))
    if edges.id.max(initial=-1) >= len(theta):
        raise IndexError(f"edges use parameter {edges.id.max()}; theta has only {len(theta)}")
    W = np.zeros((n_out, n_in), theta.dtype)
    W[edges.output, edges.input] = theta[edges.id]
    return W


def _check(edges, n_out, n_in):
    if not isinstance(edges, Edges):
        raise TypeError(f"edges is a {type(edges).__name__}; expected Edges, such as edges(param_ids)")
    for end, name, n, used in [("output", "n_out", n_out, edges.output), ("input", "n_in", n_in, edges.input)]:
        if used.max(initial=-1) >= whole(name, n, 1):
            raise IndexError(f"edges reach {end} {used.max()}; {name} is only {n}")
