"""Lesson 2: the solutions, judged by torch's autograd and its cross-entropy."""
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_02 as ex


@pytest.mark.parametrize("f, v", ex.nudged_slope.cases)
def test_nudged_slope(f, v):
    v_torch = torch.tensor(v, dtype=torch.float64, requires_grad=True)
    f(v_torch).backward()
    assert np.isclose(ex.nudged_slope.build(ex.nudged_slope.solution)(f, v), v_torch.grad, rtol=1e-4)


@pytest.mark.parametrize("scores, right", ex.cross_entropy.cases)
def test_cross_entropy(scores, right):
    theirs = torch.nn.functional.cross_entropy(torch.tensor(scores), torch.tensor(right))
    assert np.isclose(ex.cross_entropy.build(ex.cross_entropy.solution)(scores, right), theirs)


@pytest.mark.parametrize("dy, x", ex.weight_grad.cases)
def test_weight_grad(dy, x):
    W = torch.zeros(dy.shape[1], x.shape[1], dtype=torch.float64, requires_grad=True)
    (torch.tensor(x) @ W.T).backward(torch.tensor(dy))
    np.testing.assert_allclose(ex.weight_grad.build(ex.weight_grad.solution)(dy, x), W.grad)


def test_batch_gradient():
    """A: shares of a mean loss, each divided once, add up to torch's gradient."""
    x, w = torch.arange(1., 101.), torch.tensor(0.5, requires_grad=True)
    (w * x).mean().backward()
    assert torch.isclose(w.grad, (x / 100).sum()) and not torch.isclose(w.grad, (x / 100).sum() / 100)
    assert ex.batch_gradient.build(ex.batch_gradient.solution) == "A"
