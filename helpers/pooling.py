"""Pooling: one number for a whole window of each channel, or for the whole image. Nothing to learn: no parameters.

Average pooling is a fixed convolution, one weight 1 / (k_h k_w) shared by every connection. Max pooling is no matrix at
all: which pixel passes depends on the image. No padding here: pad the image first if its border should count.
A NaN passes forward. Backward, a window of `max_pool2d` that holds one sends nothing: nothing equals NaN. Keep x NaN-free.
"""
import numpy as np

from .shapes import array
from .windows import fold, windows


def max_pool2d(x, kernel_size, stride=None):
    """The largest pixel of every window: y[n, c, i, j] = max over a, b of x[n, c, i s + a, j s + b].

    x  (N, C, H_in, W_in);  kernel_size, stride  in pixels, one whole number or (height, width);  stride None: kernel_size
    Returns      y (N, C, H_out, W_out), H_out = floor((H_in - k_h) / s) + 1: pixels that fill no whole window are left out
    Errors       ValueError "kernel_size is 5 and covers 5 pixels; the padded input has only 4"
    Second road  torch.nn.functional.max_pool2d: test_pooling.py. Taught in lesson 06.
    Source       Riesenhuber & Poggio 1999, "Hierarchical models of object recognition in cortex".

    >>> max_pool2d(np.array([[[[1., 5., 2., 3.], [4., 0., 3., 3.]]]]), 2)
    array([[[[5., 3.]]]])
    """
    win = _windows(x, kernel_size, stride)
    y = win[:, :, 0, 0].copy()
    for a, b in np.ndindex(win.shape[2:4]):
        np.maximum(y, win[:, :, a, b], out=y)
    return y


def max_pool2d_backward(dy, x, kernel_size, stride=None):
    """The gradient goes to the pixel that was the largest, and where several are equal to the first, row by row.

        dwin[n, c, a, b, i, j] = dy[n, c, i, j] where a, b is the first largest place of its window, 0 elsewhere
        dx                     = fold(dwin): a pixel that won several windows adds up what they send

    dy  (N, C, H_out, W_out) upstream gradient;  x, kernel_size, stride  as they went into `max_pool2d`
    Returns      dx (N, C, H_in, W_in)
    Errors       ValueError "dy has shape (1, 1, 2, 2); expected (1, 1, 1, 2)", and those of `max_pool2d`
    Second road  torch, ties included, and finite differences on every entry: test_pooling.py
    Source       Goodfellow, Bengio & Courville 2016, "Deep Learning", section 9.3. Taught in lesson 07.

    >>> max_pool2d_backward(np.array([[[[7., 9.]]]]), np.array([[[[1., 5., 2., 3.], [4., 0., 3., 3.]]]]), 2)
    array([[[[0., 7., 0., 9.],
             [0., 0., 0., 0.]]]])
    """
    win = _windows(x, kernel_size, stride)
    N, C, k_h, k_w, H_out, W_out = win.shape
    array("dy", dy, (N, C, H_out, W_out))
    y = max_pool2d(x, kernel_size, stride)
    dwin, waiting = np.empty(win.shape, dy.dtype), np.ones(y.shape, bool)
    for a, b in np.ndindex(k_h, k_w):
        first = waiting & (win[:, :, a, b] == y)
        dwin[:, :, a, b] = dy * first
        waiting &= ~first
    return fold(dwin, x.shape, _stride(kernel_size, stride))


def avg_pool2d(x, kernel_size, stride=None):
    """The mean of every window: y[n, c, i, j] = sum over a, b of x[n, c, i s + a, j s + b] / (k_h k_w).

    x, kernel_size, stride  as for `max_pool2d`.  Returns  y (N, C, H_out, W_out), floating
    Errors       as `max_pool2d`
    Second road  `conv2d` with one group a channel and all weights 1 / (k_h k_w); torch: test_pooling.py
    Source       the subsampling layers of LeCun et al. 1998, without their two trained numbers. Taught in lesson 06.

    >>> avg_pool2d(np.array([[[[1., 5., 2., 3.], [4., 0., 3., 4.]]]]), 2)
    array([[[[2.5, 3. ]]]])
    """
    win = _windows(x, kernel_size, stride)
    k_h, k_w = win.shape[2:4]
    return sum(win[:, :, a, b] for a, b in np.ndindex(k_h, k_w)) / (k_h * k_w)


