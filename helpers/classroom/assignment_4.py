"""Assignment 4, a project: the echo of a hall, learned by descent with shared and with unshared kernels, and undone."""
import numpy as np

from .marked import Marked, Written
from .wording import choice, expect_shape

DATA = """rng = np.random.default_rng([40, VARIANT])
N, n = rng.integers([4, 24], [7, 33]).tolist()
loudest = rng.choice([-1, 1]) * rng.uniform(0.4, 0.6)
hall = np.round([rng.uniform(-0.1, 0.1), rng.uniform(0.1, 0.2), loudest, 1], 2)


def record(N):
    x = rng.normal(size=(N, n))
    y = np.array([np.correlate(signal, hall, "valid") for signal in x])
    return x, y + 0.1 * rng.normal(size=y.shape)


x, y = record(N)
x_test, y_test = record(100)
print(N, "recordings of", n, "samples to learn from, and", len(x_test), "for the test")"""


def _given(variant):
    """The source of the recordings, and what it defines: as in the notebook, without the line that it prints."""
    source = f"VARIANT = {variant}\n" + DATA.rsplit("\n", 1)[0] + "\n"
    space = {"np": np}
    exec(source, space)
    return source, space


def _recordings(rng, shape=None):
    N, places, k = rng.integers(1, 5, size=3).tolist() if shape is None else shape
    x = rng.normal(size=(N, places + k - 1)).round(1)
    return x, rng.normal(size=(N, places)).round(1), rng.normal(size=k).round(1), rng.normal(size=(places, k)).round(1)


SHAPES = [(2, 3, 2), (3, 2, 3), (2, 4, 3), (1, 2, 2)]


def _echo(rng):
    def case(rng=rng, shape=None):
        x, _, w, _ = _recordings(rng, shape)
        return x, w

    return Marked(
        name="echo", points=2, stub="def echo(x, w):\n    return ...",
        text="What the hall does to a signal: entry i of the answer is the sum of `w[t] * x[i + t]` over t, for all places "
             "where the kernel fits. `x` (N, n) holds N signals. Write `echo(x, w)`: the answers, (N, n - k + 1) for a kernel "
             "`w` of k weights.",
        example=case(shape=(1, 2, 2)), cases=[case(shape=shape) for shape in SHAPES], random_case=case,
        solution="""def echo(x, w):
    places = x.shape[1] - len(w) + 1
    return np.array([[signal[i:i + len(w)] @ w for i in range(places)] for signal in x])""",
        why="one kernel, for all places and for all signals.",
        edits=(
            ("the kernel is flipped. w[t] meets x[i + t].", "@ w for", "@ w[::-1] for"),
            ("you took the mean of the products. Each answer is their sum.", "@ w for", "@ w / len(w) for"),
            ("the last place is missing: n - k + 1 places fit.", "len(w) + 1", "len(w)"),
            ("only the first signal is in it. There is a row of answers for each.", "for signal in x]", "for signal in x[:1]]"),
            ("the signals were added up. Each has a row of answers of its own.",
             "for signal in x]", "for signal in [x.sum(axis=0)]]"),
            ("that is the transpose: rows are signals, columns are places.", "for signal in x])", "for signal in x]).T"),
        ))


LOSS = "The loss is the mean of all squared errors, `((answers - y) ** 2).mean()`, over recordings and places. "


