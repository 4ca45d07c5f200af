"""Assignment 3: recurrent networks, and backprop through time."""
import numpy as np

from .marked import Marked, Written
from .wording import choice, expect_shape

BOTH = """def both_ways(x, W_xh, W_hh):
    def states(x):
        h, found = np.zeros(len(W_hh)), []
        for x_t in x:
            h = np.tanh(W_xh @ x_t + W_hh @ h)
            found.append(h)
        return np.array(found)
    return np.hstack([states(x), states(x[::-1])[::-1]])"""

CARRIED_ON = """def both_ways(x, W_xh, W_hh):
    h, found = np.zeros(len(W_hh)), []
    for x_t in [*x, *x[::-1]]:
        h = np.tanh(W_xh @ x_t + W_hh @ h)
        found.append(h)
    return np.hstack([found[:len(x)], found[len(x):][::-1]])"""


def _weights(T, n_x, n_h, rng):
    return tuple(np.round(rng.uniform(-1, 1, size=shape), 2) for shape in [(T, n_x), (n_h, n_x), (n_h, n_h)])


def _both_ways(rng):
    return Marked(
        name="both_ways", points=4, stub="def both_ways(x, W_xh, W_hh):\n    return ...",
        text="An RNN without biases, `h = tanh(W_xh @ x_t + W_hh @ h)`, starts from zeros and reads `x` (T, n_x) from the "
             "first row to the last. A second one, **with the same weights**, starts from zeros, too, and reads from the last "
             "row to the first. Write `both_ways(x, W_xh, W_hh)`: an array (T, 2 * n_h). Row t holds the state of the first "
             "just after it has read x[t], and behind it the state of the second just after it has read x[t].",
        example=_weights(2, 1, 1, rng), cases=[_weights(*size, rng) for size in [(3, 1, 2), (4, 2, 2), (2, 3, 1)]],
        random_case=lambda rng: _weights(*rng.integers(1, 5, size=3), rng), solution=BOTH,
        why="each row knows what came before and what comes after, and sharing made it cost no new parameter.",
        edits=(
            ("the second half is in the order in which it was read. Row t belongs to x[t]: turn it round again.",
             "states(x[::-1])[::-1]", "states(x[::-1])"),
            ("the second one read from first to last as well; only its states were turned round.",
             "states(x[::-1])[::-1]", "states(x)[::-1]"),
            ("both halves read from first to last. The second one reads x[::-1].", "states(x[::-1])[::-1]", "states(x)"),
            ("the two halves are exchanged: first the one that reads forward.",
             "[states(x), states(x[::-1])[::-1]]", "[states(x[::-1])[::-1], states(x)]"),
            ("the two were added. They stand side by side, (T, 2 * n_h).",
             "np.hstack([states(x), states(x[::-1])[::-1]])", "states(x) + states(x[::-1])[::-1]"),
            ("the states are never fed back: W_hh @ h is missing.", " + W_hh @ h", ""),
            ("W_hh @ h stands outside the tanh. The tanh is taken of the sum.",
             "np.tanh(W_xh @ x_t + W_hh @ h)", "np.tanh(W_xh @ x_t) + W_hh @ h"),
            ("there is no tanh around the sum.", "np.tanh", ""),
            ("you used the columns of W_hh (W_hh.T, or h @ W_hh). Each row is one neuron: W_hh @ h.", "W_hh @", "W_hh.T @"),
            ("row t holds the states just before they read x[t]. Asked for are those just after.",
             "h = np.tanh(W_xh @ x_t + W_hh @ h)\n            found.append(h)",
             "found.append(h)\n            h = np.tanh(W_xh @ x_t + W_hh @ h)"),
        ),
        mistakes={"the second one went on from the last state of the first. It starts from zeros, too.": CARRIED_ON})


def _leak_case(T, rng):
    dh, x, (h_0,) = (rng.normal(size=n).round(2) for n in (T, T, 1))
    return dh, x, float(h_0), round(float(rng.uniform(0.2, 0.9)), 2)


