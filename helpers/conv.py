"""Convolution, forward and backward: one kernel for all positions, so its gradient is a sum over all positions.

With win = windows(x), what each position sees, the three products are

    y    = w times win              summed over what is seen: channels and kernel
    dw   = dy times win             summed over who saw it: positions and examples
    dwin = w transposed times dy    summed over filters; then dx = fold(dwin)

Deep learning's convolution does not flip the kernel: strictly it is cross-correlation. One dimension is one row of two.
"""
import numpy as np

from .shapes import array, channels, output_size, whole
from .windows import fold, positions, windows


def conv2d(x, w, b=None, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """One kernel slides over all images: y[n, f, i, j] = b[f] + sum_cab w[f, c, a, b] win[n, c, a, b, i, j].

        win[n, c, a, b, i, j] = x_padded[n, c, i s + a d, j s + b d]     what position i, j sees: `windows`

    x  (N, C_in, H_in, W_in) images;  w  (C_out, C_in / groups, k_h, k_w), one kernel a filter;  b  (C_out,) or None
    stride, padding, dilation  in pixels, one whole number or (height, width): s, p and d of the formula
    groups       the channels are split in so many groups, and so are the filters: filter f sees c of its own group only
    padding_mode "zeros", or "circular": the image goes on at its other end
    Returns      y (N, C_out, H_out, W_out), H_out = floor((H_in + 2 p - d (k_h - 1) - 1) / s) + 1; the arguments' dtype
    Errors       ValueError "w has shape (4, 2, 3, 3); expected (C_out, 3, k_h, k_w)" when x has 3 channels
                 ValueError "groups is 2; it must divide C_in = 3 and C_out = 4", and those of `windows`
    Second road  `gather(w.ravel(), conv2d_ids(...)) @ x[n].ravel()`, and torch.nn.functional.conv2d: test_conv.py
    Source       LeCun et al. 1989, "Backpropagation applied to handwritten zip code recognition"
                 Taught in lessons 04 and 05.

    >>> conv2d(np.array([[[[0., 0., 1., 3., 3.]]]]), np.array([[[[-1., 1.]]]]))
    array([[[[0., 1., 2., 0.]]]])
    """
    options = stride, padding, dilation, padding_mode
    N, C_out, H_out, W_out = shape = _output_shape(x, w, groups, stride, padding, dilation)
    w_groups = w.reshape(groups, C_out // groups, -1)
    y = np.empty((N, groups, C_out // groups, H_out * W_out), np.result_type(x, w))
    win = windows(x, w.shape[2:], *options)
    for n in _pieces(win):
        np.matmul(w_groups, _columns(win[n], groups), out=y[n])
    y = y.reshape(shape)
    return y if b is None else y + array("b", b, (C_out,))[:, None, None]


def conv2d_backward(dy, x, w, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """The gradients of a loss L, given dy[n, f, i, j] = dL / dy[n, f, i, j].

        dw[f, c, a, b]         = sum_nij dy[n, f, i, j] win[n, c, a, b, i, j]     one kernel, used at every n, i, j
        dwin[n, c, a, b, i, j] = sum_f w[f, c, a, b] dy[n, f, i, j];  dx = fold(dwin)
        db[f]                  = sum_nij dy[n, f, i, j]

    dy  (N, C_out, H_out, W_out) upstream gradient;  x, w and the options  as they went into `conv2d`
    Returns      dx (N, C_in, H_in, W_in), dw (C_out, C_in / groups, k_h, k_w), db (C_out,)
    Errors       ValueError "dy has shape (1, 1, 4, 4); expected (1, 1, 3, 3)", and those of `conv2d`
    Second road  `scatter_add` through `conv2d_ids`; dy slid over x; dy convolved with the flipped kernel; finite
                 differences on every entry; torch: test_conv.py. Taught in lesson 07.
    Source       LeCun 1989, "Generalization and network design strategies": shared weights add their gradients.

    >>> dx, dw, db = conv2d_backward(np.array([[[[1., 10.]]]]), np.array([[[[1., 2., 3.]]]]), np.array([[[[5., 7.]]]]))
    >>> print(dx.ravel(), dw.ravel(), db)
    [ 5. 57. 70.] [21. 32.] [11.]
    """
    options = stride, padding, dilation, padding_mode
    N, C_out, H_out, W_out = _output_shape(x, w, groups, stride, padding, dilation)
    array("dy", dy, (N, C_out, H_out, W_out))
    w_groups = w.reshape(groups, C_out // groups, -1)
    dy_groups = dy.reshape(N, groups, C_out // groups, -1)
    dx, dw = np.empty_like(x, dtype=np.result_type(dy, w)), 0
    win = windows(x, w.shape[2:], *options)
    for n in _pieces(win):
        dw = dw + (_columns(win[n], groups) @ dy_groups[n].swapaxes(2, 3)).sum(0)
        dwin = (w_groups.swapaxes(1, 2) @ dy_groups[n]).reshape(win[n].shape)
        dx[n] = fold(dwin, x[n].shape, *options)
    return dx, dw.swapaxes(1, 2).reshape(w.shape), dy.sum((0, 2, 3))


def conv1d(x, w, b=None, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """One kernel slides along the row: y[n, f, i] = b[f] + sum_ca w[f, c, a] x_padded[n, c, i s + a d].

    x  (N, C_in, L_in);  w  (C_out, C_in / groups, k);  b  (C_out,) or None;  the rest as for `conv2d`, one number each
    Returns      y (N, C_out, L_out), L_out = floor((L_in + 2 p - d (k - 1) - 1) / s) + 1; the arguments' dtype
    Errors       ValueError "w has shape (4, 2, 3); expected (C_out, 3, k)", and those of `conv2d`
    Second road  `gather(w.ravel(), conv1d_ids(...)) @ x[n].ravel()`, torch.nn.functional.conv1d: test_conv.py
    Source       Waibel et al. 1989, "Phoneme recognition using time-delay neural networks"
                 Taught in lessons 04 and 10.

    >>> conv1d(np.array([[[0., 0., 1., 3., 3.]]]), np.array([[[-1., 1.]]]))
    array([[[0., 1., 2., 0.]]])
    """
    options = _one_row(x, w, stride, padding, dilation, groups)
    return conv2d(x[:, :, None], w[:, :, None], b, *options, groups, padding_mode)[:, :, 0]


def conv1d_backward(dy, x, w, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """The gradients of a loss L, given dy[n, f, i] = dL / dy[n, f, i]: dw[f, c, a] = sum_ni dy[n, f, i] win[n, c, a, i].

    dy  (N, C_out, L_out) upstream gradient;  x, w and the options  as they went into `conv1d`
    Returns      dx (N, C_in, L_in), dw (C_out, C_in / groups, k), db (C_out,)
    Errors       ValueError "dy has shape (1, 1, 3); expected (1, 1, 2)", and those of `conv1d`
    Second road  `scatter_add` through `conv1d_ids`; finite differences on every entry; torch: test_conv.py
    Source       as `conv2d_backward`, in one dimension. Taught in lesson 07.

    >>> dx, dw, db = conv1d_backward(np.array([[[1., 10.]]]), np.array([[[1., 2., 3.]]]), np.array([[[5., 7.]]]))
    >>> print(dx.ravel(), dw.ravel(), db)
    [ 5. 57. 70.] [21. 32.] [11.]
    """
    options = _one_row(x, w, stride, padding, dilation, groups)
    L_out = output_size(x.shape[2], w.shape[2], stride, padding, dilation)
    array("dy", dy, (len(x), len(w), L_out))
    dx, dw, db = conv2d_backward(dy[:, :, None], x[:, :, None], w[:, :, None], *options, groups, padding_mode)
    return dx[:, :, 0], dw[:, :, 0], db


def _output_shape(x, w, groups, stride, padding, dilation):
    """(N, C_out, H_out, W_out), once x, w and the options fit together."""
    N, C_in, H_in, W_in = array("x", x, ("N", "C_in", "H_in", "W_in")).shape
    C_out = len(array("w", w, ("C_out", "C_in / groups", "k_h", "k_w")))
    C_in, C_out, groups = channels(C_in, C_out, groups)
    kernel_size = array("w", w, ("C_out", C_in // groups, "k_h", "k_w")).shape[2:]
    return N, C_out, *positions((H_in, W_in), kernel_size, stride, padding, dilation)


def _one_row(x, w, stride, padding, dilation, groups):
    """The options of a two-dimensional convolution of one row."""
    C_in = array("x", x, ("N", "C_in", "L_in")).shape[1]
    C_out = len(array("w", w, ("C_out", "C_in / groups", "k")))
    channels(C_in, C_out, groups)
    array("w", w, ("C_out", C_in // groups, "k"))
    return (1, whole("stride", stride, 1)), (0, whole("padding", padding, 0)), (1, whole("dilation", dilation, 1))


def _columns(win, groups):
    """(N, groups, what is seen, positions): the windows as columns of one matrix for each example and group."""
    N, C_in, k_h, k_w, H_out, W_out = win.shape
    return win.reshape(N, groups, C_in // groups * k_h * k_w, H_out * W_out)


def _pieces(win, limit=2**18):
    """Slices of the batch whose columns hold `limit` numbers or one example: 1 MB of float32 stays in the cache."""
    step = max(1, limit // win[0].size)
    return [slice(n, n + step) for n in range(0, len(win), step)]
