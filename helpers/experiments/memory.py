"""Who remembers? Recurrent nets with and without gates, windows and a dense net, on three tasks with known answers."""
from itertools import product

import numpy as np
import torch
from torch import nn

from helpers.models import count, drawn

SYMBOLS, T, STATES = 6, 30, 32
STARTS = ("by fan-in", "torch's", "torch's, f + 3", "torch's, i + 3")
OPENED = {"torch's, f + 3": 1, "torch's, i + 3": 0}             # which of the LSTM's blocks i, f, g, o gets a bias of 3 more
RECURRENT = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}


class Recurrent(nn.Module):
    """A recurrent layer and a dense one on every state: (N, T, n_x) to (N, T, n_out)."""

    def __init__(self, kind, n_x, n_out):
        super().__init__()
        self.layer = RECURRENT[kind](n_x, STATES, batch_first=True)
        self.head = nn.Linear(STATES, n_out)

    def forward(self, x):
        return self.head(self.layer(x)[0])


class Window(nn.Module):
    """A convolution over time that sees the present step and the width - 1 before it, and a dense layer on each step."""

    def __init__(self, width, n_x, n_out):
        super().__init__()
        self.pad, self.layer, self.head = width - 1, nn.Conv1d(n_x, STATES, width), nn.Linear(STATES, n_out)

    def forward(self, x):
        x = nn.functional.pad(x.transpose(1, 2), (self.pad, 0))
        return self.head(self.layer(x).relu().transpose(1, 2))


class Padded(nn.Module):
    """A dense net on 2 T steps at once; shorter sequences are filled up with zeros."""

    def __init__(self, n_x, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(2 * T * n_x, 256), nn.ReLU(), nn.Linear(256, 2 * T * n_out))

    def forward(self, x):
        steps = x.shape[1]
        full = nn.functional.pad(x, (0, 0, 0, 2 * T - steps))
        return self.layers(full).reshape(len(x), 2 * T, -1)[:, :steps]


def build(name, n_x, n_out, seed):
    """A net by its name: "RNN", "GRU", "LSTM", "window of 10", "dense, padded"."""
    if name in RECURRENT:
        net = Recurrent(name, n_x, n_out)
    else:
        net = Window(int(name.split()[-1]), n_x, n_out) if name.startswith("window") else Padded(n_x, n_out)
    return drawn(net, np.random.default_rng(seed))


def flip_flop_data(rng, N, steps):
    """Symbols: 0 is "on", 1 is "off", 5 percent each, four others mean nothing. Answer: the last command (1 before any)."""
    symbols = np.where(rng.random((N, steps)) < 0.1, rng.integers(0, 2, (N, steps)), rng.integers(2, SYMBOLS, (N, steps)))
    answers, last = np.empty((N, steps), int), np.ones(N, int)
    for t in range(steps):
        last = np.where(symbols[:, t] < 2, symbols[:, t], last)
        answers[:, t] = last
    return one_hot(symbols), torch.tensor(answers)


def delay_data(rng, N, steps, k=8):
    """Answer: the symbol of k steps ago; the first k answers do not count (-100)."""
    symbols = rng.integers(0, SYMBOLS, (N, steps))
    answers = np.concatenate([np.full((N, k), -100), symbols[:, :-k]], axis=1)
    return one_hot(symbols), torch.tensor(answers)


def adding_data(rng, N, steps):
    """Numbers 0 to 1, two of them marked; wanted at the end is the sum of the two."""
    marks = np.zeros((N, steps))
    for row in marks:
        row[rng.choice(steps, 2, replace=False)] = 1
    numbers = rng.random((N, steps))
    x = torch.tensor(np.stack([numbers, marks], axis=2), dtype=torch.float32)
    return x, torch.tensor((numbers * marks).sum(axis=1), dtype=torch.float32)


def one_hot(symbols):
    return torch.tensor(np.eye(SYMBOLS)[symbols], dtype=torch.float32)


