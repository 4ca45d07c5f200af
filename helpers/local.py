"""The local layer: every position looks at its own small window, through a kernel of its own.

It is convolution with one axis more, the position, and its gradient with one sum less:

    local        w (positions, filters, what is seen)    dw = dy times patches
    convolution  w (1,         filters, what is seen)    dw = (dy times patches).sum over the positions

So `local2d` takes both. A 1 in place of H_out or W_out says that all rows or all columns share one kernel.
"""
import numpy as np

from .shapes import array, output_size, whole
from .windows import fold, positions, windows


def local2d(x, w, b=None, stride=1, padding=0):
    """Every position has its own kernel: y[n, f, i, j] = b[f, i, j] + sum_cab w[i, j, f, c, a, b] win[n, c, a, b, i, j].

        win[n, c, a, b, i, j] = x_padded[n, c, i s + a, j s + b]     what position i, j sees: `windows`

    x  (N, C_in, H_in, W_in);  w  (H_out, W_out, C_out, C_in, k_h, k_w), or 1 for H_out, W_out or both: shared there
    b  (C_out, H_out, W_out) or None;  stride, padding (zeros)  in pixels, one whole number or (height, width)
    Returns      y (N, C_out, H_out, W_out), H_out = floor((H_in + 2 p - k_h) / s) + 1; the arguments' dtype
    Errors       ValueError "w has kernels for (3, 3) positions; the output has (4, 4) (1 instead shares them)"
    Second road  `gather(w.ravel(), local2d_ids(...)) @ x[n].ravel()`, and torch.nn.functional.unfold times w;
                 with w of one position `conv2d(x, w[0, 0])`: test_local.py. Taught in lesson 03.
    Source       LeCun 1989, "Generalization and network design strategies", network 3.

    >>> w = np.array([[1., 1.], [1., 0.], [0., 100.]]).reshape(1, 3, 1, 1, 1, 2)
    >>> local2d(np.array([[[[1., 2., 3., 4.]]]]), w)
    array([[[[  3.,   2., 400.]]]])
    >>> local2d(np.array([[[[1., 2., 3., 4.]]]]), w[:, :1])
    array([[[[3., 5., 7.]]]])
    """
    N, C_out, H_out, W_out = _output_shape(x, w, stride, padding)
    y = _flat(w) @ _patches(x, w.shape[4:], stride, padding)
    y = y.transpose(3, 2, 0, 1)
    return y if b is None else y + array("b", b, (C_out, H_out, W_out))


def local2d_backward(dy, x, w, stride=1, padding=0):
    """The gradients of a loss L, given dy[n, f, i, j] = dL / dy[n, f, i, j].

        dw[i, j, f, c, a, b]   = sum_n dy[n, f, i, j] win[n, c, a, b, i, j]     summed over i or j too where w is shared
        dwin[n, c, a, b, i, j] = sum_f w[i, j, f, c, a, b] dy[n, f, i, j];  dx = fold(dwin)
        db[f, i, j]            = sum_n dy[n, f, i, j]

    dy  (N, C_out, H_out, W_out) upstream gradient;  x, w, stride, padding  as they went into `local2d`
    Returns      dx (N, C_in, H_in, W_in), dw shaped like w, db (C_out, H_out, W_out)
    Errors       ValueError "dy has shape (1, 1, 4, 4); expected (1, 1, 3, 3)", and those of `local2d`
    Second road  `scatter_add` through `local2d_ids`; its sum over positions is conv2d_backward's dw; finite differences
                 on every entry; torch: test_local.py. Taught in lessons 03 and 07.
    Source       LeCun 1989, as above: its shared and unshared networks differ by the sum over positions

    >>> x, w, dy = np.array([[[[1., 2., 3.]]]]), np.ones((1, 2, 1, 1, 1, 2)), np.array([[[[1., 10.]]]])
    >>> print(local2d_backward(dy, x, w)[1].reshape(2, 2).tolist(), local2d_backward(dy, x, w[:, :1])[1].ravel())
    [[1.0, 2.0], [20.0, 30.0]] [21. 32.]
    """
    N, C_out, H_out, W_out = _output_shape(x, w, stride, padding)
    array("dy", dy, (N, C_out, H_out, W_out))
    dy_patches = dy.transpose(2, 3, 1, 0)
    dw = dy_patches @ _patches(x, w.shape[4:], stride, padding).swapaxes(2, 3)
    shared = tuple(axis for axis in (0, 1) if w.shape[axis] < dw.shape[axis])
    dw = dw.sum(shared, keepdims=True)
    dwin = (_flat(w).swapaxes(2, 3) @ dy_patches).reshape(H_out, W_out, *w.shape[3:], N).transpose(5, 2, 3, 4, 0, 1)
    return fold(dwin, x.shape, stride, padding), dw.reshape(w.shape), dy.sum(0)


