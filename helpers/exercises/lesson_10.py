"""Lesson 10, unrolling: run an RNN, its remainder, its parameters, and a question, with their known mistakes."""
import numpy as np

from .engine import Exercise


def _case(T, n_x, n_h, seed):
    rng = np.random.default_rng(seed)
    shapes = [(T, n_x), (n_h,), (n_h, n_x), (n_h, n_h), (n_h,)]
    return tuple(np.round(rng.uniform(-1, 1, size=s), 1) for s in shapes)


RUN = """def run(x, h_0, W_xh, W_hh, b):
    h, states = h_0, []
    for x_t in x:
        h = np.tanh(W_xh @ x_t + W_hh @ h + b)
        states.append(h)
    return np.array(states)"""

run = Exercise(
    name="run",
    cases=[_case(3, 1, 2, 1), _case(4, 3, 2, 2), _case(2, 2, 3, 3)],
    hints=("Start with h = h_0. Go through the rows of x, one step each.",
           "Each step replaces h by np.tanh(W_xh @ x_t + W_hh @ h + b); keep all of them in a list.",
           "Give back np.array(states)."),
    solution=RUN,
    edits=(
        ("the state is reset to h_0 at every step. Each step starts from the h of the step before.",
         "W_hh @ h ", "W_hh @ h_0 "),
        ("the recurrent part W_hh @ h is missing, so every step sees only its own input.",
         "W_hh @ h + ", ""),
        ("there is no tanh around the sum.",
         "np.tanh", ""),
        ("the tanh is around the wrong part: it bends the whole sum, bias included.",
         "W_hh @ h + b)", "W_hh @ h) + b"),
        ("the bias b is missing.",
         " + b)", ")"),
        ("you used the columns of W_hh as neurons (W_hh.T, or h @ W_hh). Each row is one neuron: W_hh @ h.",
         "W_hh @ h", "W_hh.T @ h"),
        ("the sequence starts from zeros. It starts from h_0, which need not be zero.",
         "h, states = h_0, []", "h, states = 0 * h_0, []"),
        ("only the last state is there. Give back the state after every step, (T, n_h).",
         "np.array(states)", "h"),
        ("h_0 is among the states. Give back the T states after each step, without the one before the first.",
         "states = h_0, []", "states = h_0, [h_0]"),
    ),
    mistakes={
        "each step starts from the sum before the tanh. What is handed on is the state, after the tanh.":
            "def run(x, h_0, W_xh, W_hh, b):\n    a, states = h_0, []\n    for x_t in x:\n"
            "        a = W_xh @ x_t + W_hh @ a + b\n        states.append(np.tanh(a))\n    return np.array(states)",
    })

P = Exercise(
    name="P",
    why="3 * 5 weights from the input and 5 * 5 from the state: that is one step, and all steps share it.",
    hints=("How many weights does one step have?", "From 3 inputs to 5 states, and from 5 states to 5 states."),
    solution="P = 3 * 5 + 5 * 5",
    mistakes={
        "you counted only the weights from the input. The state is fed back through weights, too.": "P = 3 * 5",
        "you counted only the weights from state to state. The input comes in through weights, too.": "P = 5 * 5",
        "you added inputs and states. Each of the 5 states has a weight for each of the 3 + 5 numbers it "
        "reads.": "P = 3 + 5",
        "you counted one weight for each state for its own past only. Every state reads *all* states of the "
        "step before.":
            "P = 3 * 5 + 5",
        "you counted biases. This RNN has none.": "P = 3 * 5 + 5 * 5 + 5",
        "6 was the step of the picture, from 1 input to 2 states. This one has 3 inputs and 5 states.": "P = 6",
    })

COUNT = "def count_rnn(n_x, n_h, T):\n    return "

count_rnn = Exercise(
    name="count_rnn",
    cases=[(3, 4, 5), (1, 1, 40), (2, 7, 1), (5, 3, 9)],
    hints=("Is there a T in the answer?", "W_xh is (n_h, n_x), W_hh is (n_h, n_h), b is (n_h,)."),
    solution=COUNT + "n_h * n_x + n_h * n_h + n_h",
    mistakes={
        "you counted a new set of weights for every step. The steps *share* them: T is not in the answer.":
            COUNT + "T * (n_h * n_x + n_h * n_h + n_h)",
        "the recurrent matrix W_hh is missing, n_h times n_h.": COUNT + "n_h * n_x + n_h",
        "the bias is missing: one number for each state.": COUNT + "n_h * n_x + n_h * n_h",
        "n_h too many. One bias vector only, and the initial state is an input, not a parameter.":
            COUNT + "n_h * n_x + n_h * n_h + n_h + n_h",
        "the bias is a vector: one number for each state, n_h of them.": COUNT + "n_h * n_x + n_h * n_h + 1",
        "n_x and n_h have changed places. The states feed back, so it is n_h times n_h.":
            COUNT + "n_h * n_x + n_x * n_x + n_x",
        "W_hh is a full matrix: every state reads every state, n_h times n_h weights.": COUNT + "n_h * n_x + n_h + n_h",
        "the matrices are right, but you counted a bias for every step. It is shared, too.":
            COUNT + "n_h * n_x + n_h * n_h + T * n_h",
        "you counted a state for every step. States are computed, not learned.":
            COUNT + "n_h * n_x + n_h * n_h + n_h + T * n_h",
    })

memory = Exercise(
    name="memory",
    why="an untied stack hands its state on as well; sharing is what lets one rule run for 3,000 steps.",
    hints=("Which of the four would make a network forget, if you took it away?",),
    solution="memory = 'B'",
    mistakes={
        "A: a convolution over time shares its weights, too, and forgot after five steps.": "memory = 'A'",
        "C: tanh keeps the state from growing. It carries nothing from one step to the next.": "memory = 'C'",
        "D: the weights stay 6 and 3 all the time. What changes is the state.": "memory = 'D'",
    })

ALL = {e.name: e for e in (run, P, count_rnn, memory)}