def avg_pool2d_backward(dy, x, kernel_size, stride=None):
    """Every pixel of a window gets the same share: dwin[n, c, a, b, i, j] = dy[n, c, i, j] / (k_h k_w); dx = fold(dwin).

    dy  (N, C, H_out, W_out);  the rest as for `avg_pool2d`, of x only its shape counts.  Returns  dx (N, C, H_in, W_in)
    Errors       ValueError "dy has shape (1, 1, 2, 2); expected (1, 1, 1, 2)"
    Second road  `conv2d_backward` with that fixed kernel; finite differences on every entry; torch: test_pooling.py
    Source       as `avg_pool2d`. Taught in lesson 07.

    >>> avg_pool2d_backward(np.array([[[[8., 4.]]]]), np.zeros((1, 1, 2, 4)), 2)
    array([[[[2., 2., 1., 1.],
             [2., 2., 1., 1.]]]])
    """
    win = _windows(x, kernel_size, stride)
    N, C, k_h, k_w, H_out, W_out = win.shape
    share = array("dy", dy, (N, C, H_out, W_out)) / (k_h * k_w)
    return fold(np.full(win.shape, share[:, :, None, None]), x.shape, _stride(kernel_size, stride))


def global_max_pool(x):
    """The largest pixel of each channel: y[n, c] = max over i, j of x[n, c, i, j].

    x  (N, C, H, W), any image size.  Returns  (N, C), of x's dtype
    Errors       ValueError "x has shape (2, 2); expected (N, C, H, W)"
    Second road  `max_pool2d` with a window as large as the image; torch: test_pooling.py
    Source       Oquab et al. 2015, "Is object localization for free?", section 3. Taught in lesson 06.

    >>> global_max_pool(np.array([[[[1., 5.], [4., 0.]]]]))
    array([[5.]])
    """
    return array("x", x, ("N", "C", "H", "W")).max(axis=(2, 3))


def global_max_pool_backward(dy, x):
    """The gradient goes to the largest pixel of each channel, to the first where several are equal.

    dy  (N, C);  x  (N, C, H, W) as it went into `global_max_pool`.  Returns  dx (N, C, H, W)
    Errors       ValueError "dy has shape (1, 2); expected (1, 1)"
    Second road  `max_pool2d_backward` with one window; finite differences on every entry; torch: test_pooling.py
    Source       as `max_pool2d_backward`. Taught in lesson 07.

    >>> global_max_pool_backward(np.array([[7.]]), np.array([[[[1., 5.], [5., 0.]]]]))
    array([[[[0., 7.],
             [0., 0.]]]])
    """
    N, C, H, W = array("x", x, ("N", "C", "H", "W")).shape
    winner = x.reshape(N, C, H * W).argmax(axis=2)
    dx = np.where(winner[:, :, None] == np.arange(H * W), array("dy", dy, (N, C))[:, :, None], 0)
    return dx.reshape(x.shape)


def global_avg_pool(x):
    """The mean of each channel: y[n, c] = sum over i, j of x[n, c, i, j] / (H W).

    x  (N, C, H, W), any image size.  Returns  (N, C), floating
    Errors       ValueError "x has shape (2, 2); expected (N, C, H, W)"
    Second road  `avg_pool2d` with a window as large as the image; torch: test_pooling.py. Taught in lesson 06.
    Source       Lin, Chen & Yan 2014, "Network in network", section 3.2.

    >>> global_avg_pool(np.array([[[[1., 5.], [4., 0.]]]]))
    array([[2.5]])
    """
    return array("x", x, ("N", "C", "H", "W")).mean(axis=(2, 3))


def global_avg_pool_backward(dy, x):
    """Every pixel of a channel gets the same share: dx[n, c, i, j] = dy[n, c] / (H W).

    dy  (N, C);  x  (N, C, H, W), of which only the shape counts.  Returns  dx (N, C, H, W)
    Errors       ValueError "dy has shape (1, 2); expected (1, 1)"
    Second road  `avg_pool2d_backward` with one window; finite differences on every entry; torch: test_pooling.py
    Source       as `global_avg_pool`. Taught in lesson 07.

    >>> global_avg_pool_backward(np.array([[8.]]), np.zeros((1, 1, 2, 2)))
    array([[[[2., 2.],
             [2., 2.]]]])
    """
    N, C, H, W = array("x", x, ("N", "C", "H", "W")).shape
    share = array("dy", dy, (N, C)) / (H * W)
    return np.broadcast_to(share[:, :, None, None], x.shape).copy()


def _stride(kernel_size, stride):
    return kernel_size if stride is None else stride


def _windows(x, kernel_size, stride):
    return windows(x, kernel_size, _stride(kernel_size, stride))