def _shared_slope(rng):
    def case(rng=rng, shape=None):
        return _recordings(rng, shape)[:3]

    return Marked(
        name="shared_slope", points=3, stub="def shared_slope(x, y, w):\n    return ...",
        text="`y` (N, n_out) is what was recorded, and `w` is one kernel for all places. " + LOSS +
             "Write `shared_slope(x, y, w)`: its gradient for `w`, (k,).",
        example=case(shape=(1, 2, 2)), cases=[case(shape=shape) for shape in SHAPES], random_case=case,
        solution="""def shared_slope(x, y, w):
    dw = np.zeros(len(w))
    for m, i in np.ndindex(y.shape):
        window = x[m, i:i + len(w)]
        dw += 2 * (window @ w - y[m, i]) * window
    return dw / y.size""",
        why="every place of every recording adds its error times its window; the mean in the loss divides once, by their number.",
        edits=(
            ("the 2 is missing: the slope of a square is 2 times the error.", "2 * (window", "(window"),
            ("you added up and did not divide. This loss is a mean over recordings and places.", "dw / y.size", "dw"),
            ("you divided by the number of recordings alone. The loss is a mean over places, too.", "y.size", "len(y)"),
            ("you divided by the number of places alone. The loss is a mean over recordings, too.", "y.size", "y.shape[1]"),
            ("the sign is turned: the error is the answer minus y.", "(window @ w - y[m, i])", "(y[m, i] - window @ w)"),
            ("y is not in it. The error is the answer minus what was recorded.", " - y[m, i]", ""),
            ("only the last window is left (=). All of them use the same kernel: add (+=).", "dw += ", "dw = "),
            ("you divided by the number of samples that were played. The loss is a mean over the answers.", "y.size", "x.size"),
            ("the gradient is turned around. Weight t met sample i + t: nothing is flipped.", ") * window", ") * window[::-1]"),
            ("that is the error without its window. Weight t counts as much as the sample that it met.", ") * window", ")"),
        ))


def _own_slopes(rng):
    def case(rng=rng, shape=None):
        x, y, _, v = _recordings(rng, shape)
        return x, y, v

    return Marked(
        name="own_slopes", points=3, stub="def own_slopes(x, y, v):\n    return ...",
        text="The same without sharing: `v` (n_out, k) holds a kernel for each place, so answer i is the sum of "
             "`v[i, t] * x[i + t]`. The loss is the same mean over recordings and places. Write `own_slopes(x, y, v)`: its "
             "gradient for `v`, (n_out, k).",
        example=case(shape=(1, 2, 2)), cases=[case(shape=shape) for shape in SHAPES], random_case=case,
        solution="""def own_slopes(x, y, v):
    dv = np.zeros(v.shape)
    for m, i in np.ndindex(y.shape):
        window = x[m, i:i + v.shape[1]]
        dv[i] += 2 * (window @ v[i] - y[m, i]) * window
    return dv / y.size""",
        why="add its rows up, and if all kernels are equal you have the gradient of the shared one.",
        edits=(
            ("the 2 is missing: the slope of a square is 2 times the error.", "2 * (window", "(window"),
            ("you divided by the number of recordings alone. It is the same loss as before, a mean over places, too.",
             "y.size", "len(y)"),
            ("you added up and did not divide. This loss is a mean over recordings and places.", "dv / y.size", "dv"),
            ("you divided by the number of places alone. It is the same loss as before, a mean over recordings, too.",
             "y.size", "len(v)"),
            ("you used the kernel of place 0 everywhere. Place i has its own, v[i].", "@ v[i]", "@ v[0]"),
            ("all places got the sum over all places. That is the gradient of a shared kernel; here row i has only place i.",
             "dv[i] +=", "dv +="),
            ("only the last recording is left (=). Every recording adds to the kernels of all places (+=).",
             "dv[i] += ", "dv[i] = "),
            ("the sign is turned: the error is the answer minus y.", "(window @ v[i] - y[m, i])", "(y[m, i] - window @ v[i])"),
            ("every place saw the first window. Place i saw the one that starts at sample i.", "i:i + v.shape[1]",
             ":v.shape[1]"),
        ))

WINDOWS = "X, X_test = (np.lib.stride_tricks.sliding_window_view(v, 4, axis=1) for v in (x, x_test))\n"
BEST_FITS = """w = np.linalg.lstsq(X.reshape(-1, 4), y.ravel(), rcond=None)[0]
v = np.array([np.linalg.lstsq(X[:, i], y[:, i], rcond=None)[0] for i in range(y.shape[1])])
own = np.einsum('mit,it->mi', X_test, v)
errors = [((answers - y_test) ** 2).mean() for answers in (X_test @ w, own)]"""


