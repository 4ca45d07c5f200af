"""Assignment 1: counting, and from dense to convolution."""
import numpy as np

from .marked import Marked, Written
from .wording import choice, expect_shape

RING = """def ring_ids(n, offsets):
    ids = np.full((n, n), -1)
    for i in range(n):
        for t, offset in enumerate(offsets):
            ids[i, (i + offset) % n] = t
    return ids"""


def _ring_case(n, k, rng):
    return n, rng.permutation(n)[:k].tolist()


def _ring_ids(rng):
    n = int(rng.integers(5, 9))
    return Marked(
        name="ring_ids", points=3, stub="def ring_ids(n, offsets):\n    return ...",
        text="`n` places form a ring. Output `i` reads input `(i + offsets[t]) % n` through parameter `t`, for "
             "`t = 0, 1, ...`, one for each entry of the list `offsets`.\n\n"
             "Write `ring_ids(n, offsets)`: the table of ids, an array (n, n) of whole numbers. Rows are outputs, columns "
             "are inputs, and -1 stands where nothing is connected. The offsets are all different, from 0 to n - 1, in "
             "any order.",
        example=(n, [n - 2, 0, 1]),
        cases=[(5, [3, 1, 2]), (4, [1, 0]), (6, [5, 2, 0, 1]), (3, [1]), _ring_case(7, 3, rng)],
        random_case=lambda rng: _ring_case(int(rng.integers(2, 8)), int(rng.integers(1, 3)), rng),
        solution=RING, why="it is a convolution on a ring: the same parameters in every row, moved on by one place.",
        edits=(
            ("rows and columns are exchanged, or the offsets go the other way; on a ring that is the same. Output i is "
             "row i, and it reads input i + offset.", "ids[i, (i + offset) % n]", "ids[(i + offset) % n, i]"),
            ("where nothing is connected there stands a 0, and 0 is the name of a parameter. It has to be -1.",
             "np.full((n, n), -1)", "np.zeros((n, n), dtype=int)"),
            ("every output has parameters of its own: that is a local layer. Here all outputs share them.",
             "= t\n", "= i * len(offsets) + t\n"),
            ("you wrote the offset itself. The id is its position t in the list.", "= t\n", "= offset\n"),
            ("the connections that go round the ring are missing. Past the last place comes place 0: take % n.",
             "= t\n", "= t if i + offset < n else -1\n"),
            ("your ids start at 1. The first parameter is number 0.", "= t\n", "= t + 1\n"),
            ("you sorted the offsets. Parameter t belongs to offsets[t], in the order in which they came.",
             "enumerate(offsets)", "enumerate(sorted(offsets))"),
            ("every row is the same. Offsets count from the output itself: output i reads input i + offset.",
             "(i + offset) % n", "offset % n"),
        ))


def _table(rng):
    n = int(rng.integers(2, 6))
    return rng.integers(-1, n - int(rng.integers(2)), size=rng.integers(1, 5, size=2)), n


_TABLES = [(np.array([[0, 2, 0, -1], [-1, 0, 2, 2], [3, -1, -1, 0]]), 5), (np.array([[1, -1], [1, 1]]), 2),
           (np.array([[0, 1, -1], [3, -1, 1]]), 4)]


