"""Lesson 1: the solutions, judged by torch and by counting what torch made."""
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_01 as ex


@pytest.mark.parametrize("x, W, b", ex.layer.cases)
def test_layer(x, W, b):
    answer = ex.layer.build(ex.layer.solution)(x, W, b)
    np.testing.assert_allclose(answer, torch.nn.functional.linear(*map(torch.tensor, (x, W, b))), atol=1e-12)


@pytest.mark.parametrize("n_in, n_out", ex.count_dense.cases)
def test_count_dense(n_in, n_out):
    counted = sum(p.numel() for p in torch.nn.Linear(n_in, n_out).parameters())
    assert ex.count_dense.build(ex.count_dense.solution)(n_in, n_out) == counted


def test_neighbours():
    """C is true because an object that moves by one pixel meets other columns; A and B are false."""
    rng = np.random.default_rng(0)
    W = rng.normal(size=(1000, 784))
    similarity = np.mean(W[:, :-1] * W[:, 1:])
    assert abs(similarity) < 0.01
    with pytest.raises(ValueError):
        W @ rng.normal(size=32 * 32)
    assert ex.neighbours.build(ex.neighbours.solution) == "C"
