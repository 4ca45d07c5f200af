"""Lesson 11: the solutions, judged by torch's autograd and torch's clipping, and by walking step by step."""
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_11 as ex


def solved(exercise):
    return exercise.build(exercise.solution)


@pytest.mark.parametrize("case", range(4))
def test_bptt(case):
    dh, x, h, W_hh = ex.bptt.cases[case]
    W_xh = np.linalg.lstsq(x, np.arctanh(h[1:]) - h[:-1] @ W_hh.T)[0].T
    a = np.arctanh(h[1:]) - h[:-1] @ W_hh.T - x @ W_xh.T           # what x does not explain, as a fixed bias of each step
    tensors = [torch.tensor(v, requires_grad=True) for v in (W_xh, W_hh)]
    state, total = torch.tensor(h[0]), 0
    for t in range(len(x)):
        state = torch.tanh(tensors[0] @ torch.tensor(x[t]) + tensors[1] @ state + torch.tensor(a[t]))
        total = total + (torch.tensor(dh[t]) * state).sum()
    total.backward()
    for mine, theirs in zip(solved(ex.bptt)(dh, x, h, W_hh), tensors, strict=True):
        np.testing.assert_allclose(mine, theirs.grad.numpy(), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(("g", "limit"), ex.clip.cases)
def test_clip(g, limit):
    parameter = torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.double))
    parameter.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_([parameter], limit)
    np.testing.assert_allclose(solved(ex.clip)(g, limit), parameter.grad.numpy(), atol=1e-5)


def test_steps_back():
    size, steps = 1.0, 0
    while size >= 0.01:
        size, steps = size * 0.9, steps + 1
    assert solved(ex.steps_back) == steps


def test_which_line():
    """The four lines are four programs: one is zero before the last step, one an eighth, one above the right one."""
    lines = ex.pictured()
    assert (lines["B"][:-1] == 0).all() and lines["B"][-1] == lines["A"][-1] > 0
    np.testing.assert_allclose(lines["D"] * 8, lines["A"])
    assert (lines["C"] >= lines["A"]).all() and lines["C"][1] > 2 * lines["A"][1] > 0
    assert solved(ex.which_line) == ex.FORGOT


@pytest.mark.parametrize(("dh", "h", "W_hh", "k"), ex.truncated.cases)
def test_truncated(dh, h, W_hh, k):
    """torch, with the state detached where a piece begins; the inputs are whatever leads from h[t] to h[t + 1]."""
    W, state, total = torch.tensor(W_hh, requires_grad=True), torch.tensor(h[0]), 0
    for t, given in enumerate(np.arctanh(h[1:]) - h[:-1] @ W_hh.T):
        state = state.detach() if t % k == 0 else state
        state = torch.tanh(W @ state + torch.tensor(given))
        total = total + (torch.tensor(dh[t]) * state).sum()
    total.backward()
    np.testing.assert_allclose(solved(ex.truncated)(dh, h, W_hh, k), W.grad.numpy(), rtol=1e-8, atol=1e-10)