def _uses(rng):
    shown = rng.permuted(np.array([[0, 1, -1, 1], [2, -1, 0, 1]]), axis=1)
    return Marked(
        name="uses", points=2, stub="def uses(param_ids, n):\n    return ...",
        text="`param_ids` is a table of ids (-1 where nothing is connected), and there are `n` parameters, 0 to n - 1. "
             "Write `uses(param_ids, n)`: an array of n whole numbers; entry k says how many connections use parameter k. "
             "A parameter may be used by no connection at all, or more than once by one output.",
        example=(shown, 4), cases=[*_TABLES, _table(rng)], random_case=_table,
        solution="def uses(param_ids, n):\n    return np.bincount(param_ids[param_ids >= 0], minlength=n)",
        why="in a dense layer every entry is 1; in a convolution it is the number of places.",
        edits=(
            ("-1 was counted as if it were a parameter. It means that there is no connection: leave it out.",
             "param_ids[param_ids >= 0], minlength=n", "param_ids.ravel() + 1, minlength=n + 1"),
            ("parameters that no connection uses are missing at the end. They are used 0 times, and there are n entries.",
             ", minlength=n", ""),
            ("parameter 0 was left out. Only -1 means that there is no connection.", ">= 0", "> 0"),
        ),
        mistakes={
            "you counted the ids 1 to n. The first parameter is number 0, the last one n - 1.":
                "def uses(param_ids, n):\n    return np.array([(param_ids == k).sum() for k in range(1, n + 1)])",
            "-1 was counted as if it were the last parameter: that is what it means as an index. Leave it out.":
                "def uses(param_ids, n):\n    return np.bincount(param_ids.ravel() % n, minlength=n)",
            "with a table as the index, += adds 1 only once for each parameter; and -1 is the last entry. np.bincount counts.":
                "def uses(param_ids, n):\n    found = np.zeros(n)\n    found[param_ids] += 1\n    return found",
            "parameters that no connection uses are missing. np.unique counts only what is there; each of the n has an entry.":
                "def uses(param_ids, n):\n    return np.unique(param_ids[param_ids >= 0], return_counts=True)[1]",
            "the id -1 has an entry, and parameters that no connection uses have none. np.unique counts just what is there.":
                "def uses(param_ids, n):\n    return np.unique(param_ids, return_counts=True)[1]",
            "you counted the outputs that use a parameter. An output may use it for several inputs, and each connection "
            "counts.": "def uses(param_ids, n):\n    return np.array([(param_ids == k).any(axis=1).sum() for k in range(n)])",
            "you counted the inputs that meet a parameter. An input may meet it in several outputs, and each connection "
            "counts.": "def uses(param_ids, n):\n    return np.array([(param_ids == k).any(axis=0).sum() for k in range(n)])",
            "that says whether a parameter is used. Asked for is how often.":
                "def uses(param_ids, n):\n    return np.array([(param_ids == k).any() for k in range(n)])",
            "that is how many connections there are in all. Asked for is one number for each parameter.":
                "def uses(param_ids, n):\n    return (param_ids >= 0).sum()",
        })


def _layer_counts(rng):
    C, F, k, s = (int(rng.choice(v)) for v in ([2, 3, 4, 6], [8, 10, 12, 20], [3, 5, 7], [2, 3]))
    H = k + s * int(rng.integers(6, 12)) + 1                         # one row is left over: rounding matters
    W = k + s * int(rng.integers(13, 19))
    return Marked(
        name="layer_counts", points=3, stub="layer_counts = ...",
        text=f"A convolutional layer reads an image of {H} x {W} pixels with {C} channels. It has {F} filters with kernels "
             f"of {k} x {k}, stride {s}, no padding, and a bias for each filter. Answer with three whole numbers, "
             "`[parameters, outputs, multiply-adds]`. Biases are parameters, but adding one is no multiply-add.",
        solution=f"C, F, k, s, H, W = {C}, {F}, {k}, {s}, {H}, {W}\n"
                 "places = ((H - k) // s + 1) * ((W - k) // s + 1)\n"
                 "layer_counts = [F * (C * k * k + 1), F * places, F * places * C * k * k]",
        why="the parameters do not know how large the image is; outputs and multiply-adds do.",
        edits=(
            ("the biases are missing from the parameters: one for each filter.", "(C * k * k + 1)", "C * k * k"),
            ("you counted one bias for the whole layer. Each filter has its own.", "F * (C * k * k + 1)", "F * C * k * k + 1"),
            ("you counted the parameters once for each place. All places share them.", "[F * (", "[places * F * ("),
            ("your outputs are those of one filter. Every filter has an output at every place.",
             "F * places, F", "places, F"),
            ("you left out the stride: only every s-th window counts, down and across.", "// s + 1", "+ 1"),
            ("you rounded up. A window that would hang over the border does not count.",
             "((H - k) // s + 1)", "(-(-(H - k) // s) + 1)"),
            ("the first window is missing, down and across: (size - kernel) // stride + 1.", "// s + 1", "// s"),
            ("your multiply-adds are those of one channel. An output reads its window in all channels.",
             "places * C * k * k", "places * k * k"),
            ("you counted the biases among the multiply-adds. A bias is added, and multiplies nothing.",
             "places * C * k * k]", "places * (C * k * k + 1)]"),
        ))


