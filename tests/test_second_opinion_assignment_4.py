"""Assignment 4: the solutions, judged by torch on the recordings that a student sees, and by the algebra of the hall."""
import re

import numpy as np
import pytest
import torch
from assignments import VARIANTS, autograd, each_variant, solved

from helpers.classroom.assignment_4 import _DIFFERS, DATA
from helpers.exercises.engine import diagnose
from helpers.exercises.exercise import agree


@each_variant
def test_echo(variant):
    question, solve = solved(4, variant, "echo")
    for x, w in [*question.cases, question.example]:
        theirs = torch.conv1d(torch.tensor(x)[:, None], torch.tensor(w)[None, None])[:, 0]
        np.testing.assert_allclose(solve(x, w), theirs, atol=1e-12)


def own_answers(x, v):
    return (x.unfold(1, v.shape[-1], 1) * v).sum(2)


@each_variant
def test_shared_and_own_slopes_are_those_of_autograd(variant):
    for name in "shared_slope", "own_slopes":
        question, solve = solved(4, variant, name)
        for x, y, w in [*question.cases, question.example]:
            def loss(w, x=x, y=y):
                return ((own_answers(torch.tensor(x), w) - torch.tensor(y)) ** 2).mean()
            theirs, = autograd(loss, w)
            np.testing.assert_allclose(solve(x, y, w), theirs, atol=1e-12)


def recordings(variant):
    space = {"np": np, "VARIANT": variant, "print": lambda *args: None}
    exec(DATA, space)
    return [torch.tensor(space[name]) for name in ("x", "y", "x_test", "y_test", "hall")]


def trained(x, y, shape, steps, lr):
    """Kernels from torch.optim.SGD: one of shape (4,), or (n_out, 4) of them."""
    w = torch.zeros(shape, dtype=x.dtype, requires_grad=True)
    descent = torch.optim.SGD([w], lr=lr)
    for _ in range(steps):
        descent.zero_grad()
        ((own_answers(x, w) - y) ** 2).mean().backward()
        descent.step()
    return w.detach()


@each_variant
def test_learned_and_errors(variant):
    """On what a student sees; in float32, too, the answers are close enough."""
    question, kernel = solved(4, variant, "learned")
    asked, errors = solved(4, variant, "errors")
    found = re.search(r"(\d+) steps of descent with learning rate ([\d.]+),", question.text)
    steps, lr = int(found[1]), float(found[2])
    for kind in torch.double, torch.float:
        x, y, x_test, y_test = (v.to(kind) for v in recordings(variant)[:4])
        w, v = trained(x, y, (4,), steps, lr), trained(x, y, (y.shape[1], 4), steps, lr * y.shape[1])
        theirs = [((own_answers(x_test, k) - y_test) ** 2).mean().item() for k in (w, v)]
        np.testing.assert_allclose(errors, theirs, rtol=1e-9 if kind == torch.double else 1e-5)
        np.testing.assert_allclose(kernel, w, rtol=1e-9 if kind == torch.double else 1e-4)
        assert diagnose(question, w).kind == diagnose(asked, theirs).kind == "right"


@pytest.mark.parametrize("variant", range(50))
def test_the_shared_kernel_wins_and_the_echo_can_be_taken_away(variant):
    """By descent, by least squares, and by the algebra of the hall: below the limit of a thirtieth, with room."""
    x, y, _, _, hall = (v.numpy() for v in recordings(variant))
    question, dry = solved(4, variant, "dry")
    shared, own = solved(4, variant, "errors")[1]
    assert own > 3 * shared
    Y = np.lib.stride_tricks.sliding_window_view(y, 9, axis=1).reshape(-1, 9)
    fitted = np.linalg.lstsq(Y, x[:, 11:].ravel(), rcond=None)[0]
    combined = np.array([np.convolve(hall, row) for row in np.eye(9)]).T
    exact = np.linalg.lstsq(combined, np.eye(12)[11], rcond=None)[0]
    for kernel in dry, fitted, exact:
        assert agree(question.run(kernel), question.expected)
        assert ((combined @ kernel - np.eye(12)[11]) ** 2).sum() < 0.03 * (hall[:3] ** 2).sum()


def test_which_hall():
    """A hall that changes with the place has no single kernel: own kernels fit it without error, a shared one cannot."""
    x = np.random.default_rng(0).normal(size=(400, 12))
    X = np.lib.stride_tricks.sliding_window_view(x, 3, axis=1)
    for differs in False, True:
        kernels = np.array([[0.1, 0.5, 1.]] * 10)
        kernels[5:] *= 0.3 if differs else 1
        y = (X * kernels).sum(axis=2)
        w = np.linalg.lstsq(X.reshape(-1, 3), y.ravel(), rcond=None)[0]
        assert (((X @ w - y) ** 2).mean() > 0.1) == differs
    for variant in VARIANTS:
        question, right = solved(4, variant, "which_hall")
        assert any(f"**{right}**: {text}\n" in question.text for text in _DIFFERS)
