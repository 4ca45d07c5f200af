"""Lesson 8: the solutions, judged by torch, by counting and by loops; and the nets that the lesson races."""
import itertools

import numpy as np
import pytest
import torch

from helpers.counting import conv_counts, table_counts
from helpers.exercises import lesson_08 as ex
from helpers.experiments.discovery import likeness
from helpers.local import local2d
from helpers.models import Halves, Local, canvas_net
from helpers.patterns import LENET_C3
from helpers.train import fit, one_thread, outputs


def solved(exercise):
    return exercise.build(exercise.solution)


@pytest.mark.parametrize(("outputs", "labels"), ex.accuracy.cases)
def test_accuracy(outputs, labels):
    right = sum(max(range(len(row)), key=row.__getitem__) == label for row, label in zip(outputs, labels, strict=True))
    assert np.isclose(solved(ex.accuracy)(outputs, labels), right / len(labels))


@pytest.mark.parametrize(("H", "k", "F"), ex.cost.cases)
def test_cost(H, k, F):
    """Torch's layer: its parameters, its outputs, and the multiply-adds of `conv_counts` on an image padded beforehand."""
    layer = torch.nn.Conv2d(1, F, k, padding=k - 1)
    units = layer(torch.zeros(1, 1, H, H)).numel()
    padded = conv_counts((1, H + 2 * (k - 1), H + 2 * (k - 1)), F, k)
    assert solved(ex.cost)(H, k, F) == (sum(p.numel() for p in layer.parameters()), padded.multiply_adds, units)


@pytest.mark.parametrize("filters", [case[0] for case in ex.likeness.cases])
def test_likeness(filters):
    cosines = [torch.cosine_similarity(torch.tensor(a), torch.tensor(b), dim=0).item()
               for a, b in itertools.combinations(filters, 2)]
    assert np.isclose(solved(ex.likeness)(filters), np.mean(cosines)) and np.isclose(likeness(filters), np.mean(cosines))


def test_c3():
    assert solved(ex.c3) == table_counts(LENET_C3, (6, 14, 14), 5).parameters


def test_why_equal():
    """Kernel shared, windows over the border, global maximum: without the last two the outputs differ."""
    x = torch.zeros(2, 1, 12, 12)
    x[0, 0, 3:6, :3] = x[1, 0, 3:6, -3:] = torch.rand(3, 3)
    for padding, pool, equal in [(2, True, True), (0, True, False), (2, False, False)]:
        torch.manual_seed(0)
        y = torch.nn.Conv2d(1, 8, 3, padding=padding)(x)
        y = y.amax((2, 3)) if pool else y.flatten(1) @ torch.rand(y[0].numel(), 3)
        assert torch.allclose(y[0], y[1], atol=1e-5) == equal


def test_net():
    """The budget, by hand."""
    k, F = solved(ex.net)
    assert F * (k * k + 1) + 10 * (F + 1) <= ex.MOST_PARAMETERS


def test_the_unshared_torch_layer_is_the_helpers_local_layer():
    x, layer = np.random.default_rng(0).normal(size=(2, 1, 5, 5)), Local(5, 3, 2, 1).double()
    for p in layer.parameters():
        torch.nn.init.uniform_(p)
    w = layer.weight.detach().numpy().reshape(6, 6, 1, 2, 2, 3).transpose(0, 1, 5, 2, 3, 4)
    expected = local2d(x, w, layer.bias.detach().numpy(), padding=1)
    np.testing.assert_allclose(layer(torch.tensor(x)).detach().numpy(), expected, atol=1e-12)


def test_halves_share_within_a_half_only():
    layer = Halves(3, 2)
    x = torch.zeros(2, 1, 20, 20)
    x[0, 0, 5, 3] = x[1, 0, 5, 16] = 1
    y = layer(x)
    assert y.shape == (2, 4) and not torch.allclose(y[0], y[1])


def test_bad_nets_and_too_few_examples_are_named():
    with pytest.raises(ValueError, match="kind is 'cnn'; expected one of dense, conv"):
        canvas_net("cnn")
    with pytest.raises(ValueError, match="x has 30 examples; expected at least one batch of 50"):
        fit(canvas_net("dense"), torch.zeros(30, 1, 20, 20), torch.zeros(30, dtype=torch.int64), 1)


def test_outputs_in_batches_are_those_of_all_at_once():
    net, x = canvas_net("conv"), torch.rand(7, 1, 20, 20)
    torch.testing.assert_close(outputs(net, x, batch=3), net(x).detach())
    assert not outputs(net, x).requires_grad


def test_one_thread_puts_the_number_back_even_after_an_error():
    before = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError), one_thread():
        assert torch.get_num_threads() == 1
        1 / 0  # noqa: B018
    assert torch.get_num_threads() == before
