"""Lesson 10: the solutions, judged by torch.nn.RNN and by running a state forward."""
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_10 as ex


def torch_rnn(n_x, n_h):
    return torch.nn.RNN(n_x, n_h).double()


@pytest.mark.parametrize("x, h_0, W_xh, W_hh, b", ex.run.cases)
def test_run(x, h_0, W_xh, W_hh, b):
    module = torch_rnn(x.shape[1], len(h_0))
    with torch.no_grad():
        for parameter, value in zip(module.parameters(), (W_xh, W_hh, b, 0 * b), strict=True):
            parameter.copy_(torch.tensor(value))
        theirs = module(torch.tensor(x), torch.tensor(h_0)[None])[0]
    np.testing.assert_allclose(ex.run.build(ex.run.solution)(x, h_0, W_xh, W_hh, b), theirs, atol=1e-12)


def test_weights_without_biases_are_torchs():
    weights = [p for name, p in torch_rnn(3, 5).named_parameters() if "weight" in name]
    assert ex.P.build(ex.P.solution) == sum(p.numel() for p in weights)


@pytest.mark.parametrize("n_x, n_h, T", ex.count_rnn.cases)
def test_count_rnn(n_x, n_h, T):
    """Torch keeps two biases where the lesson's formula has one."""
    counted = sum(p.numel() for p in torch_rnn(n_x, n_h).parameters()) - n_h
    assert ex.count_rnn.build(ex.count_rnn.solution)(n_x, n_h, T) == counted


def test_memory_comes_from_the_state():
    """B: without the state handed on, a change at step 0 is not felt at the last step; untied, it still is."""
    rng = np.random.default_rng(0)
    x, W_xh, W_hh = rng.normal(size=(6, 1)), rng.normal(size=(6, 2, 1)), rng.normal(size=(6, 2, 2))

    def last(x, carried):
        h = np.zeros(2)
        for t in range(6):
            h = np.tanh(W_xh[t] @ x[t] + W_hh[t] @ (h * carried))
        return h
    changed = x + np.eye(6)[:, :1]
    assert np.allclose(last(x, 0), last(changed, 0)) and not np.allclose(last(x, 1), last(changed, 1))
    assert ex.memory.build(ex.memory.solution) == "B"
