"""Lesson 7, shared gradients: three gradients, a whole backward pass, and two questions, with their known mistakes."""
import numpy as np

from .engine import Exercise


def _whole_numbers(*shapes, rng):
    """Arrays of small whole numbers, none of them 0."""
    return [rng.integers(1, 9, size=shape) * rng.choice([-1., 1.], size=shape) for shape in shapes]


def _row_case(rng):
    k, n_out = rng.integers(1, 5), rng.integers(1, 7)
    return tuple(_whole_numbers(k + n_out - 1, n_out, rng=rng))


def _image_case(rng):
    return tuple(_whole_numbers(rng.integers(1, 5, size=2), rng.integers(1, 4, size=2), rng=rng))


def _two_roads_case(rng):
    shape = rng.integers(1, 4, size=2)
    return rng.normal(size=shape), rng.normal(size=shape)


def _batch(N, image, kernel, p, seed):
    rng = np.random.default_rng(seed)
    H_out, W_out = (n + 2 * p - k + 1 for n, k in zip(image, kernel, strict=True))
    return *_whole_numbers((N, H_out, W_out), (N, *image), kernel, rng=rng), p


def _batch_case(rng):
    kernel = rng.integers(1, 4, size=2)
    return _batch(rng.integers(1, 4), kernel + rng.integers(0, 3, size=2), kernel, int(rng.integers(0, 3)), rng)


kernel_grad = Exercise(
    name="kernel_grad",
    cases=[(np.array([1., 2., 4., 8., 16.]), np.array([1., 0., 2., -1.])),
           (np.array([3., -1., 0.]), np.array([1., 3.])),
           (np.array([2., 7., 1., 8., 2., 8., 1.]), np.array([1., -2., 0., 4., 3.]))],
    random_case=_row_case,
    hints=("How many weights has the kernel? len(x) - len(dy) + 1. Start from that many zeros.",
           "Position i saw the window x[i:i + k]; its contribution is dy[i] times that window. Add them all up."),
    solution="""def kernel_grad(x, dy):
    k = len(x) - len(dy) + 1
    dw = np.zeros(k)
    for i in range(len(dy)):
        dw += dy[i] * x[i:i + k]
    return dw""",
    edits=(
        ("you divided by the number of positions. A shared weight's gradient is the *sum* over its uses, not the mean.",
         "return dw", "return dw / len(dy)"),
        ("only the last position is left: each one overwrote the one before (=). Add them up (+=).",
         "dw += ", "dw = "),
        ("only the first position is in it. The kernel is used at every position: go through all of them.",
         "range(len(dy))", "range(1)"),
        ("the last position is missing. There are len(dy) of them, from 0 to len(dy) - 1.",
         "range(len(dy))", "range(len(dy) - 1)"),
        ("you went through dy backwards. For the kernel nothing is flipped: position i goes with dy[i].",
         "dy[i] *", "dy[-1 - i] *"),
        ("you added the windows without dy. Each window counts as much as its dy[i] says.",
         "dy[i] * ", ""),
        ("every position used the first window. Position i saw x[i:i + k].",
         "x[i:i + k]", "x[:k]"),
        ("a weight is missing: len(dy) = len(x) - k + 1, so k = len(x) - len(dy) + 1.", "len(dy) + 1", "len(dy)"),
    ),
    mistakes={
        "the contributions of all positions are there, one a row, but not added up.":
            "def kernel_grad(x, dy):\n    k = len(x) - len(dy) + 1\n"
            "    return np.array([dy[i] * x[i:i + k] for i in range(len(dy))])",
    })

STAMP = """def input_grad(dy, w):
    k_h, k_w = w.shape
    dx = np.zeros((dy.shape[0] + k_h - 1, dy.shape[1] + k_w - 1))
    for i, j in np.ndindex(dy.shape):
        dx[i:i + k_h, j:j + k_w] += dy[i, j] * w
    return dx"""

MEAN = """
_sum = input_grad
def input_grad(dy, w):
    return _sum(dy, w) / _sum(np.ones_like(dy), np.ones_like(w))"""

FLIP = ("every stamp of the kernel is turned around. Sliding over dy takes the flipped kernel, w[::-1, ::-1]; adding "
        "dy[i, j] * w back to its window takes w as it is.")
ROWS = "the rows of the kernel are upside down: you flipped one of its two directions, and it takes both or none."
COLS = "the columns of the kernel are mirrored: you flipped one of its two directions, and it takes both or none."
OVERWRITE = "where windows overlap, only the last one is left (=). A pixel hears from every window that saw it (+=)."
SHARED_OUT = "you divided by the number of windows that saw the pixel. It is the sum, for pixels as for weights."

