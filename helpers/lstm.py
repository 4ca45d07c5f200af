"""The LSTM: a recurrent layer with a second state, the cell, which three gates write, keep and show."""
import numpy as np

from .dense import sigmoid
from .rnn import by_gate, gate_sums, or_zeros, recurrent_sizes, sum_over_steps
from .shapes import array


def lstm(x, h_0, c_0, W_xh, W_hh, b_xh=None, b_hh=None):
    """The state and the cell after every step, t = 1 .. T, for N sequences; all products entry by entry:

        c[t] = f c[t-1] + i g               keep a part f of the cell, add a part i of the candidate g
        h[t] = o tanh(c[t])                 show a part o of it
        i, f, o = sigmoid(a), g = tanh(a)   each with its own rows of a = W_xh x_t + b_xh + W_hh h[t-1] + b_hh

    x         (T, N, n_x); x_t is x[t - 1];  h_0, c_0  (N, n_h) before the first step; None starts at zero
    W_xh      (4 n_h, n_x);  W_hh  (4 n_h, n_h);  b_xh, b_hh  (4 n_h,) or None. Blocks of n_h rows: i, f, g, o
    Returns      h and c, (T + 1, N, n_h) each, of the arguments' dtype; h[0] is h_0, c[0] is c_0
    Errors       ValueError "W_xh has shape (12, 3); expected (16, 3)", 16 = 4 * n_h
    Second road  torch.nn.LSTM with the same weights: test_lstm.py
    Source       Hochreiter & Schmidhuber 1997; the gate f: Gers, Schmidhuber & Cummins 2000. Taught in lesson 12.

    >>> open_gates = np.full(4, 1000.)                     # i = f = o = 1, and g = tanh(1000) = 1: a cell that counts
    >>> h, c = lstm(np.zeros((3, 1, 1)), None, None, np.zeros((4, 1)), np.zeros((4, 1)), open_gates)
    >>> c.ravel()
    array([0., 1., 2., 3.])
    """
    h, c, _ = lstm_with_gates(x, h_0, c_0, W_xh, W_hh, b_xh, b_hh)
    return h, c


def lstm_with_gates(x, h_0, c_0, W_xh, W_hh, b_xh=None, b_hh=None):
    """The states of `lstm` and the gates that led to them: h, c, and gates (4, T, N, n_h), in the order i, f, g, o.

    gates[:, t] belongs to step t + 1, from h[t] to h[t + 1]. To look at, and for `lstm_backward`. Taught in lesson 12.
    Arguments, errors and source as `lstm`.  Returns  h, c (T + 1, N, n_h), gates (4, T, N, n_h)
    Second road  the formulas of `lstm`, all steps at once, give the same gates from the states: test_lstm.py

    >>> _, _, gates = lstm_with_gates(np.zeros((1, 1, 1)), None, None, np.zeros((4, 1)), np.zeros((4, 1)))
    >>> gates.ravel()
    array([0.5, 0.5, 0. , 0.5])
    """
    T, N, n_h = recurrent_sizes(x, W_xh, W_hh, gates=4)
    h_0, c_0 = or_zeros("h_0", h_0, (N, n_h), x), or_zeros("c_0", c_0, (N, n_h), x)
    b = or_zeros("b_xh", b_xh, (4 * n_h,), W_xh) + or_zeros("b_hh", b_hh, (4 * n_h,), W_hh)
    a, W = gate_sums(x, W_xh, b, n_h), by_gate(W_hh, n_h)
    dtype = np.result_type(a, W, h_0, c_0)
    h, c, gates = np.empty((T + 1, N, n_h), dtype), np.empty((T + 1, N, n_h), dtype), np.empty((4, T, N, n_h), dtype)
    h[0], c[0], (i, f, g, o) = h_0, c_0, gates
    for t in range(T):
        a_t = a[t] + h[t] @ W
        i[t], f[t] = sigmoid(a_t[:2])
        g[t], o[t] = np.tanh(a_t[2]), sigmoid(a_t[3])
        c[t + 1] = f[t] * c[t] + i[t] * g[t]
        h[t + 1] = o[t] * np.tanh(c[t + 1])
    return h, c, gates


def lstm_backward(dh, x, h, c, gates, W_xh, W_hh, dc_T=None):
    """The gradients of a loss, last step first; step t + 1 sends W_hh^T da back to h[t], and f g_c back to c[t]:

        g_h = dh_t + (sent to h[t])         g_c = (sent to c[t]) + g_h o (1 - tanh(c[t])^2)
        da_i = g_c g i (1 - i)              da_f = g_c c[t-1] f (1 - f)
        da_g = g_c i (1 - g^2)              da_o = g_h tanh(c[t]) o (1 - o)
        dW_xh = sum_t da_t x_t^T            dW_hh = sum_t da_t h[t-1]^T            db = sum_t da_t

    dh        (T, N, n_h) upstream gradient of h[1:];  dc_T  (N, n_h) that of the last cell, c[T]; None for zero
    the rest  x, W_xh, W_hh as they went into `lstm_with_gates`; h, c and gates as they came out
    Returns      dx, dh_0, dc_0, dW_xh, dW_hh, db_xh, db_hh, each shaped like what it is the gradient of
    Errors       ValueError "c has shape (3, 1, 2); expected (4, 1, 2)"
    Second road  finite differences on every entry, torch.nn.LSTM: test_lstm.py. Taught in lesson 12.
    Source       Graves & Schmidhuber 2005, "Framewise phoneme classification", whose appendix has this full gradient

    >>> x, W_xh, W_hh = np.zeros((3, 1, 1)), np.zeros((4, 1)), np.zeros((4, 1))       # every gate is 1/2
    >>> h, c, gates = lstm_with_gates(x, None, None, W_xh, W_hh)
    >>> _, _, dc_0, *_ = lstm_backward(np.zeros((3, 1, 1)), x, h, c, gates, W_xh, W_hh, dc_T=np.array([[8.]]))
    >>> dc_0
    array([[1.]])
    """
    T, N, n_h = recurrent_sizes(x, W_xh, W_hh, gates=4)
    array("dh", dh, (T, N, n_h)), array("h", h, (T + 1, N, n_h)), array("c", c, (T + 1, N, n_h))
    i, f, g, o = array("gates", gates, (4, T, N, n_h))
    tanh_c = np.tanh(c[1:])
    show = o * (1 - tanh_c**2)
    to_i, to_f, to_g, to_o = g * i * (1 - i), c[:-1] * f * (1 - f), i * (1 - g**2), tanh_c * o * (1 - o)
    da = np.empty((T, N, 4 * n_h), gates.dtype)
    back_h, back_c = 0, or_zeros("dc_T", dc_T, (N, n_h), dh)
    for t in reversed(range(T)):
        g_h = dh[t] + back_h
        g_c = back_c + g_h * show[t]
        np.concatenate([g_c * to_i[t], g_c * to_f[t], g_c * to_g[t], g_h * to_o[t]], axis=1, out=da[t])
        back_h, back_c = da[t] @ W_hh, g_c * f[t]
    dx, db = np.tensordot(da, W_xh, axes=(2, 0)), da.sum(axis=(0, 1))
    return dx, back_h, back_c, sum_over_steps(da, x), sum_over_steps(da, h[:-1]), db, db.copy()
