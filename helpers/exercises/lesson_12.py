"""Lesson 12, gates: a step of an LSTM and of a GRU, a count, and a question, with known mistakes."""
import numpy as np

from .engine import Exercise


def _step(n_x, n_h, blocks, states, biases, seed):
    """Arguments of one step: x, the states, W_xh, W_hh and the biases."""
    rng = np.random.default_rng(seed)
    shapes = [(n_x,), *[(n_h,)] * states, (blocks * n_h, n_x), (blocks * n_h, n_h), *[(blocks * n_h,)] * biases]
    return tuple(rng.normal(size=shape) for shape in shapes)


def _random_step(**sizes):
    return lambda rng: _step(*rng.integers(1, 5, size=2), seed=int(rng.integers(10_000)), **sizes)


_LSTM, _GRU = dict(blocks=4, states=2, biases=1), dict(blocks=3, states=1, biases=2)
SIGMOID = "    def sigmoid(a):\n        return 1 / (1 + np.exp(-a))\n"

LSTM = f"""def lstm_step(x, h, c, W_xh, W_hh, b):
{SIGMOID}    i, f, g, o = np.split(W_xh @ x + W_hh @ h + b, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return h, c"""

lstm_step = Exercise(
    name="lstm_step",
    cases=[_step(2, 1, seed=0, **_LSTM), _step(3, 2, seed=1, **_LSTM), _step(1, 3, seed=2, **_LSTM)],
    random_case=_random_step(**_LSTM),
    hints=("First all four sums at once: a = W_xh @ x + W_hh @ h + b. Then i, f, g, o = np.split(a, 4).",
           "i, f and o go through sigmoid, g through np.tanh.",
           "c = f * c + i * g, and h = o * np.tanh(c). Return h, c."),
    solution=LSTM,
    edits=(
        ("the blocks are read in the order i, f, o, g: gates first. Torch has the candidate third: i, f, g, o.",
         "i, f, g, o =", "i, f, o, g ="),
        ("the candidate went through a sigmoid. It may be negative: g is a tanh, only the gates are sigmoids.",
         "np.tanh(g)", "sigmoid(g)"),
        ("the candidate was taken as it is. It goes through tanh.", "np.tanh(g)", "g"),
        ("the forget gate went through tanh. Gates are between 0 and 1: a sigmoid.", "sigmoid(f) * c", "np.tanh(f) * c"),
        ("the input gate went through tanh. Gates are between 0 and 1: a sigmoid.", "sigmoid(i) *", "np.tanh(i) *"),
        ("the output gate went through tanh. Gates are between 0 and 1: a sigmoid.", "sigmoid(o) *", "np.tanh(o) *"),
        ("the bias b is missing in the four sums.", " + b, 4", ", 4"),
        ("only h is given back. The next step needs c as well: return h, c.", "return h, c", "return h"),
        ("the forget gate is on the input, and i on the old cell: f keeps the old cell, i lets the candidate in. Or were the "
         "blocks read as f, i, g, o? Torch has i first.",
         "sigmoid(f) * c + sigmoid(i)", "sigmoid(i) * c + sigmoid(f)"),
        ("the old cell is gone. It is added to, not replaced: f * c + i * g.", "sigmoid(f) * c + ", ""),
        ("the cell was shown as it is. What is shown is tanh of it: h = o * tanh(c).", "* np.tanh(c)", "* c"),
        ("the output gate is missing: it decides how much of tanh(c) is shown.", "sigmoid(o) * np.tanh(c)", "np.tanh(c)"),
        ("h and c are there, in the other order: return h, then c.", "return h, c", "return c, h"),
        ("the four sums do not see the state before: W_hh @ h is missing.", " + W_hh @ h", ""),
        ("cell and state were mixed up: the sums look at h, the state before; c is what is kept.", "W_hh @ h", "W_hh @ c"),
        ("what is shown is the *old* cell. Work out the new c first, then h from it.",
         "    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)\n    h = sigmoid(o) * np.tanh(c)",
         "    h = sigmoid(o) * np.tanh(c)\n    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)"),
    ),
    mistakes={
        "the three gates are bare sums. Each goes through a sigmoid.": LSTM.replace("1 / (1 + np.exp(-a))", "a"),
        "all three gates went through tanh. They are between 0 and 1: sigmoids.":
            LSTM.replace("1 / (1 + np.exp(-a))", "np.tanh(a)"),
    })

GRU = f"""def gru_step(x, h, W_xh, W_hh, b_xh, b_hh):
{SIGMOID}    a_r, a_z, a_n = np.split(W_xh @ x + b_xh, 3)
    m_r, m_z, m_n = np.split(W_hh @ h + b_hh, 3)
    r, z = sigmoid(a_r + m_r), sigmoid(a_z + m_z)
    n = np.tanh(a_n + r * m_n)
    return (1 - z) * n + z * h"""

