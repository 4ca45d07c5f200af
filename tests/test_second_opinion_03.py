"""Lesson 3: the solutions, judged by torch's unfold, its autograd, and by counting ids."""
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_03 as ex
from helpers.sharing import counts, local2d_ids


def torch_local(x, w):
    """Unfold all windows, multiply each with its own row of w."""
    return (x.unfold(0, w.shape[1], 1) * w).sum(dim=1)


@pytest.mark.parametrize("x, w", ex.local_forward.cases)
def test_local_forward(x, w):
    theirs = torch_local(torch.tensor(x), torch.tensor(w))
    np.testing.assert_allclose(ex.local_forward.build(ex.local_forward.solution)(x, w), theirs, atol=1e-12)


@pytest.mark.parametrize("dy, x, w", ex.local_backward.cases)
def test_local_backward(dy, x, w):
    x_torch, w_torch = (torch.tensor(v, requires_grad=True) for v in (x, w))
    torch_local(x_torch, w_torch).backward(torch.tensor(dy))
    dw, dx = ex.local_backward.build(ex.local_backward.solution)(dy, x, w)
    np.testing.assert_allclose(dw, w_torch.grad, atol=1e-12)
    np.testing.assert_allclose(dx, x_torch.grad, atol=1e-12)


@pytest.mark.parametrize("H_in, W_in, k_h, k_w", ex.count_local.cases)
def test_count_local(H_in, W_in, k_h, k_w):
    counted = counts(local2d_ids(H_in, W_in, (k_h, k_w))).parameters
    assert ex.count_local.build(ex.count_local.solution)(H_in, W_in, k_h, k_w) == counted


def test_small_kernel():
    """B: 3x3 kernels on 28x28 pixels, and as many parameters as connections."""
    connections, parameters, _ = counts(local2d_ids(28, 28, 3))
    assert connections == parameters and ex.small_kernel.build(ex.small_kernel.solution) == "B"
