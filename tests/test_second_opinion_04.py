"""Lesson 4: the solutions, judged by torch, by the matrix of ids, and by counting what torch made."""
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_04 as ex
from helpers.sharing import conv1d_ids, gather

KERNELS = {"A": [1, 2, 3], "B": [1, 2, 1], "C": [-1, 0, 1], "D": [1, 1, 0]}


@pytest.mark.parametrize("x, w", ex.slide.cases)
def test_slide(x, w):
    theirs = torch.conv2d(torch.tensor(x)[None, None], torch.tensor(w)[None, None])[0, 0]
    np.testing.assert_allclose(ex.slide.build(ex.slide.solution)(x, w), theirs, atol=1e-12)


@pytest.mark.parametrize("w, n_in", ex.conv_matrix.cases)
def test_conv_matrix(w, n_in):
    W = ex.conv_matrix.build(ex.conv_matrix.solution)(w, n_in)
    np.testing.assert_array_equal(W, gather(w, conv1d_ids(n_in, len(w))))


@pytest.mark.parametrize("letter", KERNELS)
def test_same_flipped(letter):
    x, w = np.random.default_rng(0).normal(size=9), np.array(KERNELS[letter], float)
    same = np.allclose(np.convolve(x, w, "valid"), np.correlate(x, w, "valid"))
    assert same == (ex.same_flipped.build(ex.same_flipped.solution) == letter)


@pytest.mark.parametrize("k_h, k_w, H_in, W_in", ex.count_kernel.cases)
def test_count_kernel(k_h, k_w, H_in, W_in):
    counted = sum(p.numel() for p in torch.nn.Conv2d(1, 1, (k_h, k_w)).parameters())
    assert ex.count_kernel.build(ex.count_kernel.solution)(k_h, k_w, H_in, W_in) == counted
