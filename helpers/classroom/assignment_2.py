"""Assignment 2: the backward pass of convolutions, and equivariance."""
import numpy as np

from .marked import Marked, Written
from .wording import choice, expect_shape


def _numbers(rng, *shape):
    """Small whole numbers, none of them 0."""
    return rng.integers(1, 10, size=shape) * rng.choice([-1., 1.], size=shape)


def _strided(n_out, k, s, left, rng):
    """How a strided convolution ran: x, w and dy. `left` samples at the end of x are seen by no window."""
    return _numbers(rng, (n_out - 1) * s + k + left), _numbers(rng, k), _numbers(rng, n_out)


def _grad_case(n_out, k, s, left, rng):
    x, _, dy = _strided(n_out, k, s, left, rng)
    return x, dy, s, k


def _any_sizes(rng):
    n_out, k, s = rng.integers(1, 5, size=3).tolist()
    return n_out, k, s, int(rng.integers(s))


def _strided_grad(rng):
    sizes = [(3, 2, 3, 1), (4, 3, 2, 1), (2, 4, 1, 0), (2, 1, 2, 0)]
    return Marked(
        name="strided_grad", points=3, stub="def strided_grad(x, dy, s, k):\n    return ...",
        text="A kernel of `k` weights slides over the signal `x` with stride `s`, without padding: window i starts at sample "
             "i * s. `dy[i]` is the gradient of the loss at output i. Write `strided_grad(x, dy, s, k)`: the gradient of the "
             "kernel. At the end of `x` there may be samples that no window reaches.",
        example=_grad_case(2, 3, 2, 0, rng), cases=[_grad_case(*size, rng) for size in sizes],
        random_case=lambda rng: _grad_case(*_any_sizes(rng), rng),
        solution="""def strided_grad(x, dy, s, k):
    dw = np.zeros(k)
    for i in range(len(dy)):
        dw += dy[i] * x[i * s:i * s + k]
    return dw""",
        why="the stride decides which windows there are. Every one of them adds its share.",
        edits=(
            ("you left out the stride: window i starts at sample i * s.", "x[i * s:i * s + k]", "x[i:i + k]"),
            ("the last window is missing. There are len(dy) of them.", "range(len(dy))", "range(len(dy) - 1)"),
            ("only the last window is left (=). Every window adds its share (+=).", "dw += ", "dw = "),
            ("you took the mean over the windows. The shares of a shared weight add up.", "return dw", "return dw / len(dy)"),
            ("the windows were added up without dy. Each counts as much as its dy[i] says.", "dy[i] * ", ""),
            ("you went through dy backwards. Window i goes with dy[i].", "dy[i] *", "dy[-1 - i] *"),
            ("the stride is between windows, not within them: that is dilation. Window i is x[i * s:i * s + k].",
             "x[i * s:i * s + k]", "x[i:i + s * k:s]"),
            ("the gradient is turned around. Weight t met sample i * s + t: nothing is flipped.", "return dw", "return dw[::-1]"),
        ))


def _input_case(n_out, k, s, left, rng):
    x, w, dy = _strided(n_out, k, s, left, rng)
    return dy, w, s, len(x)


def _strided_input_grad(rng):
    sizes = [(3, 3, 2, 1), (2, 2, 3, 2), (4, 3, 1, 0), (2, 4, 2, 0)]
    return Marked(
        name="strided_input_grad", points=3, stub="def strided_input_grad(dy, w, s, n):\n    return ...",
        text="The same convolution: kernel `w`, stride `s`, no padding, a signal of `n` samples. Write "
             "`strided_input_grad(dy, w, s, n)`: the gradient of all n samples, also of those that no window reaches.",
        example=_input_case(2, 2, 2, 1, rng), cases=[_input_case(*size, rng) for size in sizes],
        random_case=lambda rng: _input_case(*_any_sizes(rng), rng),
        solution="""def strided_input_grad(dy, w, s, n):
    dx = np.zeros(n)
    for i in range(len(dy)):
        dx[i * s:i * s + len(w)] += dy[i] * w
    return dx""",
        why="each output sends its dy back along the weights through which it looked.",
        edits=(
            ("you left out the stride: output i looked at the window that starts at sample i * s.",
             "dx[i * s:i * s + len(w)]", "dx[i:i + len(w)]"),
            ("where windows overlap only the last one is left (=). A sample hears from every window that saw it (+=).",
             "+= dy", "= dy"),
            ("the kernel is turned around. Back to its own window it is added as it is.", "dy[i] * w", "dy[i] * w[::-1]"),
            ("you sent the kernel back without dy. Each window gets w times its own dy[i].", "dy[i] * w", "w"),
            ("the samples that no window reaches are missing. Their gradient is 0, but they are there: n numbers.",
             "return dx", "return dx[:(len(dy) - 1) * s + len(w)]"),
            ("you went through dy backwards. Output i sends dy[i] to its own window.", "dy[i] *", "dy[-1 - i] *"),
            ("you divided by the number of outputs. A gradient is a sum over all the ways on which a sample matters.",
             "return dx", "return dx / len(dy)"),
        ))


