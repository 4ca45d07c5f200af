"""The plain recurrent layer, one small dense layer used at every time step; and what all recurrent layers share.

    rnn, rnn_backward     h[t] = tanh(W_xh x_t + W_hh h[t-1] + b) and its gradients
    the rest              checks and sums that lstm.py and gru.py use too
"""
import numpy as np

from .shapes import array


def rnn(x, h_0, W_xh, W_hh, b_xh=None, b_hh=None):
    """The state after every step: h[t] = tanh(W_xh x_t + b_xh + W_hh h[t-1] + b_hh), t = 1 .. T, for N sequences.

    x     (T, N, n_x); x_t is x[t - 1];          h_0   (N, n_h) the state before the first step; None starts at zero
    W_xh  (n_h, n_x) from input to state;        W_hh  (n_h, n_h) from state to state; both serve all T steps
    b_xh, b_hh   (n_h,) or None. Their sum is what counts; there are two because torch keeps two.
    Returns      h (T + 1, N, n_h), of the arguments' dtype; h[0] is h_0 and h[t] the state after step t
    Errors       ValueError "W_hh has shape (3, 2); expected (2, 2)"
    Second road  `gather` through `rnn_ids` gives the sums before tanh; torch.nn.RNN gives h: both in test_rnn.py
    Source       Elman 1990, "Finding structure in time", with tanh. Taught in lesson 10.

    >>> rnn(np.ones((3, 1, 1)), None, np.array([[2.]]), np.array([[-1.]])).ravel().round(3)
    array([0.   , 0.964, 0.776, 0.841])
    """
    T, N, n_h = recurrent_sizes(x, W_xh, W_hh, gates=1)
    h_0 = or_zeros("h_0", h_0, (N, n_h), x)
    a = np.tensordot(x, W_xh, axes=(2, 1))
    a += or_zeros("b_xh", b_xh, (n_h,), W_xh) + or_zeros("b_hh", b_hh, (n_h,), W_hh)
    h = np.empty((T + 1, N, n_h), np.result_type(a, W_hh, h_0))
    h[0] = h_0
    W = np.ascontiguousarray(W_hh.T)
    for t in range(T):
        np.tanh(a[t] + h[t] @ W, out=h[t + 1])
    return h


def rnn_backward(dh, x, h, W_xh, W_hh):
    """The gradients of a loss, last step first; a_t is the sum before tanh, g_t = dh_t + (what step t + 1 sends back):

        da_t = g_t (1 - h[t]^2)          and step t sends W_hh^T da_t back to step t - 1; at t = 1 that is dh_0
        dW_xh = sum_t da_t x_t^T         dW_hh = sum_t da_t h[t-1]^T         db = sum_t da_t
        a sum over the steps, as over the batch: every step uses the same weights

    dh  (T, N, n_h) upstream gradient of h[1:];  x, W_xh, W_hh as they went into `rnn`, h as it came out
    Returns      dx (T, N, n_x), dh_0 (N, n_h), dW_xh (n_h, n_x), dW_hh (n_h, n_h), db_xh, db_hh (n_h,)
    Errors       ValueError "dh has shape (3, 1, 2); expected (2, 1, 2)"
    Second road  `scatter_add` through `rnn_ids`, finite differences on every entry, torch.nn.RNN: test_rnn.py
    Source       Werbos 1990, "Backpropagation through time: what it does and how to do it". Taught in lesson 11.

    >>> x, W_xh, W_hh = np.zeros((3, 1, 1)), np.array([[2.]]), np.array([[10.]])
    >>> dx, dh_0, *_ = rnn_backward(np.ones((3, 1, 1)), x, rnn(x, None, W_xh, W_hh), W_xh, W_hh)
    >>> print(dx.ravel(), dh_0)
    [222.  22.   2.] [[1110.]]
    """
    T, N, n_h = recurrent_sizes(x, W_xh, W_hh, gates=1)
    array("dh", dh, (T, N, n_h))
    array("h", h, (T + 1, N, n_h))
    da, back = 1 - h[1:] ** 2, 0
    for t in reversed(range(T)):
        da[t] *= dh[t] + back
        back = da[t] @ W_hh
    dx, db = np.tensordot(da, W_xh, axes=(2, 0)), da.sum(axis=(0, 1))
    return dx, back, sum_over_steps(da, x), sum_over_steps(da, h[:-1]), db, db.copy()


def recurrent_sizes(x, W_xh, W_hh, gates):
    """T, N and n_h of a recurrent layer whose matrices stack `gates` blocks of n_h rows: RNN 1, GRU 3, LSTM 4.

    x  (T, N, n_x);  W_xh  (gates * n_h, n_x);  W_hh  (gates * n_h, n_h);  gates  a whole number.  Returns  T, N, n_h
    Errors  ValueError "W_xh has shape (8, 3); expected (12, 3)", 12 = 3 * n_h for a GRU with n_h = 4

    >>> recurrent_sizes(np.ones((5, 2, 3)), np.ones((12, 3)), np.ones((12, 4)), gates=3)
    (5, 2, 4)
    """
    array("x", x, ("T", "N", "n_x"))
    n_h = array("W_hh", W_hh, ("n_h" if gates == 1 else f"{gates} n_h", "n_h")).shape[1]
    array("W_hh", W_hh, (gates * n_h, n_h))
    array("W_xh", W_xh, (gates * n_h, x.shape[2]))
    return x.shape[0], x.shape[1], n_h


def or_zeros(name, value, shape, like):
    """`value`, checked; or zeros of that shape and of the dtype of `like`, when it is None.

    name  the argument's name, for the message;  Returns  an array of that shape
    Errors  ValueError "b_xh has shape (2,); expected (3,)"

    >>> or_zeros("b_xh", None, (3,), like=np.ones((3, 2)))
    array([0., 0., 0.])
    """
    return np.zeros(shape, like.dtype) if value is None else array(name, value, shape)


def by_gate(W, n_h):
    """The blocks that W (gates * n_h, n_in) stacks, one per gate and transposed: (gates, n_in, n_h).

    So x_t @ by_gate(W, n_h) is (gates, N, n_h): one contiguous slab a gate, which numpy reads faster than slices.

    >>> by_gate(np.array([[1., 2.], [3., 4.]]), 1)
    array([[[1.],
            [2.]],
    <BLANKLINE>
           [[3.],
            [4.]]])
    """
    return np.ascontiguousarray(W.reshape(-1, n_h, W.shape[1]).swapaxes(1, 2))


def gate_sums(x, W, b, n_h):
    """W x_t + b at every step, gate by gate: a[t, k] = x[t] @ by_gate(W, n_h)[k] + b's block k, (T, gates, N, n_h).

    >>> gate_sums(np.array([[[1., 1.]]]), np.array([[1., 2.], [3., 4.]]), np.array([0., 100.]), 1).ravel()
    array([  3., 107.])
    """
    a = x[:, None] @ by_gate(W, n_h)
    a += b.reshape(-1, 1, n_h)
    return a


def sum_over_steps(da, x):
    """The gradient of a matrix that serves every step of every sequence: dW[i, j] = sum_{t,n} da[t, n, i] x[t, n, j].

    >>> sum_over_steps(np.ones((2, 1, 1)), np.array([[[1., 5.]], [[2., 6.]]]))
    array([[ 3., 11.]])
    """
    return np.tensordot(da, x, axes=((0, 1), (0, 1)))
