"""Lesson 9: the solutions, judged by loops, by torch, and by counting."""
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_09 as ex
from helpers.sharing import NO_EDGE


def solved(exercise):
    return exercise.build(exercise.solution)


@pytest.mark.parametrize(("images", "order"), ex.shuffle.cases)
def test_shuffle(images, order):
    """Pixel by pixel, and a look-up in torch."""
    new = solved(ex.shuffle)(images, order)
    for n, p in np.ndindex(len(images), len(order)):
        assert new[n].flat[p] == images[n].flat[order[p]]
    gathered = torch.tensor(images).flatten(1).index_select(1, torch.tensor(order))
    assert gathered.reshape(images.shape).tolist() == new.tolist()


@pytest.mark.parametrize(("H", "W"), ex.coordinates.cases)
def test_coordinates(H, W):
    places = torch.meshgrid(torch.linspace(-1, 1, H).double(), torch.linspace(-1, 1, W).double(), indexing="ij")
    np.testing.assert_allclose(solved(ex.coordinates)(H, W), torch.stack(places).numpy(), atol=1e-7)


def test_regions():
    """Four torch layers, side by side."""
    layers = torch.nn.ModuleList(torch.nn.Conv2d(3, 16, 5) for _ in range(4))
    assert solved(ex.regions) == sum(p.numel() for p in layers.parameters())


@pytest.mark.parametrize(("n", "k", "period"), ex.season_ids.cases)
def test_season_ids(n, k, period):
    """Two places share all their ids when period divides their distance, and none otherwise; all ids are used."""
    ids = solved(ex.season_ids)(n, k, period)
    assert ids.shape == (n - k + 1, n)
    for p, q in np.ndindex(len(ids), len(ids)):
        one, other = set(ids[p][ids[p] != NO_EDGE].tolist()), set(ids[q][ids[q] != NO_EDGE].tolist())
        assert len(one) == k and (one == other if (p - q) % period == 0 else not one & other)
    assert set(ids[ids != NO_EDGE].tolist()) == set(range(min(period, len(ids)) * k))


@pytest.mark.parametrize(("table", "n_train"), ex.anomalies.cases)
def test_anomalies(table, n_train):
    """The training years of each month add up to nothing, and differences between years are as they were."""
    new = solved(ex.anomalies)(table, n_train)
    np.testing.assert_allclose(new[:n_train].sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.diff(new, axis=0), np.diff(table, axis=0), atol=1e-12)
    assert new.shape == table.shape


def test_which_task():
    assert solved(ex.which_task) == "B"