def _telling(rng):
    """x and dy, drawn again until the three weights' gradients, and those of the flipped dy, are all different."""
    while True:
        x, dy = _numbers(rng, 6).astype(int), _numbers(rng, 4).astype(int)
        (a, b, c), flipped = np.correlate(x, dy, "valid"), np.correlate(x, dy[::-1], "valid")
        if len({a, b, c, a + c, *flipped.tolist(), 0}) == 8:
            return x, dy


def _symmetric_grad(rng):
    x, dy = _telling(rng)
    return Marked(
        name="symmetric_grad", points=2, stub="symmetric_grad = ...",
        text="A convolution with a symmetric kernel `[a, b, a]`: three weights, two parameters. With stride 1 and no padding "
             f"it ran over\n\n`x = {x.tolist()}`\n\nand the gradients at its outputs are\n\n`dy = {dy.tolist()}`\n\nWork out the "
             "gradients of the two parameters, `[da, db]`.",
        solution=f"x, dy = {x.tolist()}, {dy.tolist()}\n"
                 "first, middle, last = (sum(dy[i] * x[i + t] for i in range(4)) for t in range(3))\n"
                 "symmetric_grad = [first + last, middle]",
        why="a is used twice in every window, so both of its places add to its gradient.",
        edits=(
            ("only the first place of a is in it. a stands at both ends of the kernel.", "first + last,", "first,"),
            ("only the last place of a is in it. a stands at both ends of the kernel.", "first + last,", "last,"),
            ("you took the mean of the two places of a. The gradients of all uses add up.",
             "first + last,", "(first + last) / 2,"),
            ("that is a gradient for each of the three weights. Two of them are one parameter: add these.",
             "first + last, middle", "first, middle, last"),
            ("the two are exchanged: first da, then db.", "first + last, middle", "middle, first + last"),
            ("you went through dy backwards. Window i goes with dy[i].", "dy[i] *", "dy[3 - i] *"),
            ("you took the means over the windows. The shares of the windows add up.",
             "[first + last, middle]", "[(first + last) / 4, middle / 4]"),
        ))


def _bias_grad(rng):
    def case(*shape, rng=rng):
        return (_numbers(rng, *shape),)

    return Marked(
        name="bias_grad", points=1, stub="def bias_grad(dy):\n    return ...",
        text="A convolutional layer has a bias for each of its C filters. `dy` (N, C, H, W) holds the gradients at all outputs "
             "for a batch of N images. Write `bias_grad(dy)`: the gradient of the biases, (C,).",
        example=case(1, 2, 1, 2), cases=[case(2, 3, 2, 4), case(3, 2, 4, 2), case(2, 2, 2, 2)],
        random_case=lambda rng: case(*rng.integers(1, 5, size=4), rng=rng),
        solution="def bias_grad(dy):\n    return dy.sum(axis=(0, 2, 3))",
        why="a bias is shared by all places and all images, and its slope is 1 everywhere.",
        edits=(
            ("you took the mean over images and places. Every use of the bias adds its dy.", ".sum(", ".mean("),
            ("you averaged over the images. If the loss is a mean over the batch, dy is divided already.",
             "axis=(0, 2, 3))", "axis=(0, 2, 3)) / len(dy)"),
            ("you averaged over the places. A bias is used at all of them, and each adds its dy.",
             "axis=(0, 2, 3))", "axis=(0, 2, 3)) / dy[0, 0].size"),
            ("each image still has a gradient of its own. All images share the biases: add over them, too.",
             "(0, 2, 3)", "(2, 3)"),
            ("each place still has a gradient of its own. All places share the biases: add over them, too.",
             "axis=(0, 2, 3)", "axis=0"),
            ("you added up the filters, too. Each filter has a bias of its own.", "axis=(0, 2, 3)", ""),
            ("you kept the images apart and added up the filters. The filters are axis 1.", "(0, 2, 3)", "(1, 2, 3)"),
            ("you kept the columns of the images apart and added up the filters. The filters are axis 1.",
             "(0, 2, 3)", "(0, 1, 2)"),
        ),
        mistakes={
            "reshape(C, ...) mixed images and filters: in memory the images come first, so its rows are no filters. Add over "
            "the axes 0, 2 and 3.": "def bias_grad(dy):\n    return dy.reshape(dy.shape[1], -1).sum(axis=1)"})


