"""Which language is a place name in? Dense, bag, bigrams, convolution, RNN and two GRUs on names of 2 to 24 letters."""
import numpy as np
import torch
from torch import nn

from helpers.data import ALPHABET, load_names, split_names
from helpers.models import count, drawn
from helpers.train import one_thread

LENGTH, LANGUAGES_COUNT, N_LETTERS = 24, 8, len(ALPHABET) + 1
BLANK = 0                                        # the padding; letters count from 1


def encode(names, length=LENGTH, start=0):
    """Names as whole numbers, 0 for padding: letters (N, length) and lengths (N,). `start` moves them to the right.

    Errors  ValueError "names hold 'Łódź'; expected only the letters of ALPHABET: ..."
            ValueError "names hold 'abcdef'; expected 1 to 4 letters, with start 0" for length 4
    """
    letters = np.full((len(names), length), BLANK)
    for row, name in zip(letters, names, strict=True):
        if not set(name) <= set(ALPHABET):
            raise ValueError(f"names hold {name!r}; expected only the letters of ALPHABET: {ALPHABET!r}")
        if not 1 <= len(name) <= length - start:
            raise ValueError(f"names hold {name!r}; expected 1 to {length - start} letters, with start {start}")
        row[start:start + len(name)] = [ALPHABET.index(letter) + 1 for letter in name]
    return torch.tensor(letters), torch.tensor([start + len(name) for name in names])


class Padded(nn.Module):
    """Dense: every place has weights of its own for every letter. Longer than LENGTH it cannot run."""

    def __init__(self, hidden=64):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(LENGTH * N_LETTERS, hidden), nn.ReLU(),
                                    nn.Linear(hidden, LANGUAGES_COUNT))

    def forward(self, letters, lengths):
        return self.layers(one_hot(letters)[:, :LENGTH])


class Bag(nn.Module):
    """Which letters occur, and how often; in which order is forgotten. The same row of the table for each place."""

    def __init__(self, hidden=128):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(N_LETTERS, hidden), nn.ReLU(), nn.Linear(hidden, LANGUAGES_COUNT))

    def forward(self, letters, lengths):
        return self.layers(counts(letters))


class Bigrams(nn.Module):
    """Which pairs of neighbours occur: a linear layer on their counts, a blank at both ends."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(N_LETTERS**2, LANGUAGES_COUNT)

    def forward(self, letters, lengths):
        padded = nn.functional.pad(letters, (1, 1))
        pairs = padded[:, :-1] * N_LETTERS + padded[:, 1:]
        found = torch.zeros(len(letters), N_LETTERS**2).scatter_add_(1, pairs, torch.ones(pairs.shape))
        found[:, 0] = 0                          # two blanks are no pair
        return self.layer(found)


class Convolution(nn.Module):
    """A kernel of 4 letters slides over the name; the largest value of each filter over all places.

    Padded by the kernel's whole width: one window of blanks alone is always among them, however long the block.
    """

    def __init__(self, filters=128, width=4):
        super().__init__()
        self.layer, self.head = nn.Conv1d(N_LETTERS, filters, width, padding=width), nn.Linear(filters, LANGUAGES_COUNT)

    def forward(self, letters, lengths):
        seen = one_hot(letters)
        seen[:, :, BLANK] = 0                    # padding is no letter
        return self.head(self.layer(seen.transpose(1, 2)).relu().amax(2))


class Recurrent(nn.Module):
    """Letter by letter; the answer is read off the state after the last letter, not at the padded end.

    leave_out  the share of the letters' numbers, and of the last state's, that training sets to 0 at random: dropout
    """

    def __init__(self, kind, states=64, leave_out=0.0):
        super().__init__()
        self.table, self.leave_out = nn.Embedding(N_LETTERS, 16), nn.Dropout(leave_out)
        self.layer, self.head = kind(16, states, batch_first=True), nn.Linear(states, LANGUAGES_COUNT)

    def forward(self, letters, lengths):
        h, _ = self.layer(self.leave_out(self.table(letters)))
        return self.head(self.leave_out(h[torch.arange(len(h)), lengths - 1]))


def one_hot(letters):
    return nn.functional.one_hot(letters, N_LETTERS).float()


def counts(letters):
    """How often each letter occurs, (N, letters), padding not counted."""
    found = one_hot(letters).sum(1)
    found[:, BLANK] = 0
    return found


NETS = {"dense, padded": (Padded, 10, 0.003), "bag of letters": (Bag, 15, 0.005), "bigrams": (Bigrams, 20, 0.01),
        "convolution": (Convolution, 15, 0.003), "RNN": (lambda: Recurrent(nn.RNN), 20, 0.003),
        "GRU": (lambda: Recurrent(nn.GRU), 15, 0.005),
        "GRU, larger": (lambda: Recurrent(nn.GRU, states=128, leave_out=0.3), 25, 0.008)}


@one_thread()
def train(name, letters, lengths, labels, seed, batch=64):
    """A fresh net of NETS, weights and order drawn from numpy's generator; Adam, clipped, falling to 0 in the second half."""
    make, epochs, lr = NETS[name]
    net, rng = drawn(make(), np.random.default_rng(seed)), np.random.default_rng([seed, 1])
    torch.manual_seed(seed)                          # of what dropout leaves out
    optimizer = torch.optim.Adam(net.parameters())
    batches = [b for _ in range(epochs) for b in np.array_split(rng.permutation(len(letters)), len(letters) // batch)]
    for n, rows in enumerate(batches):
        optimizer.param_groups[0]["lr"] = lr * min(1, 2 * (1 - n / len(batches)))
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(letters[rows], lengths[rows]), labels[rows]).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    return net.eval()                                # dropout is for training only


def right(net, letters, lengths, labels):
    with torch.no_grad():
        return round((net(letters, lengths).argmax(1) == labels).double().mean().item(), 4)


def names(seed, models=tuple(NETS)):
    """Right answers on names of new things: as they stand, and moved five places to the right."""
    words, labels, _ = load_names()
    fit_on, test = split_names(seed)
    (letters, lengths), labels = encode(words), torch.tensor(labels)
    short = [n for n in test if len(words[n]) + 5 <= LENGTH]
    moved, moved_lengths = encode([words[n] for n in short], start=5)
    rows = []
    for name in models:
        net = train(name, letters[fit_on], lengths[fit_on], labels[fit_on], seed)
        rows.append({"model": name, "parameters": count(net),
                     "train": right(net, letters[fit_on], lengths[fit_on], labels[fit_on]),
                     "test": right(net, letters[test], lengths[test], labels[test]),
                     "short": right(net, letters[short], lengths[short], labels[short]),
                     "moved": right(net, moved, moved_lengths, labels[short])})
    return rows


def names_longer(seed, models=tuple(NETS), longest=9):
    """Learned on names of at most nine letters, tested on others as short, and on longer ones."""
    words, labels, _ = load_names()
    fit_on, test = split_names(seed)
    (letters, lengths), labels = encode(words), torch.tensor(labels)
    size = np.array([len(word) for word in words])
    few, short, long = fit_on[size[fit_on] <= longest], test[size[test] <= longest], test[size[test] > longest]
    rows = []
    for name in models:
        net = train(name, letters[few], lengths[few], labels[few], seed)
        rows.append({"model": name, "short": right(net, letters[short], lengths[short], labels[short]),
                     "long": right(net, letters[long], lengths[long], labels[long])})
    return rows