def _leak_grad(rng):
    return Marked(
        name="leak_grad", points=3, stub="def leak_grad(dh, x, h_0, a):\n    return ...",
        text="A running mean is an RNN with one weight and no tanh: `h[t + 1] = a * h[t] + (1 - a) * x[t]`, with "
             "`h[0] = h_0`. `x` and `dh` have T numbers each; `dh[t]` is what the loss says to h[t + 1] directly. Write "
             "`leak_grad(dh, x, h_0, a)`: the gradient of the loss for `a`, one number, by backprop through time.",
        example=_leak_case(2, rng), cases=[_leak_case(T, rng) for T in (3, 4, 1)],
        random_case=lambda rng: _leak_case(int(rng.integers(1, 7)), rng),
        solution="""def leak_grad(dh, x, h_0, a):
    h = [h_0]
    for x_t in x:
        h.append(a * h[-1] + (1 - a) * x_t)
    da, back = 0, 0
    for t in reversed(range(len(x))):
        back = dh[t] + a * back
        da += back * (h[t] - x[t])
    return da""",
        why="a is used at every step, and its share there is what arrives, times h[t] - x[t].",
        edits=(
            ("a also stands in 1 - a: its share at step t has h[t] - x[t] in it, not h[t] alone.", "(h[t] - x[t])", "h[t]"),
            ("on the way back through a step the gradient is multiplied by a.", "a * back", "back"),
            ("nothing is sent back to earlier steps: dh[t] is only what the loss says to this state directly.",
             "dh[t] + a * back", "dh[t]"),
            ("only the last state has its dh. The loss speaks to every state.", "dh[t] +", "dh[t] * (t == len(x) - 1) +"),
            ("only the share of the first step is left (=). Every step uses a, and adds its share (+=).", "da += ", "da = "),
            ("you took the share of a step before its own dh[t] had arrived. First dh[t] + a * back, then the share.",
             "back = dh[t] + a * back\n        da += back * (h[t] - x[t])",
             "da += back * (h[t] - x[t])\n        back = dh[t] + a * back"),
            ("the sign is turned: for a, the slope of a * h[t] + (1 - a) * x[t] is h[t] - x[t].", "(h[t] - x[t])", "(x[t] - h[t])"),
            ("you took the mean over the steps. Shares of one weight add up.", "return da", "return da / len(x)"),
            ("a share has the state that the step *started* from, h[t], not the one it made.", "(h[t] - x", "(h[t + 1] - x"),
            ("the way back from state to state is a, not 1 - a; that one leads to x.", "a * back", "(1 - a) * back"),
        ))


def _tanh_run(T, n_h, rng):
    W_hh, h = rng.normal(size=(n_h, n_h)), [rng.uniform(-1, 1, size=n_h)]
    for _ in range(T):
        h.append(np.tanh(W_hh @ h[-1] + rng.normal(size=n_h)))
    return rng.normal(size=(T, n_h)), np.array(h), W_hh


