"""Lesson 13, sequences: the gradient of a table, last states, means and losses without padding, with known mistakes."""
import numpy as np

from .engine import Exercise


def _uses(T, n_e, n, rng):
    return rng.integers(-5, 6, size=(T, n_e)) * 1.0 + 0.5, rng.integers(0, n, size=T), n


_grad = np.array([[1., 2.], [3., 5.], [-1., 4.], [7., 0.5], [2., -3.]])

table_grad = Exercise(
    name="table_grad",
    cases=[(_grad, np.array([2, 0, 2, 1, 0]), 4), (_grad[:3], np.array([1, 1, 1]), 2), (_grad[1:, :1], np.array([0, 3, 3, 0]), 5)],
    random_case=lambda rng: _uses(*rng.integers(1, 6, size=3), rng),
    hints=("Start from np.zeros((n, dy.shape[1])). Then each use adds its row of dy to the row of its symbol.",
           "A loop over t is fine: dE[ids[t]] += dy[t]. Without a loop: np.add.at(dE, ids, dy)."),
    solution="""def table_grad(dy, ids, n):
    dE = np.zeros((n, dy.shape[1]))
    np.add.at(dE, ids, dy)
    return dE""",
    edits=(
        ("of several uses of one row only the last is left: `dE[ids] += dy` reads, adds and writes once. Every use adds: "
         "np.add.at, or a loop.", "np.add.at(dE, ids, dy)", "dE[ids] += dy"),
        ("you took the mean over a symbol's uses. It is the sum.", "    return dE",
         "    uses = np.bincount(ids, minlength=n)[:, None]\n    return dE / np.maximum(uses, 1)"),
        ("you counted how often each symbol occurs. Each use adds its own row of dy, not 1.",
         "np.add.at(dE, ids, dy)", "np.add.at(dE, ids, 1)"),
        ("the rows are those of the *places*, not of the symbols: place t adds to row ids[t].",
         "np.add.at(dE, ids, dy)", "np.add.at(dE, np.arange(len(ids)) % n, dy)"),
        ("you divided by the number of letters. It is the sum over the uses.", "    return dE", "    return dE / len(ids)"),
        ("a row for each symbol that occurs came back. The table has n rows; those that were not used have gradient 0.",
         "return dE", "return dE[np.unique(ids)]"),
    ),
    mistakes={
        "that is how often each symbol occurs. Each use adds its own row of dy, n_e numbers.":
            "def table_grad(dy, ids, n):\n    return np.bincount(ids, minlength=n)",
        "that is one column only. np.bincount does one at a time; the gradient has n_e of them.":
            "def table_grad(dy, ids, n):\n    return np.bincount(ids, weights=dy[:, 0], minlength=n)",
        "only the first use of each symbol is in it. Every use adds.": """def table_grad(dy, ids, n):
    dE = np.zeros((n, dy.shape[1]))
    for t in reversed(range(len(ids))):
        dE[ids[t]] = dy[t]
    return dE""",
    })


def _padded(lengths, n_h, seed, extra=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(len(lengths), max(lengths) + extra, n_h)).round(2), np.array(lengths)


def _padded_case(rng):
    return _padded(rng.integers(1, 6, size=rng.integers(1, 5)).tolist(), 2, int(rng.integers(1000)), int(rng.integers(0, 3)))


PADDED = [_padded([2, 4, 1], 2, 0, extra=1), _padded([3, 1], 1, 1), _padded([2, 5], 3, 2, extra=2)]

last_states = Exercise(
    name="last_states",
    cases=PADDED,
    random_case=_padded_case,
    hints=("Letter number `length` stands at place length - 1.",
           "h[n, lengths[n] - 1] for each n; at once: h[np.arange(len(h)), lengths - 1]."),
    solution="def last_states(h, lengths):\n    return h[np.arange(len(h)), lengths - 1]",
    edits=(
        ("those are the states at the *padded* end. A name of 4 letters ends at place 3, wherever its block ends.",
         "h[np.arange(len(h)), lengths - 1]", "h[:, -1]"),
        ("one place too far: places count from 0, so the last of 4 letters is at place 3.",
         "lengths - 1]", "np.minimum(lengths, h.shape[1] - 1)]"),
        ("one letter too early: the last of 4 letters is at place 3, lengths - 1.",
         "lengths - 1]", "np.maximum(lengths - 2, 0)]"),
        ("every name was cut at the longest name's end. Each has a length of its own.",
         "lengths - 1]", "max(lengths) - 1]"),
        ("every name was cut at the shortest name's end. Each has a length of its own.",
         "lengths - 1]", "min(lengths) - 1]"),
        ("those are the states after the *first* letter.", "lengths - 1]", "0]"),
    ),
    mistakes={
        "all names were paired with all lengths: h[:, lengths - 1] is (N, N, n_h). Pair name n with length n: "
        "h[np.arange(len(h)), lengths - 1].": "def last_states(h, lengths):\n    return h[:, lengths - 1]",
        "that is the mean of each name's states. Asked for is a single one, after its last letter.":
            "def last_states(h, lengths):\n    return np.array([h[n, :length].mean(axis=0) for n, length in enumerate(lengths)])",
    })