input_grad = Exercise(
    name="input_grad",
    cases=[(np.array([[1., 2., -1.], [3., 0., 4.]]), np.array([[1., 10.], [-2., 3.], [5., 0.]])),
           (np.array([[2., -1., 5., 1.]]), np.array([[1., 2.], [3., 5.]])),
           (np.array([[1., 4.], [2., -3.]]), np.array([[1., 2., 0.], [4., 7., -1.]]))],
    random_case=_image_case,
    hints=("Start from zeros in the shape of x: that of dy, plus the shape of w, minus 1.",
           "Output (i, j) saw the window that starts at (i, j). Back to the whole window comes dy[i, j] * w; add it.",
           "Without a loop: pad dy with k - 1 zeros on every side (np.pad), and slide the flipped kernel over it."),
    solution=STAMP,
    edits=(
        (FLIP, "dy[i, j] * w", "dy[i, j] * w[::-1, ::-1]"),
        (ROWS, "dy[i, j] * w", "dy[i, j] * w[::-1]"),
        (COLS, "dy[i, j] * w", "dy[i, j] * w[:, ::-1]"),
        (OVERWRITE, "+=", "="),
        ("you sent the kernel back without dy. Each window gets the kernel times its own dy[i, j].",
         "dy[i, j] * w", "w"),
        ("your dx has the shape of dy. It needs the shape of x, which is larger by the kernel's size minus 1.",
         "return dx", "return dx[:dy.shape[0], :dy.shape[1]]"),
    ),
    mistakes={
        SHARED_OUT: STAMP + MEAN,
        "you turned rows of the kernel into columns. It goes back as it is.":
            STAMP.replace("    k_h, k_w", "    w = w.T\n    k_h, k_w"),
        "one row and one column too many: x has the size of dy plus that of w, minus 1.": STAMP.replace(" - 1", ""),
        "all of a window's share went to one pixel. Each pixel of the window gets dy[i, j] times the weight it met.":
            STAMP.replace("dx[i:i + k_h, j:j + k_w] += dy[i, j] * w", "dx[i, j] += (dy[i, j] * w).sum()"),
    })


def suspects():
    """Four wrong programs for `input_grad`, in the order of the pictures: for the question `which_bug`."""
    order = [SHARED_OUT, OVERWRITE, FLIP, ROWS]
    return {f"picture {n}": input_grad.build(input_grad.mistakes[m]) for n, m in enumerate(order, start=1)}


which_bug = Exercise(
    name="which_bug",
    why="zeros in dy overwrite as well: each pixel keeps what the *last* window sent, one corner of the kernel. "
        "Picture 1 is the mean, 3 the forgotten flip, 4 the half flip.",
    hints=("A bug in the kernel's direction leaves whole stamps. Are there whole stamps in picture 2?",
           "Follow one pixel: nine windows send it something, most of them 0. What is left if each replaces the last?"),
    solution="which_bug = 'B'",
    mistakes={
        "A: without the flip every stamp is still there, whole and as dark, only turned around. Here most is gone.":
            "which_bug = 'A'",
        "C: a mean makes the stamps paler, most of all in the middle; every square that had a colour keeps one.":
            "which_bug = 'C'",
        "D: a half flip leaves whole stamps, standing on their heads. Here most of each stamp is gone.":
            "which_bug = 'D'",
    })

SLOPE = "(1 - np.tanh(x) ** 2)"
skip_grad = Exercise(
    name="skip_grad",
    cases=[(np.array([1., -2., 3.]), np.array([0., .5, -1.])), (np.array([[2.], [1.]]), np.array([[.3], [-2.]]))],
    random_case=_two_roads_case,
    hints=("x is used twice: once as it is, once inside tanh. Work out both contributions, then add.",
           "Along the straight road dy arrives as it is. Along the other it is multiplied by the slope of tanh."),
    solution=f"def skip_grad(dy, x):\n    return dy + dy * {SLOPE}",
    edits=(
        ("the road around tanh is missing. x is used twice.", "dy + dy *", "dy *"),
        ("only the road around tanh is in it. x is used twice.", f" * {SLOPE}", " * 0"),
        ("the slope of tanh(x) is 1 - tanh(x)**2; you left out the inner tanh.", "np.tanh(x)", "x"),
        ("what arrives is missing: both roads multiply by dy.", "dy + dy *", "1 +"),
        ("the road through tanh left out dy.", "+ dy *", "+"),
        ("the straight road has slope 1, not x: what comes back along it is dy.", "dy + dy", "dy * x + dy"),
        ("that is tanh itself. What counts is its slope, 1 - np.tanh(x) ** 2.", SLOPE, "np.tanh(x)"),
        ("the square is missing: the slope of tanh is 1 - np.tanh(x) ** 2.", " ** 2", ""),
        ("you multiplied the two roads. Their contributions are added.", "dy + dy *", "dy * dy *"),
    ),
    mistakes={
        "the numbers are right, but dy was changed in place: after `dx = dy`, `dx += ...` writes into dy itself. "
        "Whoever sent dy still needs it: write `dx = dx + ...`.":
            f"def skip_grad(dy, x):\n    dx = dy\n    dx += dy * {SLOPE}\n    return dx",
        "you took the mean of the two roads. Uses add up.":
            f"def skip_grad(dy, x):\n    return (dy + dy * {SLOPE}) / 2",
    })

