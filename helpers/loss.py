"""Softmax and cross-entropy: from scores to probabilities, and what a wrong one costs."""
import numpy as np

from .shapes import array, indices


def softmax(z):
    """Probabilities along the last axis: p[k] = exp(z[k]) / sum_j exp(z[j]).

    z  (..., n_classes) scores, also called logits; any finite size: nothing overflows, and no NaN comes out
    Returns      the same shape and dtype, each row at least 0 and with sum 1
    Errors       TypeError "z is a list; expected a numpy array of shape (2,)"
    Second road  torch.softmax: test_loss.py
    Source       Bridle 1990, who named it; subtracting the largest score changes nothing but the rounding.
                 Taught in lesson 02.

    >>> softmax(np.log([[1., 3.], [4., 1.]]))
    array([[0.25, 0.75],
           [0.8 , 0.2 ]])
    """
    return np.exp(log_softmax(z))


def log_softmax(z):
    """The logarithm of `softmax`, without taking one of a number that was rounded to 0: z[k] - log sum_j exp(z[j]).

    z  (..., n_classes) scores.  Returns  the same shape and dtype, 0 or less;  NaN-free for finite scores
    Errors       as `softmax`
    Second road  torch.log_softmax: test_loss.py. Source: Bishop 2006, section 4.3.4. Taught in lesson 02.

    >>> log_softmax(np.array([1000., 0.]))
    array([    0., -1000.])
    """
    array("z", z, np.shape(z))
    with np.errstate(over="ignore"):
        z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def cross_entropy(z, labels, mask=None):
    """The mean surprise at the right answers: L = mean over n of -log softmax(z[n])[labels[n]], in nats.

    z       (..., n_classes) scores, such as (N, n_classes) or (T, N, n_classes)
    labels  z.shape[:-1], whole numbers 0 .. n_classes - 1
    mask    z.shape[:-1] of True and False, or None. Only True counts, in the sum and in the number the mean divides by;
            elsewhere, as on the padding of a short sequence, scores and labels may be anything
    Returns      one number, 0 or more, of z's dtype; log(n_classes) for equal scores. NaN-free for finite scores.
    Errors       ValueError "mask counts no position; expected at least one True"
                 IndexError "labels holds 3; expected whole numbers 0 to 2" for 3 classes
                 ValueError "labels has shape (2,); expected (3,)"
    Second road  torch.nn.functional.cross_entropy, its ignore_index for the mask: test_loss.py
    Source       Bishop 2006, "Pattern Recognition and Machine Learning", eq. 4.108, divided by N. Taught in lesson 02.

    >>> float(cross_entropy(np.zeros((5, 2)), np.array([0, 1, 1, 0, 1])) / np.log(2))
    1.0
    """
    rows, answers, _ = _counted(z, labels, mask)
    return -log_softmax(rows)[np.arange(len(rows)), answers].mean()


def cross_entropy_backward(z, labels, mask=None):
    """Probability minus truth, divided by how many count: dz[n, k] = (softmax(z[n])[k] - [k = labels[n]]) / n_counted.

    z, labels, mask  as they went into `cross_entropy`
    Returns      dz, of z's shape and dtype; 0 where the mask is False. Each row sums to 0.
    Errors       as `cross_entropy`
    Second road  finite differences on every entry, torch: test_loss.py. Source: Bishop 2006, eq. 4.109. Lesson 02.

    >>> cross_entropy_backward(np.log([[1., 3.], [4., 1.]]), np.array([1, 1]))
    array([[ 0.125, -0.125],
           [ 0.4  , -0.4  ]])
    """
    rows, answers, counted = _counted(z, labels, mask)
    p = softmax(rows)
    p[np.arange(len(p)), answers] -= 1
    dz = np.zeros_like(z)
    dz[counted] = p / len(p)
    return dz


def _counted(z, labels, mask):
    """The rows of z that count, their labels, and where they are."""
    array("z", z, np.shape(z) if np.ndim(z) > 1 else ("N", "n_classes"))
    counted = np.ones(z.shape[:-1], bool) if mask is None else mask
    if not isinstance(counted, np.ndarray) or counted.dtype != bool or counted.shape != z.shape[:-1]:
        raise ValueError(f"mask is {mask!r:.60}; expected a numpy array of True and False, of shape {z.shape[:-1]}")
    if not counted.any():
        raise ValueError("mask counts no position; expected at least one True")
    if np.shape(labels) != counted.shape:
        raise ValueError(f"labels has shape {np.shape(labels)}; expected {counted.shape}")
    answers = labels[counted] if isinstance(labels, np.ndarray) else labels
    return z[counted], indices("labels", answers, z.shape[-1]), counted