_MOVES_ALONG = ["x - x.mean()", "np.maximum(x, np.roll(x, 1))", "x * np.roll(x, 3)", "np.abs(x) - np.roll(x, -2)",
                "x ** 2 + x.max()"]
_DOES_NOT = [
    ("x - x[0]", "place 0 is special in it. After a shift something else is subtracted."),
    ("np.sort(x)", "sorted, a shifted signal is the same as before: that is invariant. It would have to move along."),
    ("np.cumsum(x)", "its sums begin at place 0, whatever lies there. After a shift they begin with another number."),
    ("x[::-1]", "it does move, but the wrong way: if x moves to the right, its mirror image moves to the left."),
    ("x * np.arange(len(x))", "every place has a factor of its own. After a shift the same number meets another factor."),
    ("x * (np.arange(len(x)) % 2)", "a shift by one brings other numbers to the places that it keeps."),
]


def _which_moves(rng):
    right = rng.choice(_MOVES_ALONG)
    wrong = [_DOES_NOT[i] for i in rng.permutation(len(_DOES_NOT))[:4]]
    return Marked(points=1, why="no place is special in it, so all that changes with a shift is where things happen.", **choice(
        "which_moves", "`x` is a signal on a ring of an even number of places. Which of these maps is equivariant to all "
        "shifts: `f(np.roll(x, m))` equals `np.roll(f(x), m)`, for every x and every m?",
        [(f"`f(x) = {code}`", why) for code, why in [(right, ""), *wrong]], rng))


TIED = """def tied_matrix(W):
    n = len(W)
    shared = [np.mean([W[i, (i + d) % n] for i in range(n)]) for d in range(n)]
    return np.array([[shared[(j - i) % n] for j in range(n)] for i in range(n)])"""


def _tied_matrix(rng):
    def case(n, rng=rng):
        return (rng.permutation(np.arange(n * n)).reshape(n, n) + 0.5,)

    return Marked(
        name="tied_matrix", points=3, stub="def tied_matrix(W):\n    return ...",
        text="`W` (n, n) is the matrix of a dense layer on a ring, `y = W @ x`. Make it equivariant to shifts, and change it "
             "as little as possible: all entries `W[i, j]` with the same `(j - i) % n` become one number, their mean. Write "
             "`tied_matrix(W)`: the new matrix (n, n).",
        example=case(2), cases=[case(3), case(4), case(5)], random_case=lambda rng: case(int(rng.integers(1, 6)), rng=rng),
        solution=TIED, why="it is a convolution on a ring, with n shared weights in place of n * n.",
        edits=(
            ("you took the sum of the entries that share. Their mean is as close to all of them as one number can be.",
             "np.mean(", "np.sum("),
            ("it is the transpose: i is the output, a row, and j the input, a column. Share where (j - i) % n is the same.",
             "shared[(j - i) % n]", "shared[(i - j) % n]"),
            ("every row is the same now, so all outputs are equal. From row to row the numbers move on by one column.",
             "shared[(j - i) % n]", "shared[j]"),
            ("you shared along the other diagonals, where i + j is the same. Shift both by one: j - i stays the same.",
             "[[shared[(j - i) % n]", "[[np.mean([W[r, (i + j - r) % n] for r in range(n)])"),
        ),
        mistakes={
            "you copied the first row into all others, moved on. That is equivariant, but all rows have a say in the mean.":
                TIED.replace("np.mean([W[i, (i + d) % n] for i in range(n)])", "W[0, d]"),
            "your diagonals end at the border. On a ring they go on at the other side: take % n.":
                "def tied_matrix(W):\n    n = len(W)\n"
                "    return np.array([[np.diagonal(W, j - i).mean() for j in range(n)] for i in range(n)])",
            "your means leave out the entries that go round the ring. They share, too: take W[i, (i + d) % n] for every i.":
                TIED.replace("W[i, (i + d) % n] for i in range(n)", "W[i, i + d] for i in range(n - d)"),
            "one number is everywhere. Only entries with the same (j - i) % n share.":
                "def tied_matrix(W):\n    return np.full(W.shape, W.mean())",
            "those are the shared numbers alone. Write them back into a matrix (n, n).":
                TIED.replace("[[shared[(j - i) % n] for j in range(n)] for i in range(n)]", "shared"),
        })