gru_step = Exercise(
    name="gru_step",
    cases=[_step(2, 1, seed=3, **_GRU), _step(3, 2, seed=4, **_GRU), _step(1, 3, seed=5, **_GRU)],
    random_case=_random_step(**_GRU),
    hints=("a = W_xh @ x + b_xh and m = W_hh @ h + b_hh, each split in three: np.split(a, 3).",
           "r and z are sigmoids of a sum, n is np.tanh(a_n + r * m_n).",
           "z keeps: h = (1 - z) * n + z * h."),
    solution=GRU,
    edits=(
        ("z stands the other way round. In torch z = 1 keeps the old state: (1 - z) * n + z * h.",
         "(1 - z) * n + z * h", "z * n + (1 - z) * h"),
        ("the blocks are read in the order z, r, n. Torch stacks them as r, z, n.",
         "r, z = sigmoid(a_r + m_r), sigmoid(a_z + m_z)", "z, r = sigmoid(a_r + m_r), sigmoid(a_z + m_z)"),
        ("the candidate went through a sigmoid. It may be negative: n is a tanh.", "np.tanh(a_n + r * m_n)",
         "sigmoid(a_n + r * m_n)"),
        ("the candidate was taken as it is: n is a tanh.", "np.tanh(a_n + r * m_n)", "a_n + r * m_n"),
        ("the candidate asks z. The gate for the old state's part of it is r.", "r * m_n", "z * m_n"),
        ("the candidate sees r * h as it is. The state comes in through its block of W_hh: r * m_n.", "r * m_n", "r * h"),
        ("the gates see only the input. Their sums have two parts: a_r + m_r and a_z + m_z.",
         "sigmoid(a_r + m_r), sigmoid(a_z + m_z)", "sigmoid(a_r), sigmoid(a_z)"),
        ("b_hh is missing: it belongs to m.", " + b_hh", ""),
        ("b_xh is missing: it belongs to a.", " + b_xh", ""),
        ("the candidate does not ask r. How much of the old state it may see is r * m_n.", "r * m_n", "m_n"),
        ("r multiplied the input's part as well. It only decides about the old state: a_n + r * m_n.",
         "a_n + r * m_n", "r * (a_n + m_n)"),
        ("the old state is gone: z keeps a part of it.", " + z * h", ""),
        ("the second bias stands outside r. In torch it belongs to m: r * (W_hn h + b_hn).",
         "np.tanh(a_n + r * m_n)", "np.tanh(a_n + r * (m_n - np.split(b_hh, 3)[2]) + np.split(b_hh, 3)[2])"),
        ("r was applied to h before the product, as in the first paper. Torch multiplies afterwards: r * (W_hn h + b_hn).",
         "r * m_n", "np.split(W_hh, 3)[2] @ (r * h) + np.split(b_hh, 3)[2]"),
        ("gates went through tanh. They are between 0 and 1: sigmoids.",
         "sigmoid(a_r + m_r), sigmoid(a_z + m_z)", "np.tanh(a_r + m_r), np.tanh(a_z + m_z)"),
        ("the gates are bare sums. Each goes through a sigmoid.", "1 / (1 + np.exp(-a))", "a"),
    ))

n_params = Exercise(
    name="n_params",
    why="four blocks of 20 rows; each row reads 10 inputs and 20 states, and has two biases. Nothing depends on T.",
    hints=("How many rows have W_xh and W_hh? Four blocks of n_h.", "Each row: n_x + n_h weights and, in torch, two biases."),
    solution="n_params = 4 * 20 * (10 + 20 + 2)",
    edits=(
        ("one bias was counted. Torch has two vectors, one for x and one for h.", "+ 2)", "+ 1)"),
        ("both biases are missing: two for each row.", " + 2)", ")"),
        ("that is three blocks: the gates. The candidate is a fourth.", "4 *", "3 *"),
        ("two biases for each of the 20 cells were counted. Each cell has four rows, and each row has two.",
         "(10 + 20 + 2)", "(10 + 20) + 2 * 20"),
        ("that is one cell alone. There are 20.", "4 * 20", "4"),
        ("that is a plain RNN. An LSTM has four such blocks.", "4 * 20", "20"),
        ("W_hh is missing: each row reads the 20 states as well.", "10 + 20 + 2", "10 + 2"),
        ("the initial h and c were counted. They are where a sequence starts, not weights: nothing learns them here.",
         "(10 + 20 + 2)", "(10 + 20 + 2) + 2 * 20"),
    ))

which_needs = Exercise(
    name="which_needs",
    why="a sum over everything so far has no window. It must be carried along exactly, and a cell that adds does that.",
    hints=("In which of them can the first step still matter at step ten thousand?",),
    solution="which_needs = 'B'",
    mistakes={
        "A: the last ten samples are a window of ten: a convolution over time, with nothing to carry.": "which_needs = 'A'",
        "C: three letters side by side are a kernel of three. Found anywhere: a maximum over places.": "which_needs = 'C'",
        "D: within the last second: a window again, and a maximum in it.": "which_needs = 'D'",
    })

ALL = {e.name: e for e in (lstm_step, gru_step, n_params, which_needs)}
