"""The dense layer, where every connection has a weight of its own, and the functions that follow it entry by entry."""
import numpy as np

from .shapes import array


def dense(x, W, b=None):
    """Every output sees every input: y[n, i] = b[i] + sum_j W[i, j] x[n, j].

    x  (N, n_in) one example a row;  W  (n_out, n_in), row i belongs to output i;  b  (n_out,) or None for no bias
    Returns      (N, n_out), a new array of the arguments' dtype.
    Errors       ValueError "W has shape (3, 2); expected (n_out, 4)" when x has 4 features
    Second road  `gather(W.ravel(), dense_ids(n_in, n_out)) @ x[n]`, and torch.nn.functional.linear: test_dense.py
    Source       the weighted sum of Rosenblatt 1958, "The perceptron", before its threshold. Taught in lesson 01.

    >>> dense(np.array([[1., 2.]]), np.array([[1., 10.], [3., 0.]]), np.array([0., 100.]))
    array([[ 21., 103.]])
    """
    array("x", x, ("N", "n_in"))
    array("W", W, ("n_out", x.shape[1]))
    y = x @ W.T
    return y if b is None else y + array("b", b, (len(W),))


def dense_backward(dy, x, W):
    """The gradients of a loss L, given dy[n, i] = dL / dy[n, i].

        dx[n, j] = sum_i dy[n, i] W[i, j]
        dW[i, j] = sum_n dy[n, i] x[n, j]      a sum over the batch: every example uses the same W
        db[i]    = sum_n dy[n, i]

    dy  (N, n_out) upstream gradient;  x  (N, n_in) and W  (n_out, n_in) as they went into `dense`
    Returns      dx (N, n_in), dW (n_out, n_in), db (n_out,); leave db aside when the layer has no bias
    Errors       ValueError "dy has shape (1, 3); expected (1, 2)"
    Second road  `scatter_add` of the outer products through `dense_ids`, finite differences, torch: test_dense.py
    Source       Rumelhart, Hinton & Williams 1986, "Learning representations by back-propagating errors", eqs. 6 and 7.
                 Taught in lesson 02.

    >>> dx, dW, db = dense_backward(np.array([[1., 2.]]), np.array([[3., 5.]]), np.array([[1., 10.], [3., 0.]]))
    >>> print(dx, dW.tolist(), db)
    [[ 7. 10.]] [[3.0, 5.0], [6.0, 10.0]] [1. 2.]
    """
    array("x", x, ("N", "n_in"))
    array("W", W, ("n_out", x.shape[1]))
    array("dy", dy, (len(x), len(W)))
    return dy @ W, dy.T @ x, dy.sum(axis=0)


def relu(x):
    """Negative numbers become 0: y = max(x, 0), entry by entry.

    x  any shape.  Returns  a new array of the same shape and dtype
    Errors       TypeError "x is a list; expected a numpy array of shape (2,)"
    Second road  torch.relu: test_dense.py. Source: Nair & Hinton 2010. Taught in lesson 01.

    >>> relu(np.array([-2., 0., 3.]))
    array([0., 0., 3.])
    """
    return np.maximum(array("x", x, np.shape(x)), 0)


def relu_backward(dy, x):
    """The gradient passes where x was positive and stops elsewhere: dx = dy * (x > 0).

    dy  upstream gradient, shaped like x;  x  what went into `relu`.  Returns  dx, shaped like x
    At x = 0 there is no derivative, only a slope 0 on the left and 1 on the right; this returns 0, as torch does.
    Errors       ValueError "dy has shape (3,); expected (2,)"
    Second road  finite differences away from 0, and torch.relu: test_dense.py
    Source       Glorot, Bordes & Bengio 2011, "Deep sparse rectifier neural networks". Taught in lesson 02.

    >>> relu_backward(np.array([10., 20., 30.]), np.array([-2., 0., 3.]))
    array([ 0.,  0., 30.])
    """
    array("x", x, np.shape(x))
    return array("dy", dy, x.shape) * (x > 0)


def sigmoid(z):
    """A number between 0 and 1: sigmoid(z) = 1 / (1 + exp(-z)) = 0.5 + 0.5 tanh(z / 2), entry by entry.

    The second form is the one computed: it cannot overflow, and it is faster. The slope is s (1 - s), s = sigmoid(z).
    z  a number or an array of any shape.  Returns  the same shape, floating; NaN only where z is NaN. No error of its own.
    Second road  torch.sigmoid: test_dense.py. Source: Verhulst 1845, the logistic curve. Taught in lesson 12.

    >>> sigmoid(np.array([-1000., 0., 1000.]))
    array([0. , 0.5, 1. ])
    """
    return 0.5 + 0.5 * np.tanh(0.5 * np.asarray(z))
