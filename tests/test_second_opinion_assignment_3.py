"""Assignment 3: the solutions, judged by torch's RNN and gradients, and by walking a hundred steps."""
import re

import numpy as np
import torch
from assignments import autograd, each_variant, numbers, solved

from helpers.exercises.exercise import agree


@each_variant
def test_both_ways(variant):
    """torch's RNN with both directions, and the same weights in each."""
    question, solve = solved(3, variant, "both_ways")
    for x, W_xh, W_hh in [*question.cases, question.example]:
        layer = torch.nn.RNN(x.shape[1], len(W_hh), bias=False, bidirectional=True, dtype=torch.double)
        with torch.no_grad():
            for end in "", "_reverse":
                getattr(layer, "weight_ih_l0" + end).copy_(torch.tensor(W_xh))
                getattr(layer, "weight_hh_l0" + end).copy_(torch.tensor(W_hh))
            np.testing.assert_allclose(solve(x, W_xh, W_hh), layer(torch.tensor(x))[0].numpy(), atol=1e-12)


@each_variant
def test_leak_grad(variant):
    question, solve = solved(3, variant, "leak_grad")
    for dh, x, h_0, a in [*question.cases, question.example]:
        def loss(a, dh=dh, x=x, h_0=h_0):
            h, total = h_0, 0
            for d, x_t in zip(dh, x, strict=True):
                h = a * h + (1 - a) * x_t
                total = total + d * h
            return total
        np.testing.assert_allclose(solve(dh, x, h_0, a), autograd(loss, a)[0])


@each_variant
def test_initial_grad(variant):
    """torch, with whatever leads from state to state as a fixed input."""
    question, solve = solved(3, variant, "initial_grad")
    for dh, h, W_hh in [*question.cases, question.example]:
        given = torch.tensor(np.arctanh(h[1:]) - h[:-1] @ W_hh.T)

        def loss(state, dh=dh, W_hh=W_hh, given=given):
            total = 0
            for d, x_t in zip(torch.tensor(dh), given, strict=True):
                state = torch.tanh(torch.tensor(W_hh) @ state + x_t)
                total = total + (d * state).sum()
            return total
        np.testing.assert_allclose(solve(dh, h, W_hh), autograd(loss, h[0])[0], rtol=1e-7)


@each_variant
def test_unrolled_counts(variant):
    """Counted in torch: a cell with one of its two bias vectors left out, and a linear layer."""
    question, answer = solved(3, variant, "unrolled_counts")
    T, x, h, y = numbers(question, r"(\d+) steps of (\d+) numbers.*state has (\d+) .*makes (\d+) outputs")
    cell, out = torch.nn.RNNCell(x, h), torch.nn.Linear(h, y)
    shared = sum(p.numel() for p in [*cell.parameters(), *out.parameters()]) - cell.bias_hh.numel()
    work = cell.weight_ih.numel() + cell.weight_hh.numel() + out.weight.numel()
    assert answer == [shared, T * shared, T * work]


@each_variant
def test_three_steps(variant):
    question, answer = solved(3, variant, "three_steps")
    w, h, *x, target = map(int, re.findall(r"-?\d+", question.text.split("with w")[1].split(") ** 2")[0]))
    theirs, = autograd(lambda w: (w * (w * (w * h + x[0]) + x[1]) + x[2] - target) ** 2 / 2, float(w))
    assert answer == float(theirs)


@each_variant
def test_which_keeps(variant):
    """Every letter: a hundred steps back, from many directions."""
    question, right = solved(3, variant, "which_keeps")
    letters = re.findall(r"\*\*(\w)\*\*: `W = (.*)`", question.text)
    assert len(letters) == 5
    for letter, code in letters:
        back = np.linalg.matrix_power(np.array(eval(code)).T, 100) @ np.random.default_rng(0).normal(size=(2, 9))
        start = np.random.default_rng(0).normal(size=(2, 9))
        keeps = np.allclose(np.linalg.norm(back, axis=0), np.linalg.norm(start, axis=0))
        assert keeps == (letter == right), code


@each_variant
def test_wheel(variant):
    """An ellipse does it as well as a circle; a turn that needs as long but goes round more than once, too."""
    question, W = solved(3, variant, "wheel")
    p, = numbers(question, r"counts to (\d+)")
    back = [t for t in range(1, p + 1) if np.allclose(np.linalg.matrix_power(W, t), np.eye(2))]
    stretch = np.array([[2., 1.], [0., 0.5]])
    assert back == [p]
    for other in (W.T, stretch @ W @ np.linalg.inv(stretch), np.linalg.matrix_power(W, p - 1), W.round(4)):
        assert agree(question.run(other), question.expected)
