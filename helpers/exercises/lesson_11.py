"""Lesson 11, backprop through time: the backward loop, clipping, counting steps, a question, with known mistakes."""
import numpy as np

from .engine import Exercise


def _sequence(T, n_x, n_h, seed):
    """dh, x, h and W_hh of a run, with the tanh of real sums, so that every slope is a slope."""
    rng = np.random.default_rng(seed)
    x, W_xh, W_hh = rng.normal(size=(T, n_x)), rng.normal(size=(n_h, n_x)), rng.normal(size=(n_h, n_h))
    h = np.zeros((T + 1, n_h))
    h[0] = rng.uniform(-1, 1, size=n_h)
    for t in range(T):
        h[t + 1] = np.tanh(W_xh @ x[t] + W_hh @ h[t])
    return rng.normal(size=(T, n_h)), x, h, W_hh


bptt = Exercise(
    name="bptt",
    cases=[_sequence(3, 1, 2, seed=0), _sequence(4, 3, 2, seed=1), _sequence(2, 2, 1, seed=2), _sequence(1, 2, 3, seed=3)],
    random_case=lambda rng: _sequence(*rng.integers(1, 5, size=3), seed=int(rng.integers(1000))),
    hints=("Start both sums and `back`, what the later step sends, at zero; then t in reversed(range(T)).",
           "da = (1 - h[t + 1] ** 2) * (dh[t] + back): what arrives at h[t + 1], through the slope of tanh.",
           "np.outer(da, x[t]) and np.outer(da, h[t]) are the shares; W_hh.T @ da is what goes back."),
    solution="""def bptt(dh, x, h, W_hh):
    dW_xh, dW_hh, back = np.zeros((len(W_hh), x.shape[1])), np.zeros(W_hh.shape), np.zeros(len(W_hh))
    for t in reversed(range(len(x))):
        da = (1 - h[t + 1] ** 2) * (dh[t] + back)
        dW_xh += np.outer(da, x[t])
        dW_hh += np.outer(da, h[t])
        back = W_hh.T @ da
    return dW_xh, dW_hh""",
    edits=(
        ("the slope of tanh is missing: what arrives at h[t + 1] is multiplied by 1 - h[t + 1]**2 on its way to the sum.",
         "(1 - h[t + 1] ** 2) * (dh[t] + back)", "dh[t] + back"),
        ("you took the slope where tanh had already been: h *is* the tanh, so the slope is 1 - h**2, not 1 - tanh(h)**2.",
         "1 - h[t + 1] ** 2", "1 - np.tanh(h[t + 1]) ** 2"),
        ("the gradient stops at each state: nothing is sent back to the step before. The way back goes through W_hh.",
         "back = W_hh.T @ da", "back = 0 * da"),
        ("on the way back W_hh is transposed: what went from entry j to entry i comes back from i to j.",
         "W_hh.T @ da", "W_hh @ da"),
        ("only one step is left in each gradient (=). Every step uses the same weights, so every step adds (+=).",
         "dW_xh += np.outer(da, x[t])\n        dW_hh +=", "dW_xh = np.outer(da, x[t])\n        dW_hh ="),
        ("you went forward in time. Step t needs what step t + 1 sends back: begin at the end, reversed(range(len(x))).",
         "reversed(range(len(x)))", "range(len(x))"),
        ("what is sent back is piled up (back +=). Each step sends its own `back`, and the one before it uses that alone.",
         "back = W_hh.T", "back += W_hh.T"),
        ("only one step is left in dW_xh (=). Every step uses the same weights, so every step adds (+=).",
         "dW_xh += np", "dW_xh = np"),
        ("only one step is left in dW_hh (=). Every step uses the same weights, so every step adds (+=).",
         "dW_hh += np", "dW_hh = np"),
        ("the share of a step has the state it *started* from, h[t]; you took the one it made, h[t + 1].",
         "np.outer(da, h[t])", "np.outer(da, h[t + 1])"),
        ("each step's own dh is missing: the loss speaks to every state, not only to the last.",
         "(dh[t] + back)", "(dh[t] * (t == len(x) - 1) + back)"),
        ("you took the mean over the steps. It is the sum, as over the places of a convolution.",
         "return dW_xh, dW_hh", "return dW_xh / len(x), dW_hh / len(x)"),
        ("the slope was taken at the state before, h[t]. The tanh of this step made h[t + 1].",
         "1 - h[t + 1] ** 2", "1 - h[t] ** 2"),
        ("you took the slope at the sum *before* tanh, 1 - a**2. The slope is 1 - tanh(a)**2, and tanh(a) is h[t + 1].",
         "1 - h[t + 1] ** 2", "1 - np.arctanh(h[t + 1]) ** 2"),
    ),
    mistakes={
        "the loop runs forward in time, and the return stands inside it: only the first step is there.":
            """def bptt(dh, x, h, W_hh):
    da = (1 - h[1] ** 2) * dh[0]
    return np.outer(da, x[0]), np.outer(da, h[0])""",
        "only the last step is in it. Every step used these weights: go through all of them, from the last to the first. (Or is "
        "the return inside the loop?)":
            """def bptt(dh, x, h, W_hh):
    da = (1 - h[-1] ** 2) * dh[-1]
    return np.outer(da, x[-1]), np.outer(da, h[-2])""",
    })

