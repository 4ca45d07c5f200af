"""What each output position sees, and the way back: the two moves that convolution, local layers and pooling share."""
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .shapes import array, output_size, pair


def windows(x, kernel_size, stride=1, padding=0, dilation=1, padding_mode="zeros"):
    """What each output position sees: win[n, c, a, b, i, j] = x_padded[n, c, i s + a d, j s + b d].

    x            (N, C, H_in, W_in);  i, j  the position;  a, b  the place in the kernel that lies over the pixel
    kernel_size, stride, padding, dilation  in pixels, one whole number or (height, width): k, s, p and d of the formula
    padding_mode "zeros", or "circular": the image goes on at its other end
    Returns      (N, C, k_h, k_w, H_out, W_out), H_out = floor((H_in + 2 p - d (k_h - 1) - 1) / s) + 1; a read-only view
                 of the padded image, of x itself where p = 0: no pixel is copied once per window
    Errors       ValueError "kernel_size is 5 and covers 5 pixels; the padded input has only 4"
                 ValueError "padding_mode is 'same'; expected 'zeros' or 'circular'"
                 ValueError "padding is (3, 3); a circular input of (2, 2) has no more pixels than that to repeat"
    Second road  torch.nn.functional.unfold: test_windows.py. Taught in lessons 04 and 05.
    Source       the columns of Chellapilla, Puri & Simard 2006, "High performance convolutional neural networks".

    >>> windows(np.array([[[[1., 2., 3., 4.]]]]), (1, 3))[0, 0, 0]
    array([[[1., 2.]],
    <BLANKLINE>
           [[2., 3.]],
    <BLANKLINE>
           [[3., 4.]]])
    """
    array("x", x, ("N", "C", "H_in", "W_in"))
    positions(x.shape[2:], kernel_size, stride, padding, dilation)
    (k_h, k_w), (s_h, s_w) = pair("kernel_size", kernel_size, 1), pair("stride", stride, 1)
    (p_h, p_w), (d_h, d_w) = pair("padding", padding, 0), pair("dilation", dilation, 1)
    spans = d_h * (k_h - 1) + 1, d_w * (k_w - 1) + 1
    win = sliding_window_view(_pad(x, p_h, p_w, padding_mode), spans, axis=(2, 3))
    return win[:, :, ::s_h, ::s_w, ::d_h, ::d_w].transpose(0, 1, 4, 5, 2, 3)


def fold(dwin, shape, stride=1, padding=0, dilation=1, padding_mode="zeros"):
    """The adjoint of `windows`: every pixel adds up what came back through all the windows that saw it.

        dx_padded[n, c, i s + a d, j s + b d] += dwin[n, c, a, b, i, j];  then the padding is cut off, or, if it was
        circular, added to the pixels it repeats. Over a first, then over b: k_h + k_w additions of whole slices

    dwin  (N, C, k_h, k_w, H_out, W_out);  shape  that of x, (N, C, H_in, W_in);  the rest as for `windows`
    Returns      dx, of that shape and dwin's dtype; a pixel that nine windows saw is a sum of nine numbers, no mean
    Errors       ValueError "dwin has shape (1, 1, 1, 3, 1, 5); expected (1, 1, 1, 3, 1, 2)"
    Second road  torch.nn.functional.fold, and (windows(x) * dwin).sum() == (x * fold(dwin)).sum(): test_windows.py
                 Taught in lesson 07.

    >>> fold(np.ones((1, 1, 1, 3, 1, 2)), (1, 1, 1, 4))
    array([[[[1., 2., 2., 1.]]]])
    """
    N, C, H_in, W_in = shape
    k_h, k_w = array("dwin", dwin, (N, C, "k_h", "k_w", "H_out", "W_out")).shape[2:4]
    H_out, W_out = positions((H_in, W_in), (k_h, k_w), stride, padding, dilation)
    array("dwin", dwin, (N, C, k_h, k_w, H_out, W_out))
    (s_h, s_w), (d_h, d_w) = pair("stride", stride, 1), pair("dilation", dilation, 1)
    p_h, p_w = pair("padding", padding, 0)
    in_rows = np.zeros_like(dwin[:, :, 0], shape=(N, C, k_w, H_in + 2 * p_h, W_out))
    for a in range(k_h):
        in_rows[:, :, :, a * d_h:a * d_h + s_h * H_out:s_h] += dwin[:, :, a]
    dx = np.zeros_like(in_rows[:, :, 0], shape=(N, C, H_in + 2 * p_h, W_in + 2 * p_w))
    for b in range(k_w):
        dx[:, :, :, b * d_w:b * d_w + s_w * W_out:s_w] += in_rows[:, :, b]
    return _unpad(dx, p_h, p_w, padding_mode)


def positions(sizes, kernel_size, stride=1, padding=0, dilation=1):
    """(H_out, W_out): how often the window fits into an image of `sizes`, (H_in, W_in); see `output_size`.

    >>> positions((227, 28), (11, 3), stride=(4, 1))
    (55, 26)
    """
    options = [pair("kernel_size", kernel_size, 1), pair("stride", stride, 1), pair("padding", padding, 0),
               pair("dilation", dilation, 1)]
    return tuple(output_size(*one_axis) for one_axis in zip(sizes, *options, strict=True))


def _pad(x, p_h, p_w, padding_mode):
    """The image with a border of p_h rows and p_w columns on each side."""
    N, C, H_in, W_in = x.shape
    if padding_mode not in ("zeros", "circular"):
        raise ValueError(f"padding_mode is {padding_mode!r}; expected 'zeros' or 'circular'")
    if p_h == p_w == 0:
        return x
    if padding_mode == "circular":
        if p_h > H_in or p_w > W_in:
            raise ValueError(f"padding is {(p_h, p_w)}; a circular input of {(H_in, W_in)} has no more pixels than that"
                             " to repeat")
        return np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)), mode="wrap")
    padded = np.zeros_like(x, shape=(N, C, H_in + 2 * p_h, W_in + 2 * p_w))
    padded[:, :, p_h:p_h + H_in, p_w:p_w + W_in] = x
    return padded


def _unpad(dx, p_h, p_w, padding_mode):
    """The adjoint of `_pad`: cut the border off; a circular border goes back to the pixels it repeats."""
    H_in, W_in = dx.shape[2] - 2 * p_h, dx.shape[3] - 2 * p_w
    if padding_mode == "circular":
        dx[:, :, H_in:H_in + p_h] += dx[:, :, :p_h]
        dx[:, :, p_h:2 * p_h] += dx[:, :, H_in + p_h:]
        dx[..., W_in:W_in + p_w] += dx[..., :p_w]
        dx[..., p_w:2 * p_w] += dx[..., W_in + p_w:]
    return dx[:, :, p_h:p_h + H_in, p_w:p_w + W_in]