mean_states = Exercise(
    name="mean_states",
    cases=PADDED,
    random_case=_padded_case,
    hints=("Add up the states of the real letters only, then divide by how many there are.",
           "mask = np.arange(h.shape[1]) < lengths[:, None] is True where a letter is.",
           "(h * mask[:, :, None]).sum(axis=1) / lengths[:, None]"),
    solution="""def mean_states(h, lengths):
    mask = np.arange(h.shape[1]) < lengths[:, None]
    return (h * mask[:, :, None]).sum(axis=1) / lengths[:, None]""",
    edits=(
        ("the mean runs over the padding, too: short names are thinned by steps in which nothing was read.",
         "(h * mask[:, :, None]).sum(axis=1) / lengths[:, None]", "h.mean(axis=1)"),
        ("the padding is out of the sum, but you still divided by the length of the block. Divide by each name's own length.",
         "/ lengths[:, None]", "/ h.shape[1]"),
        ("the padding is still in the sum; only the divisor leaves it out.", "(h * mask[:, :, None])", "h"),
        ("that is the sum. Divide by each name's length.", " / lengths[:, None]", ""),
        ("one step of padding was counted: places 0 to length - 1 are letters, so < and not <=.", "< lengths", "<= lengths"),
        ("the last letter is missing: places 0 to length - 1 are letters.", "< lengths[:, None]\n", "< lengths[:, None] - 1\n"),
        ("you averaged the padding and left out the letters: the mask is turned around.", "< lengths", ">= lengths"),
        ("the mean runs over the names of the batch. Each name has a mean of its own, over its steps: axis=1.",
         "return (h * mask[:, :, None]).sum(axis=1) / lengths[:, None]",
         "return (h * mask[:, :, None]).sum(axis=0) / len(h)"),
    ),
    mistakes={
        "that is one number for each name: the mean went over the n_h numbers of a state as well. Over the steps alone: axis=0 "
        "of a name's states.":
            "def mean_states(h, lengths):\n    return np.array([h[n, :length].mean() for n, length in enumerate(lengths)])",
        "one step of padding is in each mean: h[n, :length] ends before place `length`, after the last letter.":
            "def mean_states(h, lengths):\n    return np.array([h[n, :k + 1].mean(axis=0) for n, k in enumerate(lengths)])",
    })


def _masked(lengths, seed, T):
    rng = np.random.default_rng(seed)
    return rng.integers(1, 20, size=(len(lengths), T)) * 1.0, np.arange(T) < np.array(lengths)[:, None]


masked_mean = Exercise(
    name="masked_mean",
    cases=[_masked([2, 5, 1], 0, 6), _masked([3, 1], 1, 3), _masked([4, 2], 2, 7)],
    random_case=lambda rng: _masked(rng.integers(1, 6, size=rng.integers(1, 4)).tolist(), int(rng.integers(1000)), 7),
    hints=("losses[mask] is a row of the losses that count.", "Divide by how many letters there are: mask.sum()."),
    solution="def masked_mean(losses, mask):\n    return losses[mask].mean()",
    edits=(
        ("the loss on the padding was counted. It says nothing about the net: leave it out.", "losses[mask]", "losses"),
        ("the padding is out, but you divided by all places. Divide by the letters.", "losses[mask].mean()",
         "losses[mask].sum() / losses.size"),
        ("that is the sum. The mean divides by the number of letters.", ".mean()", ".sum()"),
        ("you averaged the padding instead: the mask is True where a letter *is*.", "losses[mask]", "losses[~mask]"),
        ("you divided by the number of names, so long names cost more per letter. Divide by the letters.",
         "losses[mask].mean()", "losses[mask].sum() / len(losses)"),
        ("each name was averaged first, so a letter of a short name counts more. Asked for is the mean over letters.",
         "losses[mask].mean()", "((losses * mask).sum(axis=1) / mask.sum(axis=1)).mean()"),
        ("that is a mean for each name. Asked for is one number, the mean over all letters.",
         "losses[mask].mean()", "(losses * mask).sum(axis=1) / mask.sum(axis=1)"),
        ("you divided by the length of the block. Divide by the letters.",
         "losses[mask].mean()", "losses[mask].sum() / losses.shape[1]"),
    ))

ALL = {e.name: e for e in (table_grad, last_states, mean_states, masked_mean)}