FORGOT, MEAN, NO_SLOPE = "B", "D", "C"


def pictured():
    """Sizes of the eight shares of dW_hh, from the right program and three wrong ones: for `which_line`."""
    dh, x, h, W_hh = _sequence(8, 1, 4, seed=5)
    dh[:-1], h = 0, h * 0.8
    W_hh = np.linalg.qr(W_hh)[0]

    def sizes(slope, sends=True, divide=1):
        back, found = np.zeros(4), []
        for t in reversed(range(8)):
            da = (1 - h[t + 1] ** 2 if slope else 1) * (dh[t] + back)
            found.insert(0, np.linalg.norm(np.outer(da, h[t])) / divide)
            back = W_hh.T @ da if sends else 0 * da
        return np.array(found)

    return {"A": sizes(True), FORGOT: sizes(True, sends=False), NO_SLOPE: sizes(False), MEAN: sizes(True, divide=8)}


which_line = Exercise(
    name="which_line",
    why="the loss speaks to the last state only, so without sending back no earlier step hears of it.",
    hints=("Only the last state has a wish. How does step 7 learn of it?",),
    solution="which_line = 'B'",
    mistakes={
        "A: there every step has its share, and early ones are smaller: that is the right program.": "which_line = 'A'",
        "C: early steps are larger than they should be: nothing was damped. That one forgot the slope of tanh.":
            "which_line = 'C'",
        "D: it has the right shape, an eighth as high: that one took the mean over the eight steps.": "which_line = 'D'",
    })

steps_back = Exercise(
    name="steps_back",
    why="0.9 ** 43 is still 0.0108; 0.9 ** 44 is 0.0097.",
    hints=("Which power of 0.9 is below 0.01 for the first time?", "np.log(0.01) / np.log(0.9) is 43.7."),
    solution="steps_back = 44",
    mistakes={
        "0.9 to that power is exactly one hundredth. Steps are whole: round up.": "steps_back = np.log(0.01) / np.log(0.9)",
        "0.9 to the power of 43.7 is about one hundredth. Steps are whole: round up.": "steps_back = 43.7",
        "after 43 steps it is still 0.0108, just above one hundredth. One more.": "steps_back = 43",
        "you subtracted 0.1 a step. It is a *factor* of 0.9: 1, 0.9, 0.81, ... It never reaches zero.": "steps_back = 10",
        "after 22 steps a tenth is left, not a hundredth. Twice as far.": "steps_back = 22",
        "you divided 0.99 by 0.01. Each step multiplies what is left by 0.9: look for a power of 0.9.": "steps_back = 99",
    })