def train(net, data, loss_of, seed, steps, lr, length=T):
    """Fresh sequences of `length` steps each time, 64 at once; Adam; the gradient clipped by norm to 1."""
    rng, optimizer = np.random.default_rng([seed, 1]), torch.optim.Adam(net.parameters(), lr=lr)
    for _ in range(steps):
        x, y = data(rng, 64, length)
        optimizer.zero_grad()
        loss_of(net(x), y).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    return net


def classes_loss(outputs, answers):
    return nn.functional.cross_entropy(outputs.flatten(0, 1), answers.flatten(), ignore_index=-100)


def right(net, data, steps, first=0, N=200):
    """The fraction of right answers from step `first` on, of those that count."""
    x, y = data(np.random.default_rng(999), N, steps)
    with torch.no_grad():
        said = net(x).argmax(dim=2)[:, first:]
    counted = y[:, first:] >= 0
    return round((said == y[:, first:])[counted].double().mean().item(), 4)


def flip_flop(seed, models=("RNN", "GRU", "LSTM", "window of 5", "window of 10", "dense, padded"), steps=600):
    """The last of two commands among noise: right answers within the trained 30 steps, and beyond them."""
    rows = []
    for name in models:
        net = train(build(name, SYMBOLS, 2, seed), flip_flop_data, classes_loss, seed, steps, lr=0.005)
        length = 2 * T if name == "dense, padded" else 10 * T
        rows.append({"model": name, "parameters": count(net), "within": right(net, flip_flop_data, T),
                     "beyond": right(net, flip_flop_data, length, first=T)})
    return rows


def delay(seed, models=("RNN", "GRU", "LSTM", "window of 5", "window of 10"), steps=1000):
    """The symbol of 8 steps ago: right answers."""
    rows = []
    for name in models:
        net = train(build(name, SYMBOLS, SYMBOLS, seed), delay_data, classes_loss, seed, steps, lr=0.005)
        rows.append({"model": name, "parameters": count(net), "right": right(net, delay_data, T)})
    return rows


def adding(seed, models=("RNN", "GRU", "LSTM"), steps=800):
    """Two marked numbers among 30, wanted is their sum: mean squared error at 30 steps and at 60; always saying 1: 1/6."""
    rows = []
    for name in models:
        net = train(build(name, 2, 1, seed), adding_data, adding_loss, seed, steps, lr=0.005)
        rows.append({"model": name, "parameters": count(net), "error": adding_error(net, T), "error_60": adding_error(net, 2 * T)})
    return rows


def adding_starts(seed, models=("RNN", "GRU", "LSTM"), starts=STARTS, lengths=(T, 2 * T), steps=800):
    """Adding, trained and tested at 30 steps and at 60, from several starts of the weights: mean squared error."""
    rows = []
    for name, length, start in product(models, lengths, starts):
        if name != "LSTM" and start in OPENED:
            continue
        net = build(name, 2, 1, seed) if start == "by fan-in" else small_start(build(name, 2, 1, seed), seed)
        net = opened(net, OPENED[start]) if start in OPENED else net
        train(net, adding_data, adding_loss, seed, steps, lr=0.005, length=length)
        rows.append({"model": name, "parameters": count(net), "length": length, "start": start,
                     "error": adding_error(net, length)})
    return rows


def small_start(net, seed):
    """All parameters between plus and minus 1 / sqrt(STATES), torch's rule for its recurrent layers; numbers from numpy."""
    rng, bound = np.random.default_rng(seed), STATES**-0.5
    for parameter in net.parameters():
        parameter.data = torch.tensor(rng.uniform(-bound, bound, parameter.shape), dtype=torch.float32)
    return net


def opened(net, block):
    """Net with 3 added to the biases of one of its LSTM's blocks, 0 to 3: i, f, g, o."""
    net.layer.bias_ih_l0.data.unflatten(0, (4, STATES))[block] += 3
    return net


def adding_loss(outputs, wanted):
    return nn.functional.mse_loss(outputs[:, -1, 0], wanted)


def adding_error(net, steps, N=500):
    x, wanted = adding_data(np.random.default_rng(999), N, steps)
    with torch.no_grad():
        return round(adding_loss(net(x), wanted).item(), 5)
