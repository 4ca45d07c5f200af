"""What a learner may write instead of `conv2d` and its gradient: the same numbers in other ways, zeros padding only.

Each takes x (N, C_in, H_in, W_in), w (C_out, C_in, k_h, k_w), stride and padding; the way back takes dy first and
returns dx and dw. The padded image is written out each time, so that each function stands alone.
"""
import numpy as np

from helpers.windows import fold, windows


def padded(x, p):
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))


def sides(x, w, s, p):
    """H_out and W_out."""
    return [(n + 2 * p - k) // s + 1 for n, k in zip(x.shape[2:], w.shape[2:], strict=True)]


# one position after the other, whole batch and all filters at once

def by_positions(x, w, s, p):
    x_padded, (H_out, W_out), (k_h, k_w) = padded(x, p), sides(x, w, s, p), w.shape[2:]
    y = np.empty((len(x), len(w), H_out, W_out), x.dtype)
    for i, j in np.ndindex(H_out, W_out):
        y[:, :, i, j] = np.tensordot(x_padded[:, :, i * s:i * s + k_h, j * s:j * s + k_w], w, ((1, 2, 3), (1, 2, 3)))
    return y


def by_positions_backward(dy, x, w, s, p):
    x_padded, (k_h, k_w) = padded(x, p), w.shape[2:]
    dx, dw = np.zeros_like(x_padded), np.zeros_like(w)
    for i, j in np.ndindex(dy.shape[2:]):
        seen = slice(None), slice(None), slice(i * s, i * s + k_h), slice(j * s, j * s + k_w)
        dx[seen] += np.tensordot(dy[:, :, i, j], w, 1)
        dw += np.tensordot(dy[:, :, i, j], x_padded[seen], (0, 0))
    return dx[:, :, p:p + x.shape[2], p:p + x.shape[3]], dw


# one kernel entry after the other, each a dense layer on a shifted image

def by_offsets(x, w, s, p):
    x_padded, (H_out, W_out) = padded(x, p), sides(x, w, s, p)
    y = 0
    for a, b in np.ndindex(w.shape[2:]):
        shifted = x_padded[:, :, a:a + s * H_out:s, b:b + s * W_out:s]
        y = y + w[:, :, a, b] @ shifted.reshape(len(x), x.shape[1], -1)
    return y.reshape(len(x), len(w), H_out, W_out)


def by_offsets_backward(dy, x, w, s, p):
    x_padded, (H_out, W_out) = padded(x, p), dy.shape[2:]
    dx, dw, dy_flat = np.zeros_like(x_padded), np.empty_like(w), dy.reshape(*dy.shape[:2], -1)
    for a, b in np.ndindex(w.shape[2:]):
        rows, columns = slice(a, a + s * H_out, s), slice(b, b + s * W_out, s)
        shifted = x_padded[:, :, rows, columns].reshape(len(x), x.shape[1], -1)
        dw[:, :, a, b] = (dy_flat @ shifted.swapaxes(1, 2)).sum(0)
        dx[:, :, rows, columns] += (w[:, :, a, b].T @ dy_flat).reshape(len(x), -1, H_out, W_out)
    return dx[:, :, p:p + x.shape[2], p:p + x.shape[3]], dw


# columns picked by index arrays, and np.add.at to bring them back

def indices(x, w, s, p):
    (_, C, k_h, k_w), (H_out, W_out) = w.shape, sides(x, w, s, p)
    c, a, b = np.indices((C, k_h, k_w)).reshape(3, -1, 1)
    i, j = np.indices((H_out, W_out)).reshape(2, 1, -1)
    return c, a + s * i, b + s * j


def by_indices(x, w, s, p):
    c, rows, columns = indices(x, w, s, p)
    return (w.reshape(len(w), -1) @ padded(x, p)[:, c, rows, columns]).reshape(len(x), len(w), *sides(x, w, s, p))


def by_indices_backward(dy, x, w, s, p):
    x_padded, (c, rows, columns) = padded(x, p), indices(x, w, s, p)
    dy_flat, dx = dy.reshape(*dy.shape[:2], -1), np.zeros_like(x_padded)
    dw = (dy_flat @ x_padded[:, c, rows, columns].swapaxes(1, 2)).sum(0).reshape(w.shape)
    np.add.at(dx, (slice(None), c, rows, columns), w.reshape(len(w), -1).T @ dy_flat)
    return dx[:, :, p:p + x.shape[2], p:p + x.shape[3]], dw


# the formula as it stands, for einsum

def by_einsum(optimize):
    def forward(x, w, s, p):
        return np.einsum("fcab,ncabij->nfij", w, windows(x, w.shape[2:], s, p), optimize=optimize)

    def backward(dy, x, w, s, p):
        dw = np.einsum("nfij,ncabij->fcab", dy, windows(x, w.shape[2:], s, p), optimize=optimize)
        return fold(np.einsum("fcab,nfij->ncabij", w, dy, optimize=optimize), x.shape, s, p), dw
    return forward, backward


# the columns of the whole batch at once

def by_columns(x, w, s, p):
    win = windows(x, w.shape[2:], s, p)
    y = w.reshape(len(w), -1) @ win.reshape(len(x), w[0].size, -1)
    return y.reshape(len(x), len(w), *win.shape[4:])


def by_columns_backward(dy, x, w, s, p):
    win, dy_flat = windows(x, w.shape[2:], s, p), dy.reshape(*dy.shape[:2], -1)
    dw = (dy_flat @ win.reshape(len(x), w[0].size, -1).swapaxes(1, 2)).sum(0).reshape(w.shape)
    return fold((w.reshape(len(w), -1).T @ dy_flat).reshape(win.shape), x.shape, s, p), dw


FORMULATIONS = {
    "columns of the whole batch": (by_columns, by_columns_backward),
    "loop over kernel offsets": (by_offsets, by_offsets_backward),
    "loop over positions": (by_positions, by_positions_backward),
    "index arrays, np.add.at": (by_indices, by_indices_backward),
    "einsum, optimize=True": by_einsum(True),
    "einsum": by_einsum(False)}
