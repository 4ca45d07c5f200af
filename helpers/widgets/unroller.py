"""A recurrent cell of two states, unrolled: the states forward, each step's share of the gradient backward."""
import numpy as np
import traitlets as t

from ..rnn import rnn
from ..shapes import whole
from .base import CourseWidget

ACTIVATIONS = ("tanh", "linear")
MOST_STEPS = 12
PRESSES = [1, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0, 0]


class Unroller(CourseWidget):
    """h[t] = tanh(W_xh x_t + W_hh h[t-1]) with two states and one input number a step, and its gradient through time.

    x          up to 12 numbers, one a step
    W_xh       two numbers, from the input to each state;  W_hh  (2, 2), from state to state
    T          how many of the steps are run, 1 to 12;  step  the one that is looked at, 1 to T
    activation "tanh" or "linear": none at all
    backward   True: the loss sends 0.6, 0.8 (an arrow of length 1) to the last state; each step's share of dW_hh, their
               sum, and the size of the gradient on its way back
    Errors     ValueError "W_hh has shape (3, 3); expected (2, 2)"
    Second road  the browser's numbers against `helpers.rnn` for every control: test_widget_unroller.py.
    Taught in lessons 10, 11 and 12.

    >>> Unroller(T=4)
    Unroller(4 steps, tanh, spectral radius of W_hh 0.90)
    """

    files = "unroller"
    x = t.List().tag(sync=True)
    W_xh = t.List().tag(sync=True)
    W_hh = t.List().tag(sync=True)
    T = t.Int(5).tag(sync=True)
    step = t.Int(1).tag(sync=True)
    activation = t.Enum(ACTIVATIONS, "tanh").tag(sync=True)
    backward = t.Bool(False).tag(sync=True)
    unrolled = t.Bool(True).tag(sync=True)

    def __init__(self, x=PRESSES, W_xh=(1.0, 0.5), W_hh=((0.8, -0.41), (0.41, 0.8)), T=5, step=1, activation="tanh",
                 backward=False, unrolled=True):
        x = checked("x", x, None)
        if x.ndim != 1 or len(x) > MOST_STEPS:
            raise ValueError(f"x has shape {x.shape}; expected 1 to {MOST_STEPS} numbers, one a step")
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation is {activation!r}; expected 'tanh' or 'linear'")
        if not whole("T", T, 1) <= len(x):
            raise ValueError(f"T is {T}; x has {len(x)} steps")
        if not whole("step", step, 1) <= T:
            raise ValueError(f"step is {step}; expected 1 to T = {T}")
        super().__init__(x=x.tolist(), W_xh=checked("W_xh", W_xh, (2,)).tolist(), W_hh=checked("W_hh", W_hh, (2, 2)).tolist(),
                         T=T, step=step, activation=activation, backward=bool(backward), unrolled=bool(unrolled))

    def __repr__(self):
        return f"Unroller({self.T} steps, {self.activation}, spectral radius of W_hh {self.spectral_radius():.2f})"

    def spectral_radius(self):
        """The size of the largest eigenvalue of W_hh."""
        return float(np.abs(np.linalg.eigvals(np.array(self.W_hh))).max())

    def states(self):
        """h, (T + 1, 2), with the weights that the widget has now; h[0] is zero."""
        W_xh, W_hh = np.array(self.W_xh)[:, None], np.array(self.W_hh)
        x = np.array(self.x[:self.T])[:, None]
        if self.activation == "tanh":
            return rnn(x[:, None], None, W_xh, W_hh)[:, 0]
        h = [np.zeros(2)]
        for x_t in x:
            h.append(W_xh @ x_t + W_hh @ h[-1])
        return np.array(h)


def checked(name, values, shape):
    """Finite numbers as floats, of that shape if there is one."""
    try:
        numbers = np.asarray(values, float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is a {type(values).__name__}; expected an array of numbers") from None
    if numbers.size == 0:
        raise ValueError(f"{name} has shape {numbers.shape}; there is nothing in it")
    if shape and numbers.shape != shape:
        raise ValueError(f"{name} has shape {numbers.shape}; expected {shape}")
    if not np.isfinite(numbers).all():
        at = tuple(map(int, np.argwhere(~np.isfinite(numbers))[0]))
        raise ValueError(f"{name}{list(at)} is {numbers[at]}; expected finite numbers")
    return numbers
