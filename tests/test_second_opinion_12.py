"""Lesson 12: the solutions, judged by torch's cells and by torch's own count; and the tasks of the stored runs."""
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_12 as ex
from helpers.experiments import memory


def solved(exercise):
    return exercise.build(exercise.solution)


def cell(kind, x, states, weights):
    """Torch's cell with these weights, one step, as numpy arrays."""
    module = kind(len(x), len(states[0])).double()
    with torch.no_grad():
        for parameter, value in zip(module.parameters(), weights, strict=True):
            parameter.copy_(torch.tensor(value))
        state = tuple(torch.tensor(s) for s in states) if len(states) > 1 else torch.tensor(states[0])
        new = module(torch.tensor(x), state)
    return [v.numpy() for v in (new if len(states) > 1 else [new])]


@pytest.mark.parametrize("case", range(3))
def test_lstm_step(case):
    x, h, c, W_xh, W_hh, b = ex.lstm_step.cases[case]
    expected = cell(torch.nn.LSTMCell, x, [h, c], [W_xh, W_hh, b, np.zeros_like(b)])
    np.testing.assert_allclose(solved(ex.lstm_step)(x, h, c, W_xh, W_hh, b), expected, atol=1e-12)


@pytest.mark.parametrize("case", range(3))
def test_gru_step(case):
    x, h, *weights = ex.gru_step.cases[case]
    np.testing.assert_allclose([solved(ex.gru_step)(x, h, *weights)], cell(torch.nn.GRUCell, x, [h], weights), atol=1e-12)


def test_n_params():
    assert solved(ex.n_params) == sum(p.numel() for p in torch.nn.LSTM(10, 20).parameters())


def test_which_needs():
    assert solved(ex.which_needs) == "B"


def test_the_tasks_are_what_they_say():
    rng = np.random.default_rng(0)
    x, answers = memory.flip_flop_data(rng, 5, 40)
    for symbols, wanted in zip(x.argmax(2).tolist(), answers.tolist(), strict=True):
        last = 1
        for symbol, answer in zip(symbols, wanted, strict=True):
            last = symbol if symbol < 2 else last
            assert answer == last
    x, answers = memory.delay_data(rng, 3, 20, k=8)
    assert (answers[:, :8] == -100).all() and torch.equal(answers[:, 8:], x.argmax(2)[:, :-8])
    x, wanted = memory.adding_data(rng, 4, 30)
    assert (x[:, :, 1].sum(1) == 2).all() and torch.allclose((x[:, :, 0] * x[:, :, 1]).sum(1), wanted)


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM", "window of 5"])
def test_no_answer_looks_ahead(name):
    """A change at step 20 leaves all answers before it alone."""
    net, (x, _) = memory.build(name, 6, 2, seed=0), memory.flip_flop_data(np.random.default_rng(0), 1, 30)
    changed = x.clone()
    changed[0, 20] = 1 - changed[0, 20]
    with torch.no_grad():
        before, after = net(x), net(changed)
    assert torch.allclose(before[0, :20], after[0, :20]) and not torch.allclose(before[0, 20], after[0, 20])
