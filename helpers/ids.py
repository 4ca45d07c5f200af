"""What the numbers of a weight-sharing pattern mean, and what can be done with any of them.

    param_ids[i, j] = k   the connection from input j to output i uses parameter theta[k]
    param_ids[i, j] = -1  there is no connection (NO_EDGE)

    gather       theta to the weight matrix        scatter_add  gradients back to theta, summed over uses
    tie          share: the remainder              counts       connections, parameters, multiply-adds

Sources: LeCun 1989 ("weight sharing", w = H(u)); Ravanbakhsh et al. 2017; Zhou et al. 2021 (vec W = U v).
"""
from typing import NamedTuple

import numpy as np

from .shapes import whole

NO_EDGE = -1


def gather(theta, param_ids):
    """The weight matrix of the layer: W[i, j] = theta[param_ids[i, j]], and 0 where nothing is connected.

    theta      (n_params,) the distinct parameters;  param_ids  (n_out, n_in)
    Returns    (n_out, n_in), of theta's dtype. Its adjoint is `scatter_add`. Taught in lessons 01, 03 and 04.
    Errors     IndexError "param_ids uses parameter 2; theta has only 2"
    Second road  give a torch layer theta and read its matrix off, one-hot inputs in; test_sharing.py does
    Source     LeCun 1989, w = H(u); Zhou et al. 2021, vec W = U v

    >>> gather(np.array([5., 7.]), np.array([[0, 1, -1], [-1, 0, 1]]))
    array([[5., 7., 0.],
           [0., 5., 7.]])
    """
    theta, used = np.asarray(theta), connected(param_ids)
    if theta.ndim != 1:
        raise ValueError(f"theta has shape {theta.shape}; expected (n_params,), one number a parameter: theta.ravel()")
    _check_ids(param_ids, len(theta), "theta has only")
    W = np.zeros(param_ids.shape, theta.dtype)
    W[used] = theta[param_ids[used]]            # theta[-1] would silently read the last parameter
    return W


def scatter_add(dW, param_ids, n_params):
    """The gradient of every parameter: dtheta[k] = sum of dW[i, j] over all i, j with param_ids[i, j] = k.

    dW         (n_out, n_in) the gradient of every connection;  param_ids  (n_out, n_in);  n_params  how many parameters
    Returns    (n_params,), of dW's dtype, added up in float64: a sum, never a mean. Taught in lesson 07.
    Errors     ValueError "dW has shape (2, 2); expected (2, 3), the shape of param_ids"
    Second road  the derivative of every parameter by nudging it; test_sharing.py does

    >>> scatter_add(np.array([[1., 2., 9.], [9., 3., 4.]]), np.array([[0, 1, -1], [-1, 0, 1]]), 2)
    array([4., 6.])
    """
    dW, used = np.asarray(dW), connected(param_ids)
    if dW.shape != param_ids.shape:
        raise ValueError(f"dW has shape {dW.shape}; expected {param_ids.shape}, the shape of param_ids")
    _check_ids(param_ids, whole("n_params", n_params, 1), "n_params is only")
    sums = np.bincount(param_ids[used], weights=dW[used], minlength=n_params)
    return sums.astype(dW.dtype if dW.dtype.kind == "f" else float)


def tie(param_ids, n_params):
    """Share: ids that leave the same remainder become one parameter; missing connections stay missing.

    tie(ids, n)[i, j] = ids[i, j] % n.  Taught in lesson 04 (places) and lesson 10 (time steps).
    The ids must be numbered place by place: erased dense ids, tied, are no convolution.

    >>> tie(np.array([[0, 1, -1], [-1, 2, 3]]), 2)
    array([[ 0,  1, -1],
           [-1,  0,  1]])
    """
    used, tied = connected(param_ids), np.full_like(param_ids, NO_EDGE)
    tied[used] = param_ids[used] % whole("n_params", n_params, 1)
    return tied


def connected(param_ids):
    """True where there is a connection: (n_out, n_in) booleans.

    >>> connected(np.array([[0, -1]]))
    array([[ True, False]])
    """
    if not isinstance(param_ids, np.ndarray) or param_ids.dtype.kind != "i":
        raise TypeError(f"param_ids is {param_ids!r:.60}; expected a numpy array of whole numbers, (n_out, n_in)")
    if param_ids.ndim != 2 or 0 in param_ids.shape:
        raise ValueError(f"param_ids has shape {param_ids.shape}; expected (n_out, n_in), each at least 1")
    return param_ids != NO_EDGE


class Counts(NamedTuple):
    """What a layer costs for one example: its connections, distinct parameters, and multiply-adds."""
    connections: int
    parameters: int
    multiply_adds: int

    @property
    def uses(self):
        """Uses per parameter, on average; 0 if there are no parameters."""
        return self.connections / self.parameters if self.parameters else 0


def counts(param_ids, biases=0):
    """Connections, distinct parameters and multiply-adds: every connection is one multiply-add, except a bias.

    biases  how many of the last columns are biases: connections that are added, never multiplied

    >>> counts(np.array([[0, 1, -1], [-1, 0, 1]]))
    Counts(connections=4, parameters=2, multiply_adds=4)
    """
    used, n_in = connected(param_ids), param_ids.shape[1]
    if whole("biases", biases, 0) >= n_in:
        raise ValueError(f"biases is {biases}; param_ids has only {n_in} columns")
    connections, parameters = int(used.sum()), np.unique(param_ids[used]).size
    return Counts(connections, parameters, int(used[:, :n_in - biases].sum()))


def parameters_of(param_ids, n_params=None):
    """How many parameters the ids speak of: n_params, checked, or the highest id + 1.

    They differ when the kernel is larger than the image: some of its numbers then meet nothing but padding.

    >>> parameters_of(np.array([[0, 1]])), parameters_of(np.array([[0, 1]]), 3)
    (2, 3)
    """
    if n_params is None:
        return int(param_ids[connected(param_ids)].max(initial=NO_EDGE)) + 1
    _check_ids(param_ids, whole("n_params", n_params, 1), "n_params is only")
    return int(n_params)


def _check_ids(param_ids, n_params, words):
    if param_ids.size and param_ids.max() >= n_params:
        raise IndexError(f"param_ids uses parameter {param_ids.max()}; {words} {n_params}")
    if param_ids.size and param_ids.min() < NO_EDGE:
        raise IndexError(f"param_ids holds {param_ids.min()}; expected ids from 0, or {NO_EDGE} for no connection")
