"""Recurrent layers against torch.nn and against a plain step-by-step formulation, as ratios to torch.

    python tests/benchmarks/recurrent.py            one thread, then two; about two minutes
"""
import numpy as np
import torch
from per_step import PER_STEP
from timing import agree, for_each_thread_count, milliseconds, peak_megabytes, ratios, rounds, table

from helpers.gru import gru, gru_backward, gru_with_gates
from helpers.lstm import lstm, lstm_backward, lstm_with_gates
from helpers.rnn import rnn, rnn_backward

SHAPES = [(32, 1, 16, 32), (50, 32, 32, 64), (100, 64, 64, 128), (200, 16, 128, 256)]          # T, N, n_x, n_h
GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def arguments(kind, T, N, n_x, n_h):
    """x, the states before the first step, the weights as torch draws them, and an upstream gradient; float32."""
    rng = np.random.default_rng(0)
    rows, s = GATES[kind] * n_h, n_h**-0.5
    weights = [rng.uniform(-s, s, size=shape).astype(np.float32) for shape in [(rows, n_x), (rows, n_h), rows, rows]]
    states = [np.zeros((N, n_h), np.float32)] * (2 if kind == "LSTM" else 1)
    return rng.standard_normal((T, N, n_x), np.float32), states, weights, rng.standard_normal((T, N, n_h), np.float32)


def ours(kind, x, states, weights, dh):
    """Forward; forward and backward."""
    W_xh, W_hh, *_ = weights
    if kind == "RNN":
        return (lambda: rnn(x, *states, *weights)[1:],
                lambda: rnn_backward(dh, x, rnn(x, *states, *weights), W_xh, W_hh))
    if kind == "LSTM":
        return (lambda: lstm(x, *states, *weights)[0][1:],
                lambda: lstm_backward(dh, x, *lstm_with_gates(x, *states, *weights), W_xh, W_hh))
    return (lambda: gru(x, *states, *weights)[1:],
            lambda: gru_backward(dh, x, *gru_with_gates(x, *states, *weights), W_xh, W_hh))


def torchs(kind, x, states, weights, dh):
    """The same of torch.nn, asked for the same gradients: input, first states, weights."""
    n_x, n_h = x.shape[2], dh.shape[2]
    module = getattr(torch.nn, kind)(n_x, n_h)
    with torch.no_grad():
        for parameter, value in zip(module.parameters(), weights, strict=True):
            parameter.copy_(torch.tensor(value))
    inputs = [torch.tensor(v, requires_grad=True) for v in [x, *(s[None] for s in states)]]
    dh, leaves = torch.tensor(dh), [*inputs, *module.parameters()]
    call = (lambda: module(inputs[0], tuple(inputs[1:]))[0]) if kind == "LSTM" else (lambda: module(*inputs)[0])

    def forward():
        with torch.no_grad():
            return call().numpy()

    def both():
        return tuple(g.numpy() for g in torch.autograd.grad(call(), leaves, dh))

    return forward, both


def grow_heap():
    """Take 30 MB once and give them back.

    From then on the C library keeps freed memory for the next call, as in any notebook that has held larger arrays.
    Before, it hands every megabyte back at once and fetches it anew, which can double the time of a layer.
    """
    np.ones(30 * 2**20, np.uint8)


def run(threads):
    torch.set_num_threads(threads)
    grow_heap()
    for kind in GATES:
        for part, name in enumerate(["forward", "forward + backward"]):
            rows = {"ours": [], "step by step": [], "torch, ms": [], "ours, peak MB": []}
            for shape in SHAPES:
                given = arguments(kind, *shape)
                candidates = {"torch": torchs(kind, *given)[part], "ours": ours(kind, *given)[part],
                              "step by step": PER_STEP[kind](*given)[part]}
                agree({who: f() for who, f in candidates.items()})
                times = rounds(candidates)
                for who, ratio in ratios(times).items():
                    rows.get(who, []).append(ratio)
                rows["torch, ms"].append(milliseconds(times))
                rows["ours, peak MB"].append(peak_megabytes(candidates["ours"]))
            table(f"{kind} {name}, {threads} thread{'s' * (threads > 1)}, ratio to torch",
                  [f"T, N, n_x, n_h = {shape}" for shape in SHAPES], rows)


if __name__ == "__main__":
    for_each_thread_count(run)
