"""Assignment 2: the solutions, judged by torch's gradients, by least squares, and by trying all shifts."""
import re

import numpy as np
import torch
from assignments import autograd, each_variant, numbers, solved

from helpers.exercises.exercise import agree


def conv_gradients(x, w, dy, stride=1):
    """torch's gradients of (dy * y).sum() for the signal and for the kernel."""
    def loss(x, w):
        return (torch.conv1d(x[None, None], w[None, None], stride=stride)[0, 0] * torch.tensor(dy)).sum()
    return autograd(loss, x, w)


@each_variant
def test_strided_gradients_are_those_of_autograd(variant):
    question, kernel = solved(2, variant, "strided_grad")
    for x, dy, s, k in [*question.cases, question.example]:
        np.testing.assert_allclose(kernel(x, dy, s, k), conv_gradients(x, np.zeros(k), dy, s)[1])
    question, signal = solved(2, variant, "strided_input_grad")
    for dy, w, s, n in [*question.cases, question.example]:
        np.testing.assert_allclose(signal(dy, w, s, n), conv_gradients(np.zeros(n), w, dy, s)[0])


@each_variant
def test_symmetric_grad(variant):
    question, answer = solved(2, variant, "symmetric_grad")
    x, dy = (np.array(eval(row), float) for row in re.findall(r"= (\[.*?\])`", question.text))

    def loss(a, b):
        return (torch.conv1d(torch.tensor(x)[None, None], torch.stack([a, b, a])[None, None])[0, 0] * torch.tensor(dy)).sum()
    assert answer == [float(v) for v in autograd(loss, 2., 3.)]


@each_variant
def test_bias_grad(variant):
    question, solve = solved(2, variant, "bias_grad")
    for dy, in [*question.cases, question.example]:
        N, C, H, W = dy.shape
        layer = torch.nn.Conv2d(1, C, 1, dtype=torch.double)
        layer(torch.zeros(N, 1, H, W).double()).backward(torch.tensor(dy))
        np.testing.assert_allclose(solve(dy), layer.bias.grad.numpy())


@each_variant
def test_which_moves(variant):
    """Every letter is tried on random signals and all shifts."""
    question, right = solved(2, variant, "which_moves")
    letters = re.findall(r"\*\*(\w)\*\*: `f\(x\) = (.*)`", question.text)
    assert len(letters) == 5
    for letter, code in letters:
        f = eval(f"lambda x: {code}", {"np": np})
        x = np.random.default_rng(variant).normal(size=8)
        moves = all(np.allclose(f(np.roll(x, m)), np.roll(f(x), m)) for m in range(8))
        assert moves == (letter == right), code


@each_variant
def test_tied_matrix(variant):
    """The closest circulant matrix by least squares; and it is equivariant."""
    question, solve = solved(2, variant, "tied_matrix")
    for W, in [*question.cases, question.example]:
        n = len(W)
        patterns = np.array([np.roll(np.eye(n), d, axis=1).ravel() for d in range(n)]).T
        theirs = patterns @ np.linalg.lstsq(patterns, W.ravel(), rcond=None)[0]
        np.testing.assert_allclose(solve(W), theirs.reshape(n, n))
        x = np.arange(n) ** 2.
        np.testing.assert_allclose(solve(W) @ np.roll(x, 1), np.roll(solve(W) @ x, 1))


@each_variant
def test_slope_kernel(variant):
    """By least squares, too: the smallest kernel with the three answers."""
    question, w = solved(2, variant, "slope_kernel")
    rise, k = *numbers(question, r"exactly (\d+) to"), len(w)
    asked = np.array([np.ones(k), (-1.) ** np.arange(k), np.arange(k)])
    np.testing.assert_allclose(asked @ w, [0, 0, rise], atol=1e-12)
    smallest = np.linalg.lstsq(asked, np.array([0, 0, rise]), rcond=None)[0]
    assert agree(question.run(smallest), question.expected) and not agree(question.run(smallest + 0.01), question.expected)
