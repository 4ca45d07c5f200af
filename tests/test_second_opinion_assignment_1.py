"""Assignment 1: the solutions, judged by torch, by the ids of the course, and by counting."""
import numpy as np
import torch
from assignments import each_variant, numbers, solved

from helpers.exercises.exercise import agree
from helpers.sharing import conv1d_ids, conv2d_ids, gather, local1d_ids


@each_variant
def test_ring_ids(variant):
    """Offsets that are d apart make a dilated convolution; any others add up rolled signals."""
    question, solve = solved(1, variant, "ring_ids")
    for n, k, d in [(5, 3, 1), (7, 3, 2), (9, 4, 2)]:
        p = d * (k - 1) // 2
        ring = conv1d_ids(n, k, padding=p, dilation=d, circular=True)
        np.testing.assert_array_equal(solve(n, [(d * t - p) % n for t in range(k)]), ring)
    for n, offsets in [*question.cases, question.example]:
        x, w = np.random.default_rng(n).normal(size=(2, n))
        want = sum(w[t] * np.roll(x, -offset) for t, offset in enumerate(offsets))
        np.testing.assert_allclose(gather(w, solve(n, offsets)) @ x, want)


@each_variant
def test_uses(variant):
    question, solve = solved(1, variant, "uses")
    for ids, n in [*question.cases, question.example]:
        assert solve(ids, n).tolist() == [sum(k == v for v in ids.ravel().tolist()) for k in range(n)]


@each_variant
def test_layer_counts(variant):
    question, answer = solved(1, variant, "layer_counts")
    H, W, C, F, k, s = numbers(question, r"(\d+) x (\d+) pixels with (\d+) ch.*has (\d+) filters.* of (\d+) x .* (\d+), no")
    layer = torch.nn.Conv2d(C, F, k, s)
    outputs = layer(torch.zeros(C, H, W)).numel()
    assert answer == [sum(p.numel() for p in layer.parameters()), outputs, outputs * layer.weight[0].numel()]


@each_variant
def test_three_layers(variant):
    question, answer = solved(1, variant, "three_layers")
    C, n, k, d, F = numbers(question, r"(\d+) channels of (\d+) samples.* of (\d+) samples that lie (\d+) .* (\d+) channels")
    local = local1d_ids(n, k, C, F, dilation=d)
    assert answer == [local.size, local.max() + 1, torch.nn.Conv1d(C, F, k).weight.numel()]


@each_variant
def test_as_matrix(variant):
    question, solve = solved(1, variant, "as_matrix")
    for w, H, W in [*question.cases, question.example]:
        np.testing.assert_array_equal(solve(w, H, W), gather(w.ravel(), conv2d_ids(H, W, w.shape)))
        image = torch.arange(H * W).double().reshape(1, 1, H, W) ** 2
        theirs = torch.conv2d(image, torch.tensor(w)[None, None]).numpy().ravel()
        np.testing.assert_allclose(solve(w, H, W) @ image.numpy().ravel(), theirs)


@each_variant
def test_which_grows(variant):
    """Two layers of torch, counted."""
    question, letter = solved(1, variant, "which_grows")
    m, = numbers(question, r"(\d+) times as many channels")
    before, after = torch.nn.Conv2d(2, 3, 3, bias=False), torch.nn.Conv2d(2 * m, 3 * m, 3, bias=False)
    sizes = [conv.weight.numel() for conv in (before, after)]
    work = sizes[0] * (8 * m) ** 2, sizes[1] * 8 ** 2
    assert sizes[1] == m * m * sizes[0] and work[0] == work[1]
    assert f"**{letter}**: {m * m} times the weights, the same number of multiply-adds\n" in question.text


@each_variant
def test_two_kernels(variant):
    """Fulfilled in another way, too: the first half of the outputs has one kernel, the second half the other."""
    question, ids = solved(1, variant, "two_kernels")
    n_out, n_in, k, P, times = numbers(question, r"for (\d+) outputs.* (\d+) inputs.*exactly (\d+) inputs.*exactly (\d+) "
                                                 r"different.*exactly (\d+) times")
    assert ids.shape == (n_out, n_in) and np.unique(ids[ids >= 0], return_counts=True)[1].tolist() == [times] * P
    assert ((ids >= 0).sum(axis=1) == k).all() and (ids >= 0).any(axis=0).all()
    halves = np.full((n_out, n_in), -1)
    for i in range(n_out):
        halves[i, i:i + k] = i * 2 // n_out * k + np.arange(k)
    assert agree(question.run(halves), question.expected)
