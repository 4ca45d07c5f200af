"""Lesson 14: the solutions, judged by torch, by trying every reordering, and by the whole batch."""
import itertools

import numpy as np
import pytest
import torch

from helpers.dense import dense_backward
from helpers.exercises import lesson_14 as ex


def solved(exercise):
    return exercise.build(exercise.solution)


def test_saved():
    untied = torch.nn.ModuleList([torch.nn.Embedding(30_000, 512), torch.nn.Linear(512, 30_000, bias=False)])
    before = sum(p.numel() for p in untied.parameters())
    untied[1].weight = untied[0].weight
    assert solved(ex.saved) == before - sum(p.numel() for p in untied.parameters())


@pytest.mark.parametrize("case", range(3))
def test_twins(case):
    g1, g2, x1, x2 = map(torch.tensor, ex.twins.cases[case])
    W = torch.zeros(len(g1), len(x1), dtype=torch.double, requires_grad=True)
    ((W @ x1) @ g1 + (W @ x2) @ g2).backward()
    np.testing.assert_allclose(solved(ex.twins)(*ex.twins.cases[case]), W.grad.numpy())


@pytest.mark.parametrize("n", [2, 3, 4])
def test_set_ids(n):
    """Entries that some reordering puts on each other have to be equal; those are all equalities there are."""
    ids = solved(ex.set_ids)(n)
    reached = {(i, j): {(p[i], p[j]) for p in itertools.permutations(range(n))} for i, j in np.ndindex(n, n)}
    for a, b in itertools.product(reached, repeat=2):
        assert (ids[a] == ids[b]) == (b in reached[a])


@pytest.mark.parametrize("k", [2, 3, 4])
def test_turned_ids(k):
    ids = torch.tensor(solved(ex.turned_ids)(k).copy())
    assert torch.equal(ids[0], torch.arange(k * k).reshape(k, k))
    for f in range(4):
        assert torch.equal(torch.rot90(ids[f]), ids[(f + 1) % 4]) and sorted(ids[f].ravel().tolist()) == list(range(k * k))


def test_combine():
    rng = np.random.default_rng(0)
    x, dy, W = rng.normal(size=(9, 3)), rng.normal(size=(9, 2)), rng.normal(size=(2, 3))
    sizes = np.array([1, 5, 3])
    ends = np.cumsum([0, *sizes])
    means = [dense_backward(dy[a:b] / (b - a), x[a:b], W)[1] for a, b in itertools.pairwise(ends)]
    np.testing.assert_allclose(solved(ex.combine)(np.stack(means), sizes), dense_backward(dy / 9, x, W)[1])