clip = Exercise(
    name="clip",
    cases=[(np.array([3., 4.]), 2.5), (np.array([0.3, -0.4]), 2.0), (np.array([[1., -2.], [2., 4.]]), 2.0),
           (np.array([0.6, -1.7, 0.2]), 1.0)],
    random_case=lambda rng: (rng.normal(size=rng.integers(1, 5)) * 3, float(rng.uniform(0.5, 5))),
    hints=("length = np.linalg.norm(g). Two cases: above the limit, or not.",
           "g * limit / length has the direction of g and the length `limit`; min(1, limit / length) does both cases."),
    solution="def clip(g, limit):\n    length = np.linalg.norm(g)\n    return g * (limit / length) if length > limit else g * 1.0",
    edits=(
        ("a short gradient was made longer. Below the limit it stays as it is.",
         "g * (limit / length) if length > limit else g * 1.0", "g * (limit / length)"),
        ("the direction is right, but the length became 1, whatever the limit.", "(limit / length)", "(1 / length)"),
        ("you divided by the squared length. The length is the root of the sum of squares.",
         "(limit / length)", "(limit / length ** 2)"),
        ("a long gradient became nothing at all. Keep its direction, and give it the length `limit`.",
         "g * (limit / length) if", "g * 0 if"),
    ),
    mistakes={
        "you clipped by *value*, entry by entry. Large entries shrink and small ones stay, so the direction changes.":
            "def clip(g, limit):\n    return np.clip(g, -limit, limit)",
        "you took the largest entry for the length. The length is the root of the sum of all squares.":
            "def clip(g, limit):\n    return g * min(1, limit / np.abs(g).max())",
        "you clipped each row by itself. All entries of g are one arrow with one length.":
            "def clip(g, limit):\n    length = np.linalg.norm(np.atleast_2d(g), axis=1, keepdims=True)\n"
            "    length = length if np.ndim(g) == 2 else np.linalg.norm(g)\n"
            "    return g * np.minimum(1, limit / length)",
    })


def _pieces(T, n_h, k, seed):
    dh, _, h, W_hh = _sequence(T, 1, n_h, seed)
    return dh, h, W_hh, k


truncated = Exercise(
    name="truncated",
    cases=[_pieces(5, 2, 2, seed=0), _pieces(7, 1, 3, seed=1), _pieces(3, 2, 1, seed=2), _pieces(4, 2, 6, seed=3)],
    random_case=lambda rng: _pieces(*rng.integers(1, 8, size=3), seed=int(rng.integers(1000))),
    hints=("It is the loop of `bptt`, for dW_hh alone. Only what is sent back changes.",
           "A piece begins at t = 0, k, 2 * k, ...: there t % k is 0.",
           "back = W_hh.T @ da if t % k else 0 * da: a step that begins a piece sends nothing back."),
    solution="""def truncated(dh, h, W_hh, k):
    dW_hh, back = np.zeros(W_hh.shape), np.zeros(len(W_hh))
    for t in reversed(range(len(dh))):
        da = (1 - h[t + 1] ** 2) * (dh[t] + back)
        dW_hh += np.outer(da, h[t])
        back = W_hh.T @ da if t % k else 0 * da
    return dW_hh""",
    edits=(
        ("nothing was cut: that is the whole gradient. The first step of each piece sends nothing back.",
         " if t % k else 0 * da", ""),
        ("you cut at every step, which is k = 1 whatever k says. Inside a piece the gradient goes back.",
         "W_hh.T @ da if t % k else 0 * da", "0 * da"),
        ("only one step is left (=). Every step of every piece adds its share (+=).",
         "dW_hh += np", "dW_hh = np"),
        ("on the way back W_hh is transposed: what went from entry j to entry i comes back from i to j.",
         "W_hh.T @ da if", "W_hh @ da if"),
        ("each piece is cut one step too early or too late: a piece begins at t = 0, k, 2 * k, ...",
         "t % k", "(t + 1) % k"),
        ("you counted the pieces from the end. They are counted from the start: t = 0, k, 2 * k, ...",
         "t % k", "(len(dh) - t) % k"),
        ("the state was set to zero where a piece begins. Only the gradient is cut there; the state is carried on.",
         "np.outer(da, h[t])", "np.outer(da, h[t] * (t % k > 0))"),
        ("you took the mean over the pieces. They add up, like the steps.",
         "return dW_hh", "return dW_hh / np.ceil(len(dh) / k)"),
    ),
    mistakes={
        "only the last k steps are in it. Every piece has its own dh, goes back by itself, and adds its share.":
            """def truncated(dh, h, W_hh, k):
    dW_hh, back = np.zeros(W_hh.shape), np.zeros(len(W_hh))
    for t in reversed(range(max(0, len(dh) - k), len(dh))):
        da = (1 - h[t + 1] ** 2) * (dh[t] + back)
        dW_hh += np.outer(da, h[t])
        back = W_hh.T @ da
    return dW_hh""",
    })

ALL = {e.name: e for e in (bptt, which_line, steps_back, clip, truncated)}