def _initial_grad(rng):
    return Marked(
        name="initial_grad", points=3, stub="def initial_grad(dh, h, W_hh):\n    return ...",
        text="The first state of an RNN may be learned like a weight. `h` (T + 1, n_h) holds the states of a run "
             "`h[t + 1] = tanh(W_hh @ h[t] + ...)`; `dh` (T, n_h) is what the loss says to h[1], ..., h[T] directly, and it "
             "says nothing to h[0]. Write `initial_grad(dh, h, W_hh)`: the gradient of the loss for `h[0]`, (n_h,).",
        example=_tanh_run(2, 1, rng), cases=[_tanh_run(*size, rng) for size in [(3, 2), (2, 3), (1, 2)]],
        random_case=lambda rng: _tanh_run(*rng.integers(1, 5, size=2), rng),
        solution="""def initial_grad(dh, h, W_hh):
    back = np.zeros(len(W_hh))
    for t in reversed(range(len(dh))):
        back = W_hh.T @ ((1 - h[t + 1] ** 2) * (dh[t] + back))
    return back""",
        why="it is what the first step sends back: the end of the loop that bptt goes through anyway.",
        edits=(
            ("the slope of tanh is missing: each step multiplies by 1 - h[t + 1] ** 2.", "(1 - h[t + 1] ** 2) * ", ""),
            ("the slope is that of the state which the step made, h[t + 1], not of the one it started from.",
             "h[t + 1]", "h[t]"),
            ("h is the tanh already: the slope is 1 - h ** 2.", "h[t + 1] ** 2", "np.tanh(h[t + 1]) ** 2"),
            ("on the way back W_hh is transposed: what went from j to i comes back from i to j.", "W_hh.T", "W_hh"),
            ("only the last state has its dh. Each state hears from the loss directly and from the step after it.",
             "(dh[t] + back)", "(dh[t] * (t == len(dh) - 1) + back)"),
            ("only the first step is in it: what later steps send back is missing.", "(dh[t] + back)", "dh[t]"),
            ("you stopped one step early: that is what arrives at h[1]. One more step leads to h[0].",
             "range(len(dh))", "range(1, len(dh))"),
            ("dh[t] is what the loss says to h[t + 1]: it goes through tanh and W_hh like what comes back from later steps.",
             "W_hh.T @ ((1 - h[t + 1] ** 2) * (dh[t] + back))", "dh[t] + W_hh.T @ ((1 - h[t + 1] ** 2) * back)"),
            ("forward the tanh comes last, so backward its slope comes first, and W_hh.T after it.",
             "W_hh.T @ ((1 - h[t + 1] ** 2) * (dh[t] + back))", "W_hh.T @ (dh[t] + back) * (1 - h[t + 1] ** 2)"),
            ("that is the gradient of the sum inside the first tanh. From there W_hh.T leads to h[0].",
             "W_hh.T @ ((1 - h[t + 1] ** 2) * (dh[t] + back))", "(1 - h[t + 1] ** 2) * (dh[t] + W_hh.T @ back)"),
            ("you went through the steps from first to last. Backprop begins at the end.", "reversed(range(len(dh)))",
             "range(len(dh))"),
        ))


def _unrolled_counts(rng):
    x, h, y, T = (int(rng.integers(*ends)) for ends in [(3, 12), (13, 30), (31, 45), (50, 100)])
    return Marked(
        name="unrolled_counts", points=3, stub="unrolled_counts = ...",
        text=f"An RNN reads {T} steps of {x} numbers. Its state has {h} numbers, with one bias vector. At every step a dense "
             f"layer with biases, the same at all steps, makes {y} outputs of the state. Answer with three whole numbers: "
             "`[its parameters, those of the untied stack, multiply-adds]`. In the untied stack every step has weights, biases "
             "and an output layer of its own. The multiply-adds are those of the whole sequence, forward (adding a bias is "
             "none).",
        solution=f"x, h, y, T = {x}, {h}, {y}, {T}\n"
                 "unrolled_counts = [h * (x + h + 1) + y * (h + 1),\n"
                 "                   T * (h * (x + h + 1) + y * (h + 1)), T * (h * (x + h) + y * h)]",
        why="sharing divides the parameters by T. The work stays the same.",
        edits=(
            ("the biases of the state are missing: one for each of its numbers.", "(x + h + 1)", "(x + h)"),
            ("the biases of the output layer are missing: one for each output.", "y * (h + 1)", "y * h"),
            ("the state is fed back through weights, too: in the parameters W_hh is missing.", "(x + h + 1)", "(x + 1)"),
            ("your RNN has new parameters at every step. It shares them: the sequence may be of any length.", "[h", "[T * h"),
            ("your untied stack shares its output layer. There every step has one of its own.",
             "T * (h * (x + h + 1) + y * (h + 1))", "(T * h * (x + h + 1) + y * (h + 1))"),
            ("your multiply-adds are those of one step. Sharing saves memory, not work.", ", T * (h * (x + h) + y * h)",
             ", h * (x + h) + y * h"),
            ("in the multiply-adds the output layer is missing. It works at every step.",
             "(h * (x + h) + y * h)]", "(h * (x + h))]"),
            ("in the multiply-adds the output layer works only once. It works at every step.",
             "T * (h * (x + h) + y * h)]", "T * h * (x + h) + y * h]"),
            ("in the multiply-adds the state is worked out only once. It is worked out at every step.",
             "T * (h * (x + h) + y * h)]", "h * (x + h) + T * y * h]"),
            ("you gave the state two bias vectors, as some libraries do. This one has one.", "(x + h + 1)", "(x + h + 2)"),
            ("you counted the biases among the multiply-adds. A bias is added, and multiplies nothing.",
             "(h * (x + h) + y * h)]", "(h * (x + h + 1) + y * (h + 1))]"),
        ))