def local1d(x, w, b=None, stride=1, padding=0):
    """Every position of a row has its own kernel: y[n, f, i] = b[f, i] + sum_ca w[i, f, c, a] x_padded[n, c, i s + a].

    x  (N, C_in, L_in);  w  (L_out, C_out, C_in, k), or 1 for L_out: shared;  b  (C_out, L_out) or None
    stride, padding (zeros)  in samples, one whole number each
    Returns      y (N, C_out, L_out), L_out = floor((L_in + 2 p - k) / s) + 1; the arguments' dtype
    Errors       ValueError "w has shape (2, 1, 1, 2); expected (L_out, C_out, 3, k)", and those of `local2d`
    Second road  `gather(w.ravel(), local1d_ids(...)) @ x[n].ravel()`: test_local.py
    Source       as `local2d`, in one dimension. Taught in lesson 03.

    >>> local1d(np.array([[[1., 2., 3., 4.]]]), np.array([[[[1., 1.]]], [[[1., 0.]]], [[[0., 100.]]]]))
    array([[[  3.,   2., 400.]]])
    """
    options = _one_row(x, w, stride, padding)
    b = b if b is None else array("b", b, ("C_out", "L_out"))[:, None]
    return local2d(x[:, :, None], w[None, ..., None, :], b, *options)[:, :, 0]


def local1d_backward(dy, x, w, stride=1, padding=0):
    """The gradients of a loss L, given dy[n, f, i] = dL / dy[n, f, i]: dw[i, f, c, a] = sum_n dy[n, f, i] win[n, c, a, i].

    dy  (N, C_out, L_out) upstream gradient;  x, w, stride, padding  as they went into `local1d`
    Returns      dx (N, C_in, L_in), dw shaped like w, db (C_out, L_out)
    Errors       ValueError "dy has shape (1, 1, 3); expected (1, 1, 2)", and those of `local1d`
    Second road  `scatter_add` through `local1d_ids`; finite differences on every entry: test_local.py
    Source       as `local2d_backward`, in one dimension. Taught in lessons 03 and 07.

    >>> dx, dw, db = local1d_backward(np.array([[[1., 10.]]]), np.array([[[1., 2., 3.]]]), np.ones((2, 1, 1, 2)))
    >>> print(dx.ravel(), dw.reshape(2, 2).tolist(), db)
    [ 1. 11. 10.] [[1.0, 2.0], [20.0, 30.0]] [[ 1. 10.]]
    """
    options = _one_row(x, w, stride, padding)
    L_out = output_size(x.shape[2], w.shape[3], stride, padding)
    array("dy", dy, (len(x), w.shape[1], L_out))
    dx, dw, db = local2d_backward(dy[:, :, None], x[:, :, None], w[None, ..., None, :], *options)
    return dx[:, :, 0], dw[0, ..., 0, :], db[:, 0]


def _output_shape(x, w, stride, padding):
    """(N, C_out, H_out, W_out), once x, w and the options fit together."""
    N, C_in, H_in, W_in = array("x", x, ("N", "C_in", "H_in", "W_in")).shape
    _, _, C_out, _, k_h, k_w = array("w", w, ("H_out", "W_out", "C_out", C_in, "k_h", "k_w")).shape
    places = positions((H_in, W_in), (k_h, k_w), stride, padding)
    if any(have not in (1, want) for have, want in zip(w.shape[:2], places, strict=True)):
        raise ValueError(f"w has kernels for {w.shape[:2]} positions; the output has {places} (1 instead shares them)")
    return N, C_out, *places


def _one_row(x, w, stride, padding):
    """The options of a two-dimensional local layer of one row."""
    C_in = array("x", x, ("N", "C_in", "L_in")).shape[1]
    array("w", w, ("L_out", "C_out", C_in, "k"))
    return (1, whole("stride", stride, 1)), (0, whole("padding", padding, 0))


def _patches(x, kernel_size, stride, padding):
    """(H_out, W_out, what is seen, N): for every position a matrix, whose column n is what it sees of example n."""
    win = windows(np.asfortranarray(x), kernel_size, stride, padding)
    N, C_in, k_h, k_w, H_out, W_out = win.shape
    return win.transpose(4, 5, 1, 2, 3, 0).reshape(H_out, W_out, C_in * k_h * k_w, N)


def _flat(w):
    """(H_out, W_out, C_out, what is seen)."""
    return w.reshape(*w.shape[:3], -1)
