"""Lesson 5: the solutions, judged by torch, which knows sizes, layers and counts."""
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_05 as ex
from helpers.reveal import reveal


@pytest.mark.parametrize("n, k, s, p, d", ex.out_size.cases)
def test_out_size(n, k, s, p, d):
    y = torch.nn.Conv1d(1, 1, k, stride=s, padding=p, dilation=d)(torch.zeros(1, 1, n))
    assert ex.out_size.build(ex.out_size.solution)(n, k, s, p, d) == y.shape[2]


@pytest.mark.parametrize("x, w, s", ex.conv_layer.cases)
def test_conv_layer(x, w, s):
    theirs = torch.conv2d(torch.tensor(x)[None], torch.tensor(w), stride=s)[0]
    np.testing.assert_allclose(ex.conv_layer.build(ex.conv_layer.solution)(x, w, s), theirs, atol=1e-12)


@pytest.mark.parametrize("C_in, C_out, k, groups", ex.count_conv.cases)
def test_count_conv(C_in, C_out, k, groups):
    counted = sum(p.numel() for p in torch.nn.Conv2d(C_in, C_out, k, groups=groups).parameters())
    assert ex.count_conv.build(ex.count_conv.solution)(C_in, C_out, k, groups) == counted


def test_shared_axis():
    """B: in torch's own layer an id stays within one feature map, and comes back at every place of it."""
    ids = reveal(torch.nn.Conv2d(2, 3, 2, bias=False), (2, 4, 4)).reshape(3, 9, -1)
    sets = [set(ids[f].ravel()) - {-1} for f in range(3)]
    assert not sets[0] & sets[1] and all(set(ids[0, place]) - {-1} == sets[0] for place in range(9))
    assert ex.shared_axis.build(ex.shared_axis.solution) == "B"