def _learned(source, N, steps, lr):
    return Marked(
        name="learned", points=2, stub="learned = ...",
        text=f"Learn the hall from the {N} recordings `x, y`. Start from four zeros and take exactly {steps} steps of descent "
             f"with learning rate {lr}, each with the gradient over all recordings, one kernel for all places. The answer is "
             "the kernel, (4,). (Look at `hall` only afterwards: how close did you come?)",
        solution=source + "X = np.lib.stride_tricks.sliding_window_view(x, 4, axis=1)\nlearned = np.zeros(4)\n"
                 f"for _ in range({steps}):\n"
                 f"    learned = learned - {lr} * 2 * np.einsum('mi,mit->t', X @ learned - y, X) / y.size",
        why="four numbers, and each heard of every place in every recording.",
        edits=(
            ("that is one step less. The first step is taken at the zeros.", f"range({steps})", f"range({steps - 1})"),
            ("that is one step more than asked for.", f"range({steps})", f"range({steps + 1})"),
            ("you went uphill. Descent goes against the gradient.", "learned - ", "learned + "),
            ("your steps are half as long: the 2 of the squared error is missing.", "* 2 *", "*"),
            ("you learned from the recordings of the test. Learn from x and y.",
             "X = ", "x, y = x_test, y_test\nX = "),
            ("you learned from the first recording alone.", "X = ", "x, y = x[:1], y[:1]\nX = "),
            ("you started from ones. The start is four zeros.", "np.zeros(4)", "np.ones(4)"),
        ),
        mistakes={
            "that is the hall itself. Asked for is what those steps have learned of it.": source + "learned = hall",
            f"that is the best fit, where descent would end. Asked for is the kernel after exactly {steps} steps.":
                source + WINDOWS + "learned = np.linalg.lstsq(X.reshape(-1, 4), y.ravel(), rcond=None)[0]"})


def _errors(source, steps, lr):
    return Marked(
        name="errors", points=3, stub="errors = ...",
        text=f"Now train a kernel for each place as well: from zeros, {steps} steps, with learning rate `{lr} * n_out`. (An own "
             "kernel hears of one place in n_out, so its gradient is so much smaller.) Answer `[shared, own]`: the mean "
             "squared errors of both on the recordings of the test, `x_test, y_test`.",
        solution=source + WINDOWS + "n_out = y.shape[1]\nw, v = np.zeros(4), np.zeros((n_out, 4))\n"
                 f"for _ in range({steps}):\n"
                 f"    w = w - {lr} * 2 * np.einsum('mi,mit->t', X @ w - y, X) / y.size\n"
                 f"    v = v - {lr} * n_out * 2 * np.einsum('mi,mit->it', np.einsum('mit,it->mi', X, v) - y, X) / y.size\n"
                 "shared = ((X_test @ w - y_test) ** 2).mean()\n"
                 "own = ((np.einsum('mit,it->mi', X_test, v) - y_test) ** 2).mean()\nerrors = [shared, own]",
        why="the hall is the same at every place, so all places should tell one kernel what they know.",
        edits=(
            ("those are the errors on what was learned from. Take x_test and y_test.",
             "shared = (", "X_test, y_test = X, y\nshared = ("),
            ("your own kernels learned with the learning rate of the shared one. Theirs is n_out times as large.",
             " * n_out * 2", " * 2"),
            ("you took the root. Asked for is the mean of the squared errors itself.", ").mean()", ").mean() ** 0.5"),
            ("you added the squared errors up. Asked for is their mean, over recordings and places.", ").mean()", ").sum()"),
            ("the two are exchanged: first the shared kernel, then the own ones.", "[shared, own]", "[own, shared]"),
        ),
        mistakes={
            f"those are the errors of the best fits, where descent would end. Both were to take exactly {steps} steps.":
                source + WINDOWS + BEST_FITS})


_ALIKE = [
    ("all recordings are twice as loud", "a louder hall is another kernel, but the same one at every place."),
    ("the echo comes two samples later", "the kernel has to be longer, but it is still the same at every place."),
    ("every recording is of another singer", "the singers differ in x. What the hall makes of it is the same."),
    ("there is more noise", "noise is one more reason to share: more places speak for each number."),
    ("the hall has no echo at all", "then the kernel is 0, 0, 0, 1, at every place the same."),
    ("there are ten times as many recordings", "more recordings help the own kernels to catch up. What is shared stays right."),
]
_DIFFERS = ["during each recording a curtain is closed at the same moment",
            "the microphone walks away from the singer, in the same way during each recording",
            "each recording begins in the open air and ends inside the hall, always at the same sample"]


