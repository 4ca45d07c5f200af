"""Lesson 2, learning: a slope by nudging, cross-entropy, the gradient of a layer, and a question, with known mistakes."""
import numpy as np

from .engine import Exercise

SLOPE = """def nudged_slope(f, v):
    return (f(v + 0.001) - f(v - 0.001)) / 0.002"""

nudged_slope = Exercise(
    name="nudged_slope",
    cases=[(lambda v: 3 * v, 2.), (lambda v: v ** 3, 1.5), (lambda v: 1 / v, 0.5), (lambda v: v ** 2 - 4 * v, 1.)],
    hints=("How much does f differ between v + 0.001 and v - 0.001?", "Divide by the distance between the two: 0.002."),
    solution=SLOPE,
    edits=(
        ("you did not divide by the distance. A slope is growth *per step*: divide by 0.002.", " / 0.002", ""),
        ("you divided by one nudge. From v - 0.001 to v + 0.001 the distance is two nudges, 0.002.", "0.002", "0.001"),
        ("only the second value was divided: put the difference in brackets before you divide.",
         "(f(v + 0.001) - f(v - 0.001)) / 0.002", "f(v + 0.001) - f(v - 0.001) / 0.002"),
        ("you multiplied by the nudge: / 2 * 0.001 divides by 2 only. Write / (2 * 0.001).", "/ 0.002", "/ 2 * 0.001"),
        ("you nudged only up. Nudge up and down: at a bend one side alone is off.",
         "(f(v + 0.001) - f(v - 0.001)) / 0.002", "(f(v + 0.001) - f(v)) / 0.001"),
        ("the sign is wrong: it is f after the nudge up minus f after the nudge down.",
         "(f(v + 0.001) - f(v - 0.001))", "(f(v - 0.001) - f(v + 0.001))"),
        ("your nudge is not 0.001 but 1. The slope is meant at one point, so nudge only a little.",
         "(f(v + 0.001) - f(v - 0.001)) / 0.002", "(f(v + 1.) - f(v)) / 1."),
    ),
    mistakes={
        "that is the value of f, not its slope.": "def nudged_slope(f, v):\n    return f(v)",
        "you divided f by v. A slope compares two nearby values of f.": "def nudged_slope(f, v):\n    return f(v) / v",
    })


def _case(N, n, seed):
    rng = np.random.default_rng(seed)
    return np.round(rng.uniform(-2, 2, (N, n)), 1), rng.integers(0, n, N)


ENTROPY = """def cross_entropy(scores, right):
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(right)), right]).mean()"""

cross_entropy = Exercise(
    name="cross_entropy",
    cases=[(np.array([[2., 1., 0.], [0., 0., 3.]]), np.array([0, 1])), _case(3, 3, 1), _case(5, 2, 2), _case(4, 6, 3)],
    hints=("Softmax, row by row: np.exp(scores), divided by the sum of its row (axis=1, keepdims=True).",
           "p[np.arange(len(right)), right] picks from each row the probability of the right class.",
           "Minus the logarithm, then the mean."),
    solution=ENTROPY,
    edits=(
        ("you added up the examples. The loss is their mean.", ".mean()", ".sum()"),
        ("the minus is missing: the logarithm of a probability is negative, and a loss is positive.", "-np.log", "np.log"),
        ("you divided by the sum of the whole table. Each example has probabilities of its own: sum over its row.",
         ".sum(axis=1, keepdims=True)", ".sum()"),
        ("you divided by the sums of the columns. Each example is a row: axis=1.",
         ".sum(axis=1, keepdims=True)", ".sum(axis=0, keepdims=True)"),
        ("you took the class with the largest probability, not the right one.",
         "p[np.arange(len(right)), right]", "p.max(axis=1)"),
        ("you took the mean over all classes. Only the probability of the right class counts.",
         "p[np.arange(len(right)), right]", "p"),
        ("p[:, right] picks these columns from *every* row. One from each row: np.arange(len(right)) in place of the colon.",
         "p[np.arange(len(right)), right]", "p[:, right]"),
        ("p[right] picks whole rows. From each row the right entry: p[np.arange(len(right)), right].",
         "p[np.arange(len(right)), right]", "p[right]"),
        ("there is one loss for each example. Take their mean: one number.", ".mean()", ""),
        ("the exp is missing: scores can be negative, probabilities cannot.",
         "np.exp(scores) / np.exp(scores)", "scores / scores"),
        ("there is no logarithm in it. The loss is minus the *logarithm* of the probability.", "-np.log(", "-("),
    ))

GRAD = """def weight_grad(dy, x):
    return dy.T @ x"""

_dys = [np.array([[1., -2.]]), np.array([[1., 0., 2.], [3., -1., 1.], [0., 4., -2.]]), np.array([[1., 2.], [-1., 3.]])]
_xs = [np.array([[3., 1., 2.]]), np.array([[2., 5., 1.], [-1., 3., 4.], [2., 2., 0.]]), np.array([[4., 0., 1.], [2., 5., -3.]])]

weight_grad = Exercise(
    name="weight_grad",
    cases=list(zip(_dys, _xs, strict=True)),
    hints=("For one example it is np.outer(dy[n], x[n]): dy[n][i] * x[n][j] at (i, j).",
           "Add that up over the examples n. As one product: dy.T @ x."),
    solution=GRAD,
    edits=(
        ("rows and columns are swapped: row i of the result belongs to output i.", "dy.T @ x", "x.T @ dy"),
        ("you took the mean over the examples. Their shares are added; if the loss is a mean, dy has divided already.",
         "dy.T @ x", "dy.T @ x / len(x)"),
    ),
    mistakes={
        "only the last example is in it (=). Every example adds its share (+=).":
            "def weight_grad(dy, x):\n    return np.outer(dy[-1], x[-1])",
        "only the first example is in it. Go through all of them.":
            "def weight_grad(dy, x):\n    return np.outer(dy[0], x[0])",
        "you left out x: weight (i, j) gets dy[i] times the input x[j] that it met.":
            "def weight_grad(dy, x):\n    return np.outer(dy.sum(axis=0), np.ones(x.shape[1]))",
        "you left out dy. Each input counts as much as the dy of its output says.":
            "def weight_grad(dy, x):\n    return np.outer(np.ones(dy.shape[1]), x.sum(axis=0))",
        "you added up the examples first, dy and x apart. Multiply within each example, then add.":
            "def weight_grad(dy, x):\n    return np.outer(dy.sum(axis=0), x.sum(axis=0))",
        "you multiplied every dy with every x, also between examples. Example by example, then add up.":
            "def weight_grad(dy, x):\n    return np.outer(dy, x)",
        "the shares of the examples are there, but not added up: the result is (n_out, n_in).":
            "def weight_grad(dy, x):\n    return dy[:, :, None] * x[:, None, :]",
    })

batch_gradient = Exercise(
    name="batch_gradient",
    why="the division belongs to the loss and sits in dy; the uses of a weight add up.",
    hints=("Where does the 1/100 of the mean go when you walk back through the chain?",),
    solution="batch_gradient = 'A'",
    mistakes={
        "B: that is what is left when each share overwrites the one before (=). Shares add up (+=).": "batch_gradient = 'B'",
        "C: the 1/100 of the mean is already in every dy. Dividing again makes the gradient 100 times too small.":
            "batch_gradient = 'C'",
        "D: every example has a say, not only the loudest.": "batch_gradient = 'D'",
    })

ALL = {e.name: e for e in (nudged_slope, cross_entropy, weight_grad, batch_gradient)}