def _three_layers(rng):
    n, C, F = int(rng.integers(30, 60)), int(rng.integers(2, 5)), int(rng.integers(5, 9))
    k, d = int(rng.integers(3, 6)), int(rng.integers(2, 5))
    return Marked(
        name="three_layers", points=3, stub="three_layers = ...",
        text=f"A signal has {C} channels of {n} samples each. A convolution reads windows of {k} samples that lie {d} apart "
             f"(dilation {d}: samples 0, {d}, {2 * d}, ...), with stride 1 and no padding, and makes {F} channels of it. "
             "How many weights, without biases, do three layers have that go from all these inputs to all these outputs: a "
             "dense layer, a local layer (the same windows, nothing shared), and this convolution? Answer "
             "`[dense, local, convolution]`.",
        solution=f"n, C, F, k, d = {n}, {C}, {F}, {k}, {d}\n"
                 "places = n - d * (k - 1)\n"
                 "three_layers = [C * n * F * places, places * F * C * k, F * C * k]",
        why="from dense to local connections are erased; from local to convolution the rest is shared.",
        edits=(
            ("your windows have no gaps. With dilation d a window spans d * (k - 1) + 1 samples, so fewer places fit.",
             "d * (k - 1)", "(k - 1)"),
            ("you counted the gaps of the window as weights. The window is wider, but it still has k weights.",
             "C * k", "C * (d * (k - 1) + 1)"),
            ("one place is missing: the span of the window is d * (k - 1) + 1, and n - span + 1 places fit.",
             "d * (k - 1)", "d * (k - 1) - 1"),
            ("your dense layer reads one channel. It has a weight for every input number, in all channels.",
             "[C * n *", "[n *"),
            ("your dense layer has an output for every input sample. It has the same outputs as the convolution.",
             "n * F * places,", "n * F * n,"),
            ("your local layer makes one channel. At every place it has a kernel for each channel that it makes.",
             "places * F * C * k,", "places * C * k,"),
            ("a filter reads all channels of its input: in the local layer and in the convolution the input channels are "
             "missing.", "F * C * k", "F * k"),
            ("the convolution's weights are shared by all places: do not count them once for each place.",
             ", F * C * k]", ", places * F * C * k]"),
            ("you counted a bias for each filter of the convolution. Asked for are the weights without biases.",
             ", F * C * k]", ", F * (C * k + 1)]"),
            ("the last two are exchanged: dense, local, convolution.",
             "places * F * C * k, F * C * k]", "F * C * k, places * F * C * k]"),
        ))


MATRIX = """def as_matrix(w, H, W):
    k_h, k_w = w.shape
    H_out, W_out = H - k_h + 1, W - k_w + 1
    M = np.zeros((H_out * W_out, H * W))
    for i, j in np.ndindex(H_out, W_out):
        for a, b in np.ndindex(k_h, k_w):
            M[i * W_out + j, (i + a) * W + j + b] = w[a, b]
    return M"""


def _image(k_h, k_w, H, W, rng):
    return rng.permutation(np.arange(1., k_h * k_w + 1)).reshape(k_h, k_w) + 0.5, H, W


def _any_image(rng):
    k = rng.integers(1, 4, size=2)
    return _image(*k, *(k + rng.integers(0, 3, size=2)).tolist(), rng)


def _as_matrix(rng):
    return Marked(
        name="as_matrix", points=4, stub="def as_matrix(w, H, W):\n    return ...",
        text="A kernel `w` of shape (k_h, k_w) slides over an image of H x W pixels: stride 1, no padding, no flip. Write "
             "`as_matrix(w, H, W)`: the matrix M for which `M @ image.ravel()` holds all outputs, as the dense layer would "
             "need it. Pixels and outputs both count row by row, as in `ravel()`.",
        example=_image(2, 2, 2, 3, rng), random_case=_any_image,
        cases=[_image(2, 3, 3, 5, rng), _image(2, 2, 4, 3, rng), _image(1, 2, 2, 3, rng), _image(3, 1, 4, 2, rng)],
        solution=MATRIX, why="most of it is zero, and the rest repeats: erased and shared.",
        edits=(
            ("the kernel is flipped. It slides as it is: entry (a, b) meets pixel (i + a, j + b).",
             "w[a, b]", "w[-1 - a, -1 - b]"),
            ("you counted the pixels column by column. ravel() counts row by row: pixel (r, c) is number r * W + c.",
             "(i + a) * W + j + b", "(j + b) * H + i + a"),
            ("you counted the outputs column by column. Output (i, j) is row i * W_out + j.",
             "i * W_out + j,", "j * H_out + i,"),
            ("you gave the image rows of W_out pixels. A row of the *image* has W pixels.",
             "(i + a) * W + j", "(i + a) * W_out + j"),
            ("that is the transpose: outputs are rows, pixels are columns.", "return M", "return M.T"),
            ("the rows of the kernel stand one right behind the other. In the image they lie W pixels apart.",
             "(i + a) * W + j + b", "i * W + j + a * k_w + b"),
            ("the window starts at the pixel that has the number of the output. Output (i, j) starts at pixel i * W + j.",
             "(i + a) * W + j + b", "i * W_out + j + a * W + b"),
            ("every output has the window of output (0, 0). The window moves with i and j.",
             "(i + a) * W + j + b", "a * W + b"),
        ))