def _which_hall(rng):
    right, wrong = rng.choice(_DIFFERS), [_ALIKE[i] for i in rng.permutation(len(_ALIKE))[:4]]
    return Marked(points=1, why="there the kernel depends on the place, in the same way in each recording.", **choice(
        "which_hall", "One of these changes makes a shared kernel wrong, so that with enough recordings own kernels win. Which?",
        [(text, why) for text, why in [(right, ""), *wrong]], rng))


def _dry(source, hall):
    def facts(kernel):
        expect_shape(kernel, (9,))
        off = np.convolve(hall, kernel) - np.eye(12)[11]
        left = (off ** 2).sum() / (hall[:3] ** 2).sum()
        return {"it answers anything": bool(kernel.any()), "closer to x than silence": bool((off ** 2).sum() < 0.999),
                "closer to x than the recording": bool(left < 0.999), "at most a thirtieth of the echo left": bool(left <= 1 / 30)}

    return Marked(
        name="dry", points=4, stub="dry = ...", measure=facts,
        text="Take the echo away. `dry` is a kernel of 9 weights that slides over a *recording* (no flip). A window of 9 "
             "answers, each of which heard 4 samples, knows of 12 samples, and what it should give is the newest of them: "
             "`dry @ y[m, i:i + 9]` should be near `x[m, i + 11]`. Learn it or work it out. (One way: your `shared_slope` with "
             "`y` as the input and `x[:, 11:]` as the target, learning rate 0.05, a few hundred steps.)\n\n"
             "It is judged without noise: `hall` and `dry`, one after the other, are one kernel of 12 weights, "
             "`np.convolve(hall, dry)`, and it should be eleven zeros and a 1. The sum of squares of what is off may be at "
             "most a thirtieth of that of the echoes, `(hall[:3] ** 2).sum()`.",
        solution=source + "Y = np.lib.stride_tricks.sliding_window_view(y, 9, axis=1)\nwant, dry = x[:, 11:], np.zeros(9)\n"
                 "for _ in range(300):\n"
                 "    dry = dry - 0.05 * 2 * np.einsum('mi,mit->t', Y @ dry - want, Y) / want.size\n",
        why="a convolution can be undone, nearly, by another one, and the same gradient finds it.",
        edits=(
            ("it answers nothing at all. Nothing was learned yet.", "range(300)", "range(0)"),
            ("it is further from x than silence. The last of the 9 weights meets the newest answer, and that one is what "
             "should come out: is it turned around, or learned for another sample?", "want.size\n", "want.size\ndry = dry[::-1]\n"),
            ("it gives back the recording, or nothing better: the echo is all still there.",
             "want.size\n", "want.size\ndry = np.eye(9)[8]\n"),
            ("a part of the echo is gone, but more than a thirtieth is left. Take more steps, and let all nine weights learn: the "
             "echo that you subtract has an echo of its own.",
             "want.size\n", "want.size\ndry = np.append(np.zeros(5), [*-hall[:3], 1])\n"),
        ))


def questions(variant):
    """The questions of one variant, in order."""
    rng = np.random.default_rng([4, variant])
    source, given = _given(variant)
    steps, lr = int(rng.integers(15, 31)), float(rng.choice([0.05, 0.06, 0.08]))
    return (_echo(rng), _shared_slope(rng), _own_slopes(rng), _learned(source, given["N"], steps, lr),
            _errors(source, steps, lr), _which_hall(rng), _dry(source, given["hall"]), Written(
        name="report", points=4,
        text="A report of five to eight sentences to somebody who has never heard of kernels, with your numbers: what was "
             "learned, which of the two nets predicts the hall better and by how much, how many numbers each had to learn "
             "from how many recordings, and what would have to change for the other one to win."))
