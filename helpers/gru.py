"""The GRU: a recurrent layer with one state and two gates, which say what to look at and what to keep."""
import numpy as np

from .dense import sigmoid
from .rnn import by_gate, gate_sums, or_zeros, recurrent_sizes, sum_over_steps
from .shapes import array


def gru(x, h_0, W_xh, W_hh, b_xh=None, b_hh=None):
    """The state after every step, t = 1 .. T, for N sequences; all products entry by entry:

        h[t] = (1 - z) n + z h[t-1]        keep a part z of the state, take the rest from the candidate n
        r = sigmoid(a_r + m_r)    z = sigmoid(a_z + m_z)    n = tanh(a_n + r m_n)
        a = W_xh x_t + b_xh       m = W_hh h[t-1] + b_hh    each in three blocks of rows: r, z, n

    x     (T, N, n_x); x_t is x[t - 1];  h_0  (N, n_h) before the first step; None starts at zero
    W_xh  (3 n_h, n_x);  W_hh  (3 n_h, n_h);  b_xh, b_hh  (3 n_h,) or None: not one bias twice, since r scales m_n alone
    Returns      h (T + 1, N, n_h), of the arguments' dtype; h[0] is h_0
    Errors       ValueError "W_xh has shape (12, 3); expected (9, 3)", 9 = 3 * n_h
    Second road  torch.nn.GRU with the same weights: test_gru.py. Taught in lesson 12.
    Source       Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder", eqs. 5 to 8; as in torch,
                 r multiplies after the matrix product, not before it

    >>> gru(np.zeros((3, 1, 1)), np.array([[8.]]), np.zeros((3, 1)), np.zeros((3, 1))).ravel()     # z = 1/2, n = 0
    array([8., 4., 2., 1.])
    """
    h, _ = gru_with_gates(x, h_0, W_xh, W_hh, b_xh, b_hh)
    return h


def gru_with_gates(x, h_0, W_xh, W_hh, b_xh=None, b_hh=None):
    """The states of `gru` and the gates that led to them: h, and gates (4, T, N, n_h), in the order r, z, n, m_n.

    m_n is what r lets through. gates[:, t] belongs to step t + 1, from h[t] to h[t + 1].
    To look at, and for `gru_backward`. Taught in lesson 12.
    Arguments, errors and source as `gru`.  Returns  h (T + 1, N, n_h), gates (4, T, N, n_h)
    Second road  the formulas of `gru`, all steps at once, give the same gates from the states: test_gru.py

    >>> _, gates = gru_with_gates(np.zeros((1, 1, 1)), np.ones((1, 1)), np.zeros((3, 1)), np.array([[0.], [0.], [5.]]))
    >>> gates.ravel().round(3)
    array([0.5  , 0.5  , 0.987, 5.   ])
    """
    T, N, n_h = recurrent_sizes(x, W_xh, W_hh, gates=3)
    h_0 = or_zeros("h_0", h_0, (N, n_h), x)
    b_xh, b_hh = or_zeros("b_xh", b_xh, (3 * n_h,), W_xh), or_zeros("b_hh", b_hh, (3 * n_h,), W_hh)
    a, W, b = gate_sums(x, W_xh, b_xh, n_h), by_gate(W_hh, n_h), b_hh.reshape(3, 1, n_h)
    dtype = np.result_type(a, W, b, h_0)
    h, gates = np.empty((T + 1, N, n_h), dtype), np.empty((4, T, N, n_h), dtype)
    h[0], (r, z, n, m_n) = h_0, gates
    for t in range(T):
        m = h[t] @ W + b
        r[t], z[t] = sigmoid(a[t, :2] + m[:2])
        m_n[t] = m[2]
        n[t] = np.tanh(a[t, 2] + r[t] * m_n[t])
        h[t + 1] = n[t] + z[t] * (h[t] - n[t])
    return h, gates


def gru_backward(dh, x, h, gates, W_xh, W_hh):
    """The gradients of a loss, last step first; g = dh_t + (what step t + 1 sends back), namely z g + W_hh^T dm:

        da_n = g (1 - z) (1 - n^2)       da_z = g (h[t-1] - n) z (1 - z)       da_r = da_n m_n r (1 - r)
        dm_n = da_n r                    dm_z = da_z                           dm_r = da_r
        dW_xh = sum_t da_t x_t^T         dW_hh = sum_t dm_t h[t-1]^T           db_xh = sum_t da_t, db_hh = sum_t dm_t

    dh        (T, N, n_h) upstream gradient of h[1:]
    the rest  x, W_xh, W_hh as they went into `gru_with_gates`; h and gates as they came out
    Returns      dx, dh_0, dW_xh, dW_hh, db_xh, db_hh, each shaped like what it is the gradient of
    Errors       ValueError "h has shape (3, 1, 2); expected (4, 1, 2)"
    Second road  finite differences on every entry, torch.nn.GRU: test_gru.py. Taught in lesson 12.
    Source       the chain rule through the equations of `gru`

    >>> x, W_xh, W_hh = np.zeros((3, 1, 1)), np.zeros((3, 1)), np.zeros((3, 1))       # z = 1/2: half of g goes back
    >>> _, dh_0, *_ = gru_backward(np.array([[[0.]], [[0.]], [[8.]]]), x, *gru_with_gates(x, None, W_xh, W_hh), W_xh, W_hh)
    >>> dh_0
    array([[1.]])
    """
    T, N, n_h = recurrent_sizes(x, W_xh, W_hh, gates=3)
    array("dh", dh, (T, N, n_h)), array("h", h, (T + 1, N, n_h))
    r, z, n, m_n = array("gates", gates, (4, T, N, n_h))
    to_n, to_z = (1 - z) * (1 - n**2), (h[:-1] - n) * z * (1 - z)
    to_r = to_n * m_n * r * (1 - r)
    da, dm = np.empty((2, T, N, 3 * n_h), gates.dtype)
    back = 0
    for t in reversed(range(T)):
        g = dh[t] + back
        da_r, da_z, da_n = g * to_r[t], g * to_z[t], g * to_n[t]
        np.concatenate([da_r, da_z, da_n], axis=1, out=da[t])
        np.concatenate([da_r, da_z, da_n * r[t]], axis=1, out=dm[t])
        back = g * z[t] + dm[t] @ W_hh
    dx = np.tensordot(da, W_xh, axes=(2, 0))
    return dx, back, sum_over_steps(da, x), sum_over_steps(dm, h[:-1]), da.sum(axis=(0, 1)), dm.sum(axis=(0, 1))