conv_backward = Exercise(
    name="conv_backward",
    cases=[_batch(1, (2, 3), (2, 2), 0, seed=1), _batch(2, (2, 1), (1, 2), 1, seed=2),
           _batch(2, (4, 5), (2, 3), 1, seed=3), _batch(3, (2, 4), (3, 2), 2, seed=4),
           _batch(2, (1, 5), (1, 3), 0, seed=5), _batch(1, (1, 1), (1, 1), 2, seed=6)],
    random_case=_batch_case,
    hints=("Pad x first, as forward did: np.pad(x, ((0, 0), (p, p), (p, p))) leaves the examples alone.",
           "One loop over n, i, j does both: the window goes to dw, and the kernel goes back to the window.",
           "Now dx belongs to the *padded* images, and nobody asked for the border: cut p pixels off each side."),
    solution="""def conv_backward(dy, x, w, p):
    (N, H_in, W_in), (k_h, k_w) = x.shape, w.shape
    x = np.pad(x, ((0, 0), (p, p), (p, p)))
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for n, i, j in np.ndindex(dy.shape):
        dw += x[n, i:i + k_h, j:j + k_w] * dy[n, i, j]
        dx[n, i:i + k_h, j:j + k_w] += w * dy[n, i, j]
    dx = dx[:, p:p + H_in, p:p + W_in]
    return dx, dw""",
    edits=(
        ("dx still has its padding. It needs the shape of x: cut p rows and columns off each side.",
         "dx[:, p:p + H_in, p:p + W_in]", "dx"),
        ("you cut dx to the right size, but in the wrong place: the image starts p pixels from the top and the left.",
         "dx[:, p:p + H_in, p:p + W_in]", "dx[:, :H_in, :W_in]"),
        ("you averaged dw over the batch. It is a sum over examples; if the loss is a mean, dy is already divided.",
         "return dx, dw", "return dx, dw / N"),
        ("you averaged dw over the positions. It is a sum over all uses of the kernel.",
         "return dx, dw", "return dx, dw / dy[0].size"),
        ("you averaged dw over all its uses. It is a sum, over positions and over examples.",
         "return dx, dw", "return dx, dw / dy.size"),
        ("dw holds only the last example. The whole batch uses the same kernel: start dw once, before the loops.",
         "* dy[n, i, j]\n        dx", "* dy[n, i, j] * (n == N - 1)\n        dx"),
        ("in dw only the last use is left (=). Every position of every example adds to it (+=).",
         "dw += ", "dw = "),
        ("in dx only the last window of each pixel is left (=). A pixel hears from all windows that saw it (+=).",
         "] += w", "] = w"),
        ("in dx the kernel is turned around. Going back to its window it is added as it is; the flip belongs to the "
         "version that slides over dy.",
         "w * dy", "w[::-1, ::-1] * dy"),
        ("dw is turned around. Nothing is flipped for the kernel: entry (a, b) met the pixel (a, b) of its window.",
         "return dx, dw", "return dx, dw[::-1, ::-1]"),
        ("the two are there, in the other order: return dx, then dw.",
         "return dx, dw", "return dw, dx"),
        ("with p = 0 the slice p:-p is empty. Cut with p:p + H_in and p:p + W_in.",
         "dx[:, p:p + H_in, p:p + W_in]", "dx[:, p:-p, p:-p]"),
        ("x was not padded. The windows of forward lay on the padded images.",
         "    x = np.pad(x, ((0, 0), (p, p), (p, p)))\n", ""),
        ("you added dx up over the batch. Each image has a gradient of its own; only w is shared.",
         "return dx, dw", "return dx.sum(axis=0), dw"),
        ("dw is missing: give back both, dx and dw.", "return dx, dw", "return dx"),
        ("only the first example is in it. Go through the whole batch.", "np.ndindex(dy.shape)", "np.ndindex(dy[:1].shape)"),
    ))

terms = Exercise(
    name="terms",
    why="26 * 26 positions share the kernel; the other seven filters have kernels of their own.",
    hints=("At how many positions is this one weight used?", "Does another filter ever use it?"),
    solution="terms = 'B'",
    mistakes={
        "A: 9 is how many weights one kernel has. The question is how many places use one of them.": "terms = 'A'",
        "C: 8 * 676 would need all filters to share one kernel. Positions share; filters do not.": "terms = 'C'",
        "D: one use per weight is the local layer, where every position has a kernel of its own.": "terms = 'D'",
    })

ALL = {e.name: e for e in (kernel_grad, input_grad, which_bug, skip_grad, conv_backward, terms)}