def _by_hand(rng):
    """Whole numbers for three steps, drawn again until every known mistake gives another result."""
    while True:
        w, h_0, *x = (rng.integers(1, [4, 5, 5, 5, 5]) * rng.choice([-1, 1], size=5)).tolist()
        h_1 = w * h_0 + x[0]
        h_2 = w * h_1 + x[1]
        h_3, error = w * h_2 + x[2], int(rng.choice([-5, -4, -2, 2, 4, 5]))
        right, states = h_2 + w * h_1 + w * w * h_0, h_2 + h_1 + h_0
        late, two = h_3 + w * h_2 + w * w * h_1, h_2 + w * h_1
        results = {0, right, *(error * v for v in (right, -right, right / 3, h_2, states, two, late))}
        if abs(w) > 1 and len(results) == 9:
            return w, h_0, x, h_3 - error


def _three_steps(rng):
    w, h_0, x, target = _by_hand(rng)
    return Marked(
        name="three_steps", points=2, stub="three_steps = ...",
        text=f"Three steps by hand, without tanh: `h = w * h + x_t`, with w = {w}. The state starts at {h_0} and reads "
             f"{x[0]}, {x[1]}, {x[2]}. The loss is `(h - ({target})) ** 2 / 2` for the state after the third step. What is the "
             "gradient of the loss for w? (w is used three times.)",
        solution=f"w, h_0, x, target = {w}, {h_0}, {x}, {target}\n"
                 "h_1 = w * h_0 + x[0]\nh_2 = w * h_1 + x[1]\nh_3 = w * h_2 + x[2]\n"
                 "three_steps = (h_3 - target) * (h_2 + w * h_1 + w * w * h_0)",
        why="each use of w has its share: the state that it met, times w for each step from there to the end.",
        edits=(
            ("only the last use of w is in it. The earlier ones reach the loss through the state.",
             "(h_2 + w * h_1 + w * w * h_0)", "h_2"),
            ("an earlier share has to pass the later steps on its way: it is multiplied by w at each of them.",
             "(h_2 + w * h_1 + w * w * h_0)", "(h_2 + h_1 + h_0)"),
            ("the first use is missing: there w met the starting state, which is not 0.", " + w * w * h_0)", ")"),
            ("what the loss says is missing: all shares are multiplied by h_3 - target.", "(h_3 - target) * ", ""),
            ("the sign is turned. The slope of (h - target) ** 2 / 2 is h - target.", "(h_3 - target)", "(target - h_3)"),
            ("you took the mean of the three shares. They add up.", "w * w * h_0)", "w * w * h_0) / 3"),
            ("a share has the state before the step, which w met, not the one after it.",
             "(h_2 + w * h_1 + w * w * h_0)", "(h_3 + w * h_2 + w * w * h_1)"),
        ))


_KEEPS = ["[[0.6, -0.8], [0.8, 0.6]]", "[[0, 1], [1, 0]]", "[[0.8, 0.6], [-0.6, 0.8]]", "[[0, -1], [1, 0]]",
          "[[0.6, 0.8], [0.8, -0.6]]"]
