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


def lively(name, seed):
    """A net of the race with large random weights and biases, so that a blank which counts shows."""
    net, rng = race.NETS[name][0](), np.random.default_rng(seed)
    for parameter in net.parameters():
        parameter.data = torch.tensor(rng.normal(size=parameter.shape), dtype=torch.float32)
    return net.eval()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", [name for name in race.NETS if name != "dense, padded"])
def test_a_name_alone_gets_the_answer_it_gets_in_a_block(name, seed):
    """No blank at all against many: the trap of the lesson is not in its own race. (Dense has 24 places, always.)"""
    net = lively(name, seed)
    for word in ("peru", "niemcy", "x", max(load_names()[0], key=len)):
        with torch.no_grad():
            alone, in_block = (net(*race.encode([word], length=length)) for length in (len(word), 30))
        assert torch.allclose(alone, in_block, atol=1e-4), word


def test_dense_reads_its_24_places_and_no_more():
    net = lively("dense, padded", 0)
    with torch.no_grad():
        short, long = (net(*race.encode(["peru", "niemcy"], length=length)) for length in (24, 30))
    assert torch.equal(short, long)


@pytest.mark.parametrize(("word", "message"), [
    ("Łódź", "names hold 'Łódź'; expected only the letters of ALPHABET: "),
    ("", "names hold ''; expected 1 to 24 letters, with start 0"),
    ("a" * 25, "names hold 'aaaaaaaaaaaaaaaaaaaaaaaaa'; expected 1 to 24 letters, with start 0")])
def test_a_name_that_cannot_be_encoded_is_named(word, message):
    with pytest.raises(ValueError) as error:
        race.encode(["peru", word])
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(("name", "stays"), [("bag of letters", True), ("bigrams", True), ("convolution", True),
                                             ("dense, padded", False), ("RNN", False), ("GRU", False),
                                             ("GRU, larger", False)])
def test_who_notices_a_move(name, stays):
    """The longest name too, which fills a block of 24 to the end."""
    net, words = lively(name, 0), ["peru", "niemcy", max(load_names()[0], key=len)]
    with torch.no_grad():
        here, there = (net(*race.encode(words, length=24 + start, start=start)) for start in (0, 5))
    assert torch.allclose(here, there, atol=1e-4) == stays


def test_a_trained_net_leaves_nothing_out():
    """Dropout is over when training is: two looks at the same names give the same scores."""
    letters, lengths = race.encode(["peru", "niemcy", "saksa"])
    net = race.train("GRU, larger", letters, lengths, torch.tensor([0, 4, 5]), seed=0, batch=3)
    with torch.no_grad():
        assert torch.equal(net(letters, lengths), net(letters, lengths))


def test_training_gives_the_threads_back():
    letters, lengths = race.encode(["peru", "niemcy", "saksa"])
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        race.train("bigrams", letters, lengths, torch.tensor([0, 4, 5]), seed=0, batch=3)
        with pytest.raises(KeyError):
            race.train("no such net", letters, lengths, None, seed=0)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