def _slope_kernel(rng):
    k, rise = int(rng.integers(4, 8)), int(rng.integers(3, 40))
    line, zigzag = np.arange(float(k)), (-1.) ** np.arange(k)

    def facts(w):
        expect_shape(w, (k,))
        return {"silent on a constant signal": bool(abs(w.sum()) < 1e-6),
                "silent on the zigzag": bool(abs(w @ zigzag) < 1e-6),
                "sign of its answer to the line": int(np.sign(np.round(w @ line, 6))),
                f"answers {rise} to the line": bool(abs(w @ line - rise) < 1e-6)}

    return Marked(
        name="slope_kernel", points=3, stub="slope_kernel = ...", measure=facts,
        text=f"Design a kernel of {k} weights that measures slopes. It slides without a flip, so it answers with "
             f"`w @ window`. It has to answer 0 to a constant signal, 0 to the zigzag `{zigzag.astype(int).tolist()}`, and "
             f"exactly {rise} to the line `{line.astype(int).tolist()}`. There are many right answers.",
        solution=f"slope_kernel = np.zeros({k})\nslope_kernel[0], slope_kernel[2] = -{rise} / 2, {rise} / 2",
        why="its weights add up to 0, over the even places alone and over the odd places alone.",
        edits=(
            ("it is turned around: a signal that rises makes it negative. There is no flip here.",
             f"-{rise} / 2, {rise} / 2", f"{rise} / 2, -{rise} / 2"),
            ("it measures slopes, but in another unit. Multiply all weights by one number, so that the line gives "
             f"{rise}.", f"-{rise} / 2, {rise} / 2", f"-{rise}, {rise}"),
            ("it also answers to the zigzag. Compare samples that are two apart: there the zigzag is the same.",
             f"slope_kernel[2] = -{rise} / 2, {rise} / 2", f"slope_kernel[1] = -{rise}, {rise}"),
            ("it also answers to a constant signal. The weights have to add up to 0.",
             f"[0], slope_kernel[2] = -{rise} / 2, {rise} / 2", f"[1:] = {rise} / {k * (k - 1) // 2}"),
            ("its answer to the line is 0: it feels no slope at all.", f"-{rise} / 2, {rise} / 2", "0, 0"),
        ))


def questions(variant):
    """The questions of one variant, in order."""
    rng = np.random.default_rng([2, variant])
    asked = _strided_grad, _strided_input_grad, _symmetric_grad, _bias_grad, _which_moves, _tied_matrix, _slope_kernel
    side, stride = int(rng.integers(5, 15)) * 4, int(rng.choice([2, 4]))
    return *(make(rng) for make in asked), Written(
        name="where_it_breaks", points=3,
        text=f"A convolution with zero padding on images of {side} x {side}, then another with stride {stride}, then the "
             "maximum of each feature map over all places. In three to five sentences: what happens to the result if the "
             f"object in the image moves by 1 pixel, by {stride} pixels, and to the border? Where is equivariance or "
             "invariance exact, where is it only nearly so, and why?")