_DOES_NOT = [
    ("[[1, 1], [0, 1]]", "both its eigenvalues are 1, but after 100 steps there is a 100 in the corner of the product."),
    ("[[0.9, 0], [0, 1.1]]", "one direction fades and the other one grows."),
    ("[[0.5, 0.5], [0.5, 0.5]]", "it keeps one direction, and wipes out the other at the first step."),
    ("[[0.6, -0.6], [0.6, 0.6]]", "it turns, but each step leaves 0.85 of the length; after 100 steps that is nothing."),
    ("[[1, -1], [1, 1]]", "it turns, but each step makes everything 1.41 times as long."),
    ("[[0.5, 0], [0, 2]]", "its determinant is 1, but one direction doubles and the other is halved."),
]


def _which_keeps(rng):
    right, wrong = rng.choice(_KEEPS), [_DOES_NOT[i] for i in rng.permutation(len(_DOES_NOT))[:4]]
    return Marked(points=1, why="its columns have length 1 and stand at right angles: it only turns or mirrors.", **choice(
        "which_keeps", "An RNN without tanh, `h = W @ h + x_t`, has two state numbers. A gradient goes back through 100 steps. "
        "For which W does it keep its length exactly, whatever its direction?",
        [(f"`W = {W}`", why) for W, why in [(right, ""), *wrong]], rng))


def _wheel(rng):
    p = int(rng.integers(3, 33))

    def facts(W):
        expect_shape(W, (2, 2))
        powers, W = [np.eye(2)], np.clip(W, -9, 9)
        for _ in range(p):
            powers.append(W @ powers[-1])
        back = [t for t in range(1, p + 1) if np.abs(powers[t] - np.eye(2)).max() < 0.01]
        late = np.abs(np.linalg.matrix_power(W, 50 * p) @ [1., 0.7]).max()
        return {f"steps until every state is back (0: it takes more than {p})": back[0] if back else 0,
                "states fade away in the long run": bool(late < 0.1),
                "states grow without end": bool(not late < 10)}

    turn = "wheel = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])"
    return Marked(
        name="wheel", points=3, stub="wheel = ...", measure=facts,
        text=f"Design `wheel`, the 2 x 2 matrix W of an RNN without inputs and without tanh, `h = W @ h`, that counts to {p}: "
             f"after exactly {p} steps every state is back where it started, and not before. There are many right answers.",
        solution=f"angle = 2 * np.pi / {p}\n{turn}",
        why="a full turn in so many equal parts. Such a state is a clock that never fades.",
        edits=(
            ("its states neither fade nor grow, but they are not back in time: a full turn is 2 * pi, and each step is an equal "
             "part of it.", "2 * np.pi", "np.pi"),
            ("it changes nothing, so every state is back after one step.", f"2 * np.pi / {p}", "0"),
            ("its states fade away. A turn keeps lengths: its columns have length 1 and stand at right angles.",
             "wheel = np", "wheel = 0.9 * np"),
            ("its states grow without end. A turn keeps lengths: its columns have length 1 and stand at right angles.",
             "wheel = np", "wheel = 1.1 * np"),
        ),
        mistakes={"it is a mirror, or half a turn: every state is back after two steps.": "wheel = -np.eye(2)"})


def questions(variant):
    """The questions of one variant, in order."""
    rng = np.random.default_rng([3, variant])
    asked = _both_ways, _leak_grad, _initial_grad, _unrolled_counts, _three_steps, _which_keeps, _wheel
    steps, piece = int(rng.integers(5, 20)) * 100, int(rng.choice([10, 20, 25, 50]))
    return *(make(rng) for make in asked), Written(
        name="what_is_cut", points=3,
        text=f"Sequences of {steps} steps; somebody cuts backprop through time into pieces of {piece} steps and carries the "
             "state on from piece to piece. In three to five sentences: what does that save, which dependence can such a "
             "network still learn and which can it not, and may it nevertheless *use* something that happened "
             f"{4 * piece} steps ago?")
