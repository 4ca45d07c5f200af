"""Lesson 6: the solutions, judged by random weights, by torch's autograd, and by torch's circular layers."""
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_06 as ex
from helpers.sharing import gather


@pytest.mark.parametrize("ids", [case[0] for case in ex.shifts.cases], ids=str)
def test_shifts(ids):
    """A matrix with random weights commutes with the shift, or it does not."""
    W = gather(np.random.default_rng(0).normal(size=ids.max() + 1), ids)
    S = np.roll(np.eye(len(ids)), 1, axis=0)
    assert bool(ex.shifts.build(ex.shifts.solution)(ids)) == np.allclose(W @ S, S @ W)


@pytest.mark.parametrize("layers", [case[0] for case in ex.field.cases], ids=str)
def test_field(layers):
    """Count the pixels that the gradient of one output reaches, through layers of ones."""
    x = torch.ones(1, 1, 200, requires_grad=True)
    y = x
    for k, s in layers:
        y = torch.conv1d(y, torch.ones(1, 1, k), stride=s)
    y[0, 0, 3].backward()
    reached = torch.nonzero(x.grad[0, 0])
    assert ex.field.build(ex.field.solution)(layers) == reached.max() - reached.min() + 1


def test_invariance_error():
    error = ex.invariance_error.build(ex.invariance_error.solution)
    x = np.random.default_rng(0).normal(size=(3, 5))
    assert error(np.sum, x) < 1e-12
    weights = np.arange(15.).reshape(3, 5)
    moved = sum(weights[i, j] * x[i, (j - 1) % 5] for i in range(3) for j in range(5))
    assert np.isclose(error(lambda v: (weights * v).sum(), x), abs(moved - (weights * x).sum()))


def test_stride_three():
    layer = torch.nn.Conv1d(1, 1, 3, stride=3, padding=1, padding_mode="circular").double()
    x = torch.randn(1, 1, 12, dtype=torch.double)
    y, moved = layer(x), layer(x.roll(6, dims=2))
    assert [by for by in range(4) if torch.allclose(moved, y.roll(by, dims=2))] == [2]
    assert ex.stride_three.build(ex.stride_three.solution) == "B"


@pytest.mark.parametrize("case", range(3))
def test_inner_error(case):
    """Pixel by pixel; and padding what is inside with huge numbers changes nothing."""
    a, b, margin = ex.inner_error.cases[case]
    H, W = a.shape
    inside = [abs(a[i, j] - b[i, j]) for i in range(margin, H - margin) for j in range(margin, W - margin)]
    solution = ex.inner_error.build(ex.inner_error.solution)
    assert solution(a, b, margin) == max(inside)
    assert solution(np.pad(a, 1, constant_values=9e9), np.pad(b, 1), margin + 1) == max(inside)
