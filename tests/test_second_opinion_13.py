"""Lesson 13: the solutions, judged by torch's embedding, packing and masks; and the nets of the stored race."""
import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from helpers.data import load_names
from helpers.exercises import lesson_13 as ex
from helpers.experiments import names as race


def solved(exercise):
    return exercise.build(exercise.solution)


@pytest.mark.parametrize("case", range(3))
def test_table_grad(case):
    dy, ids, n = ex.table_grad.cases[case]
    E = torch.zeros(n, dy.shape[1], dtype=torch.double, requires_grad=True)
    (torch.nn.functional.embedding(torch.tensor(ids), E) * torch.tensor(dy)).sum().backward()
    np.testing.assert_allclose(solved(ex.table_grad)(dy, ids, n), E.grad.numpy())


@pytest.mark.parametrize("case", range(3))
def test_last_and_mean_states(case):
    """Packed and unpacked again by torch, padding is NaN: nothing of it may reach the answers."""
    h, lengths = ex.last_states.cases[case]
    packed = pack_padded_sequence(torch.tensor(h), torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    rows = pad_packed_sequence(packed, batch_first=True, padding_value=float("nan"))[0]
    names = [row[~row.isnan().any(1)] for row in rows]
    np.testing.assert_allclose(solved(ex.last_states)(h, lengths), torch.stack([name[-1] for name in names]).numpy())
    np.testing.assert_allclose(solved(ex.mean_states)(h, lengths), torch.stack([name.mean(0) for name in names]).numpy())


@pytest.mark.parametrize("case", range(3))
def test_masked_mean(case):
    losses, mask = ex.masked_mean.cases[case]
    expected = torch.masked.mean(torch.tensor(losses), mask=torch.tensor(mask))
    assert np.isclose(solved(ex.masked_mean)(losses, mask), expected.item())


def test_letters_and_their_padding():
    letters, lengths = race.encode(["peru", "saksa"], length=8, start=2)
    assert lengths.tolist() == [6, 7] and (letters[:, :2] == race.BLANK).all() and letters[0, 6:].tolist() == [race.BLANK] * 2
    assert all((1 <= row[2:n]).all() for row, n in zip(letters, lengths, strict=True))
    longest = max(load_names()[0], key=len)
    assert race.encode([longest])[1].item() == len(longest) == race.LENGTH


@pytest.mark.parametrize("name", race.NETS)
def test_more_padding_changes_nothing(name):
    """In a longer block every net gives the same answer: the trap of the lesson is not in its own race."""
    net = race.drawn(race.NETS[name][0](), np.random.default_rng(0))
    with torch.no_grad():
        short, long = (net(*race.encode(["peru", "niemcy"], length=length)) for length in (24, 30))
    assert torch.allclose(short, long, atol=1e-6)


@pytest.mark.parametrize(("name", "stays"), [("bag of letters", True), ("bigrams", True), ("convolution", True),
                                             ("dense, padded", False), ("RNN", False), ("GRU", False)])
def test_who_notices_a_move(name, stays):
    net = race.drawn(race.NETS[name][0](), np.random.default_rng(0))
    with torch.no_grad():
        here, there = (net(*race.encode(["peru", "niemcy"], start=start)) for start in (0, 5))
    assert torch.allclose(here, there, atol=1e-6) == stays
