"""A small recurrent cell, folded and unrolled: the states forward, each step's share of the gradient backward.

The browser computes what is shown; `states`, `shares` and `sizes` give the same numbers here.
"""
import numpy as np
import traitlets as t

from ..rnn import rnn
from ..shapes import whole
from .base import CourseWidget, checked

ACTIVATIONS = ("tanh", "linear")
MOST_STEPS, LARGEST = 12, 100
PRESSES = [1, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0, 0]
FROM_INPUT = [[1.0, -0.5], [0.5, 1.0], [-0.5, 0.5]]
FROM_STATE = {2: [[0.8, -0.41], [0.41, 0.8]], 3: [[0.8, -0.4, 0.1], [0.4, 0.7, -0.4], [0.1, 0.4, 0.8]]}
UPSTREAM = {2: np.array([0.6, 0.8]), 3: np.array([0.48, 0.6, 0.64])}


class Unroller(CourseWidget):
    """h[t] = tanh(W_xh x_t + W_hh h[t-1]), h[0] = 0, and where the gradient of W_hh comes from.

    x          (T_most,) or (T_most, n_x): 1 to 12 steps of n_x = 1 or 2 numbers; x_t is x[t - 1], as in `helpers.rnn`
    W_xh       (n_h, n_x), from input to state; for one input (n_h,) will do
    W_hh       (n_h, n_h), from state to state, n_h = 2 or 3. None takes numbers that fit the other arguments
    T          how many of the steps are run; None: five, or all if there are fewer. The learner moves it
    step       the step that is looked at, 1 to T
    activation "tanh", or "linear" for none at all
    backward   True: the loss sends an arrow of length 1 to the last state (UPSTREAM). Each step's share of dW_hh, their
               running sum, and the size of the gradient on its way back
    unrolled   False: the folded cell alone
    Errors     ValueError "W_xh has shape (2, 2); expected (3, 2): W_hh has 3 states and x 2 numbers a step"
    Second road  the browser's numbers against `rnn` and `rnn_backward` for every control: test_widget_unroller.py.
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

    def __init__(self, x=None, W_xh=None, W_hh=None, T=None, step=1, activation="tanh", backward=False, unrolled=True):
        x, W_xh, W_hh = checked_cell(x, W_xh, W_hh)
        T = min(5, len(x)) if T is None else whole("T", T, 1)
        if T > len(x):
            raise ValueError(f"T is {T}; x has {len(x)} steps")
        if whole("step", step, 1) > T:
            raise ValueError(f"step is {step}; expected 1 to T = {T}")
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation is {activation!r}; expected 'tanh' or 'linear'")
        super().__init__(x=x.tolist(), W_xh=W_xh.tolist(), W_hh=W_hh.tolist(), T=T, step=int(step), activation=activation,
                         backward=bool(backward), unrolled=bool(unrolled))

    @t.validate("x", "W_xh", "W_hh")
    def _same_shape(self, proposal):
        name, now = proposal["trait"].name, getattr(self, proposal["trait"].name)
        values = checked(name, proposal["value"])
        if now and values.shape != np.shape(now):
            raise ValueError(f"{name} has shape {values.shape}; this Unroller was made for {np.shape(now)}")
        return values.tolist()

    def __repr__(self):
        return f"Unroller({self.T} steps, {self.activation}, spectral radius of W_hh {self.spectral_radius():.2f})"

    def spectral_radius(self):
        """The size of the largest eigenvalue of W_hh."""
        return float(np.abs(np.linalg.eigvals(np.array(self.W_hh))).max())

    def states(self):
        """h, (T + 1, n_h), with the weights that the widget has now; h[0] is zero."""
        x, W_xh, W_hh = np.array(self.x)[:self.T], np.array(self.W_xh), np.array(self.W_hh)
        if self.activation == "tanh":
            return rnn(x[:, None], None, W_xh, W_hh)[:, 0]
        h = [np.zeros(len(W_hh))]
        for x_t in x:
            h.append(W_xh @ x_t + W_hh @ h[-1])
        return np.array(h)

    def shares(self):
        """(T, n_h, n_h): what each step adds to dW_hh, da_t times h[t-1]; the sum over the steps is dW_hh."""
        h, (_, da) = self.states(), self._way_back()
        return da[:, :, None] * h[:-1, None, :]

    def sizes(self):
        """(T + 1,): the length of the gradient that arrives at h[0] .. h[T]; it starts, at the end, with 1."""
        return np.linalg.norm(self._way_back()[0], axis=1)

    def _way_back(self):
        h, W_hh = self.states(), np.array(self.W_hh)
        slope = 1 - h[1:] ** 2 if self.activation == "tanh" else np.ones_like(h[1:])
        dh, da = np.empty_like(h), np.empty_like(slope)
        dh[-1] = UPSTREAM[len(W_hh)]
        for step in reversed(range(self.T)):
            da[step] = dh[step + 1] * slope[step]
            dh[step] = da[step] @ W_hh
        return dh, da


def checked_cell(x, W_xh, W_hh):
    """x (T_most, n_x), W_xh (n_h, n_x) and W_hh (n_h, n_h); what is None is filled in, so that it fits the rest."""
    x, W_xh, W_hh = (given if given is None else in_reach(name, checked(name, given))
                     for name, given in (("x", x), ("W_xh", W_xh), ("W_hh", W_hh)))
    W_xh = W_xh[:, None] if W_xh is not None and W_xh.ndim == 1 else W_xh
    x = default_input(W_xh) if x is None else checked_input(x)
    W_hh = np.array(FROM_STATE[3 if W_xh is not None and W_xh.shape[:1] == (3,) else 2]) if W_hh is None else W_hh
    if W_hh.shape not in ((2, 2), (3, 3)):
        raise ValueError(f"W_hh has shape {W_hh.shape}; expected (2, 2) or (3, 3)")
    n_h, n_x = len(W_hh), x.shape[1]
    which = f": W_hh has {n_h} states and x {n_x} number{'s' * (n_x > 1)} a step"
    W_xh = np.array(FROM_INPUT)[:n_h, :n_x] if W_xh is None else checked("W_xh", W_xh, (n_h, n_x), which)
    return x, W_xh, W_hh


def checked_input(x):
    """x as (T_most, n_x); one number a step may come as (T_most,)."""
    rows = x[:, None] if x.ndim == 1 else x
    if rows.ndim != 2 or len(rows) > MOST_STEPS or rows.shape[1] > 2:
        raise ValueError(f"x has shape {x.shape}; expected 1 to {MOST_STEPS} numbers, one a step, or two numbers for each step")
    return rows


def default_input(W_xh):
    """A lamp's buttons: on is +1 and off is -1; or, for two inputs, a column for each button."""
    presses = np.array(PRESSES)
    two = W_xh is not None and W_xh.ndim == 2 and W_xh.shape[1] == 2
    return np.stack([presses > 0, presses < 0] if two else [presses], axis=1).astype(float)


def in_reach(name, numbers):
    """None so large that twelve steps could not count it."""
    for at in np.argwhere(np.abs(numbers) > LARGEST)[:1].tolist():
        raise ValueError(f"{name}{at} is {numbers[tuple(at)]}; expected numbers from -{LARGEST} to {LARGEST}")
    return numbers