def _which_grows(rng):
    m = int(rng.choice([2, 3, 4, 5]))
    return Marked(points=1, why=f"weights grow with both numbers of channels, {m} * {m} times; the places shrink as much.",
                  **choice(
        "which_grows", f"Deeper in a network a convolution has {m} times as many channels as the one before it, both in and "
        f"out, and its image is {m} times smaller, both in height and in width. The kernel size is the same, and padding "
        "keeps each layer's outputs as large as its inputs (products with the padding count like all others). Compared with "
        "the layer before, without biases, it has:",
        [(f"{m * m} times the weights, the same number of multiply-adds", ""),
         (f"{m} times the weights, the same number of multiply-adds",
          f"there is a kernel for each pair of channels, and both in and out grew {m} times."),
         (f"{m * m} times the weights, {m * m} times the multiply-adds",
          f"the weights are right. Each of them is used at {m * m} times fewer places."),
         (f"the same number of weights, {m * m} times fewer multiply-adds",
          "the weights do not depend on the image, but they do depend on the channels."),
         ("the same number of weights, the same number of multiply-adds",
          "what the channels gained the places lost: that is true of the multiply-adds alone.")], rng))


def _two_kernels(rng):
    k, half = int(rng.integers(2, 5)), int(rng.integers(2, 5))
    n_out, n_in = 2 * half, 2 * half + k - 1

    def facts(ids):
        expect_shape(ids, (n_out, n_in))
        if not np.isin(ids, np.arange(-1, n_out * n_in)).all():
            raise ValueError(f"ids are whole numbers from 0 to {n_out * n_in - 1}, and -1 where nothing is connected.")
        seen, times = ids >= 0, np.unique(ids[ids >= 0], return_counts=True)[1]
        return {"inputs of the output that reads the fewest": int(seen.sum(axis=1).min()),
                "inputs of the output that reads the most": int(seen.sum(axis=1).max()),
                "different parameters": len(times),
                "uses of the parameter that is used least": int(min(times, default=0)),
                "uses of the parameter that is used most": int(max(times, default=0)),
                "an output uses a parameter twice": any(len(set(row[row >= 0])) < (row >= 0).sum() for row in ids),
                "every input is read": bool(seen.any(axis=0).all())}

    table = (f"two_kernels = np.full(({n_out}, {n_in}), -1)\nfor i in range({n_out}):\n"
             f"    two_kernels[i, i:i + {k}] = i % 2 * {k} + np.arange({k})")
    return Marked(
        name="two_kernels", points=3, stub="two_kernels = ...", measure=facts,
        text=f"Write a table of ids for {n_out} outputs (rows) and {n_in} inputs (columns), -1 where nothing is connected, "
             f"that is neither local nor a convolution: every output reads exactly {k} inputs, there are exactly {2 * k} "
             f"different parameters, each is used exactly {half} times, no output uses a parameter twice, and every input "
             "is read by some output. There are many right answers; you may also compute one.",
        solution=table, why="outputs that take turns with two kernels do it: between local and convolution there is more.",
        edits=(
            ("all outputs have the same kernel: that is a convolution. There have to be twice as many parameters.",
             f"i % 2 * {k}", "0"),
            ("every output has a kernel of its own, and nothing is shared: that is a local layer.",
             f"i % 2 * {k}", f"i * {k}"),
            ("every output has the same window, so some inputs are never read.", f"i:i + {k}]", f":{k}]"),
            ("an output uses a parameter more than once. Within one output the parameters have to be different.",
             f"i % 2 * {k} + np.arange({k})", f"i % {2 * k}"),
        ),
        mistakes={
            "everything is connected, each with a parameter of its own: that is a dense layer.":
                f"two_kernels = np.arange({n_out * n_in}).reshape({n_out}, {n_in})",
            "nothing is connected at all. -1 means that there is no connection.":
                f"two_kernels = np.full(({n_out}, {n_in}), -1)",
        })


def questions(variant):
    """The questions of one variant, in order."""
    rng = np.random.default_rng([1, variant])
    asked = _ring_ids, _uses, _layer_counts, _three_layers, _as_matrix, _which_grows, _two_kernels
    return *(make(rng) for make in asked), Written(
        name="two_steps", points=3,
        text="From dense to local, and from local to convolution: two steps. In three to five sentences, with your numbers "
             "from `three_layers`: which step changes the number of connections, which only the number of parameters, and "
             "what can the layer no longer do after each?")
