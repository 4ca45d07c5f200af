"""Convolution, forward and backward: one kernel for all places.

    windows         what each output position sees, as a view;  fold  its adjoint, which adds the views up again
    conv2d          y = kernel times windows                    conv1d  the same, one row high
"""
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .shapes import array, output_size, pair, whole


def windows(x, kernel_size, stride=1, padding=0, dilation=1, padding_mode="zeros"):
    """What each output position sees: win[n, c, a, b, i, j] = x_padded[n, c, i s + a d, j s + b d].

    x        (N, C, H_in, W_in);  kernel_size, stride, padding, dilation in pixels: one number, or (height, width)
    Returns  (N, C, k_h, k_w, H_out, W_out), a read-only view of the padded image: nothing is copied k_h k_w times.
    """
    N, C, H_in, W_in = array("x", x, ("N", "C", "H_in", "W_in")).shape
    (k_h, k_w), (s_h, s_w) = pair("kernel_size", kernel_size, 1), pair("stride", stride, 1)
    (p_h, p_w), (d_h, d_w) = pair("padding", padding, 0), pair("dilation", dilation, 1)
    output_size(H_in, k_h, s_h, p_h, d_h), output_size(W_in, k_w, s_w, p_w, d_w)
    spans = d_h * (k_h - 1) + 1, d_w * (k_w - 1) + 1
    win = sliding_window_view(_pad(x, p_h, p_w, padding_mode), spans, axis=(2, 3))
    return win[:, :, ::s_h, ::s_w, ::d_h, ::d_w].transpose(0, 1, 4, 5, 2, 3)


def fold(dwin, shape, stride=1, padding=0, dilation=1, padding_mode="zeros"):
    """The adjoint of `windows`: every pixel adds up what came back through all the windows that saw it.

    dwin     (N, C, k_h, k_w, H_out, W_out);  shape  of x, (N, C, H_in, W_in)
    Returns  dx, of that shape.
    """
    (s_h, s_w), (d_h, d_w) = pair("stride", stride, 1), pair("dilation", dilation, 1)
    (p_h, p_w), (N, C, H_in, W_in) = pair("padding", padding, 0), shape
    k_h, k_w, H_out, W_out = dwin.shape[2:]
    dx = np.zeros((N, C, H_in + 2 * p_h, W_in + 2 * p_w), dwin.dtype)
    for a in range(k_h):
        for b in range(k_w):
            rows, cols = slice(a * d_h, a * d_h + s_h * H_out, s_h), slice(b * d_w, b * d_w + s_w * W_out, s_w)
            dx[:, :, rows, cols] += dwin[:, :, a, b]
    return _unpad(dx, p_h, p_w, padding_mode)


def conv2d(x, w, b=None, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """y[n, f, i, j] = b[f] + sum over c, a, b of w[f, c, a, b] x_padded[n, c, i s + a d, j s + b d]."""
    C_out, C_group, k_h, k_w = _check(x, w, b, groups)
    win = windows(x, (k_h, k_w), stride, padding, dilation, padding_mode)
    N, _, _, _, H_out, W_out = win.shape
    columns = win.reshape(N, groups, C_group * k_h * k_w, H_out * W_out)
    y = (w.reshape(groups, C_out // groups, -1) @ columns).reshape(N, C_out, H_out, W_out)
    return y if b is None else y + b[:, None, None]


def conv2d_backward(dy, x, w, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """dw = dy times windows, summed over positions and examples; dx = fold(w^T dy); db = dy summed."""
    C_out, C_group, k_h, k_w = _check(x, w, None, groups)
    win = windows(x, (k_h, k_w), stride, padding, dilation, padding_mode)
    N, _, _, _, H_out, W_out = win.shape
    array("dy", dy, (N, C_out, H_out, W_out))
    columns = win.reshape(N, groups, C_group * k_h * k_w, H_out * W_out)
    dy_, w_ = dy.reshape(N, groups, C_out // groups, -1), w.reshape(groups, C_out // groups, -1)
    dw = (dy_ @ columns.swapaxes(2, 3)).sum(0).reshape(w.shape)
    dwin = (w_.swapaxes(1, 2) @ dy_).reshape(win.shape)
    return fold(dwin, x.shape, stride, padding, dilation, padding_mode), dw, dy.sum((0, 2, 3))


def conv1d(x, w, b=None, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """y[n, f, i] = b[f] + sum over c, a of w[f, c, a] x_padded[n, c, i s + a d]."""
    array("x", x, ("N", "C_in", "L_in")), array("w", w, ("C_out", "C_in / groups", "k"))
    options = _one_row(stride, padding, dilation)
    return conv2d(x[:, :, None], w[:, :, None], b, *options, groups, padding_mode)[:, :, 0]


def conv1d_backward(dy, x, w, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """dx, dw, db of `conv1d`."""
    array("dy", dy, ("N", "C_out", "L_out")), array("x", x, ("N", "C_in", "L_in"))
    array("w", w, ("C_out", "C_in / groups", "k"))
    options = _one_row(stride, padding, dilation)
    dx, dw, db = conv2d_backward(dy[:, :, None], x[:, :, None], w[:, :, None], *options, groups, padding_mode)
    return dx[:, :, 0], dw[:, :, 0], db


def _one_row(stride, padding, dilation):
    return (1, whole("stride", stride, 1)), (0, whole("padding", padding, 0)), (1, whole("dilation", dilation, 1))


def _check(x, w, b, groups):
    C_in = array("x", x, ("N", "C_in", "H_in", "W_in")).shape[1]
    C_out = array("w", w, ("C_out", "C_in / groups", "k_h", "k_w")).shape[0]
    if C_in % whole("groups", groups, 1) or C_out % groups:
        raise ValueError(f"groups is {groups}; it must divide C_in = {C_in} and C_out = {C_out}")
    if b is not None:
        array("b", b, (C_out,))
    return array("w", w, ("C_out", C_in // groups, "k_h", "k_w")).shape


def _pad(x, p_h, p_w, padding_mode):
    if padding_mode == "circular":
        if p_h > x.shape[2] or p_w > x.shape[3]:
            raise ValueError(f"padding is {(p_h, p_w)}; a circular input of {x.shape[2:]} has no more")
        return np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)), mode="wrap")
    if padding_mode != "zeros":
        raise ValueError(f"padding_mode is {padding_mode!r}; expected 'zeros' or 'circular'")
    N, C, H_in, W_in = x.shape
    padded = np.zeros((N, C, H_in + 2 * p_h, W_in + 2 * p_w), x.dtype)
    padded[:, :, p_h:p_h + H_in, p_w:p_w + W_in] = x
    return padded


def _unpad(dx, p_h, p_w, padding_mode):
    H_in, W_in = dx.shape[2] - 2 * p_h, dx.shape[3] - 2 * p_w
    if padding_mode == "circular":
        dx[:, :, H_in:H_in + p_h] += dx[:, :, :p_h]
        dx[:, :, p_h:2 * p_h] += dx[:, :, H_in + p_h:]
        dx[..., W_in:W_in + p_w] += dx[..., :p_w]
        dx[..., p_w:2 * p_w] += dx[..., W_in + p_w:]
    return dx[:, :, p_h:p_h + H_in, p_w:p_w + W_in]
