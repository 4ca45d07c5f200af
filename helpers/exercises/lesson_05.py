"""Lesson 5, channels and strides: output size, the whole layer, its parameters, and a question, with known mistakes."""
import numpy as np

from .engine import Exercise

SIZE = "def out_size(n, k, s, p, d):\n    return "

out_size = Exercise(
    name="out_size",
    cases=[(9, 4, 2, 1, 1), (12, 3, 4, 2, 2), (7, 2, 3, 0, 3), (20, 5, 3, 1, 2), (11, 3, 2, 0, 1), (6, 3, 1, 2, 1)],
    hints=("Without stride: how many windows of span d * (k - 1) + 1 fit into n + 2 * p?",
           "With stride s only every s-th of them counts. // rounds down."),
    solution=SIZE + "(n + 2 * p - d * (k - 1) - 1) // s + 1",
    edits=(
        ("the + 1 at the end is missing: the first window counts, too.", " // s + 1", " // s"),
        ("padding lies on both sides: 2 * p.", "2 * p", "p"),
        ("you left out the dilation. A kernel with gaps spans d * (k - 1) + 1 pixels.", "d * (k - 1)", "(k - 1)"),
        ("you multiplied the whole kernel by d. There are k - 1 gaps: it spans d * (k - 1) + 1 pixels.",
         "d * (k - 1) - 1", "d * k"),
        ("you left out the stride: only every s-th window counts.", " // s + 1", " + 1"),
        ("the stride was applied twice.", "// s +", "// s // s +"),
        ("the last - 1 is missing: the kernel spans d * (k - 1) + 1 pixels, and all of them must fit.", " - 1) //", ") //"),
        ("you took the padding away. It makes the picture larger: n + 2 * p.", "n + 2", "n - 2"),
        ("the brackets are missing: the whole room, n + 2 * p - d * (k - 1) - 1, is divided by s.",
         "(n + 2 * p - d * (k - 1) - 1) // s", "n + 2 * p - d * (k - 1) - 1 // s"),
        ("padding is missing: the zeros around the picture make room for more windows.", " + 2 * p", ""),
    ),
    mistakes={
        "you rounded up. A window that does not fit is left out: round down.":
            SIZE + "-(-(n + 2 * p - d * (k - 1) - 1) // s) + 1",
        "you rounded to the nearest number. Half a window does not count: round down.":
            SIZE + "round((n + 2 * p - d * (k - 1) - 1) / s) + 1",
        "you did not round. The number of windows is a whole number: round down (//).":
            SIZE + "(n + 2 * p - d * (k - 1) - 1) / s + 1",
    })


def _case(C_in, H, W, C_out, k, s, seed):
    rng = np.random.default_rng(seed)
    return rng.integers(-4, 9, (C_in, H, W)).astype(float), rng.integers(-3, 6, (C_out, C_in, k, k)).astype(float), s


LAYER = """def conv_layer(x, w, s):
    C_out, C_in, k, _ = w.shape
    H_out, W_out = (x.shape[1] - k) // s + 1, (x.shape[2] - k) // s + 1
    y = np.zeros((C_out, H_out, W_out))
    for f in range(C_out):
        for i in range(H_out):
            for j in range(W_out):
                window = x[:, i * s:i * s + k, j * s:j * s + k]
                y[f, i, j] = (window * w[f]).sum()
    return y"""

conv_layer = Exercise(
    name="conv_layer",
    cases=[_case(1, 4, 3, 2, 2, 1, 4), _case(2, 5, 6, 3, 2, 2, 1), _case(3, 7, 6, 2, 3, 1, 2), _case(1, 8, 7, 2, 2, 3, 3)],
    hints=("Three loops: over filters f, rows i and columns j of the output.",
           "Output (i, j) sees x[:, i * s:i * s + k, j * s:j * s + k]: all channels.",
           "Multiply that window by w[f], channel by channel, and add everything up."),
    solution=LAYER,
    edits=(
        ("all windows start where stride 1 would put them. Output (i, j) starts at pixel (i * s, j * s).",
         "i * s:i * s + k, j * s:j * s + k", "i:i + k, j:j + k"),
        ("you flipped the kernels. They slide as they are.", "* w[f]", "* w[f][:, ::-1, ::-1]"),
        ("you turned rows of the kernels into columns.", "* w[f]", "* w[f].transpose(0, 2, 1)"),
        ("you took the mean of the products. Each output is their *sum*, over the channels, too.", ".sum()", ".mean()"),
        ("all feature maps come from the first filter. Output channel f has a filter of its own, w[f].",
         "* w[f]", "* w[0]"),
        ("you multiplied the window with all filters at once. Feature map f comes from w[f] alone.", "* w[f]", "* w"),
        ("@ is a matrix product: it mixes rows with columns. Entry by entry is *.", "* w[f]", "@ w[f]"),
        ("rows and columns have changed places: i goes down (axis 1 of x), j across (axis 2).",
         "i * s:i * s + k, j * s:j * s + k", "j * s:j * s + k, i * s:i * s + k"),
        ("only the first input channel was used. Add up the products of all channels.",
         "(window * w[f])", "(window[0] * w[f, 0])"),
    ),
    mistakes={
        "the channels were not added up: each filter gives *one* map, the sum over all input channels.":
            LAYER.replace("C_out, H_out, W_out))", "C_out, C_in, H_out, W_out))")
                 .replace("y[f, i, j]", "y[f, :, i, j]").replace(".sum()", ".sum(axis=(1, 2))"),
        "all filters were added up. Each has a feature map of its own, (C_out, H_out, W_out).":
            LAYER.replace("return y", "return y.sum(axis=0)"),
        "the stride is not used: of all windows only every s-th counts, down and across.":
            LAYER.replace(" // s + 1", " + 1").replace("i * s:i * s + k, j * s:j * s + k", "i:i + k, j:j + k"),
        "your i and j count pixels, but y counts places: pixel i is place i // s.":
            LAYER.replace("range(H_out)", "range(0, x.shape[1] - k + 1, s)")
                 .replace("range(W_out)", "range(0, x.shape[2] - k + 1, s)")
                 .replace("i * s:i * s + k, j * s:j * s + k", "i:i + k, j:j + k"),
        "the last row and the last column of places are missing: (size - k) // s + 1 fit.":
            LAYER.replace(" // s + 1", " // s"),
    })


def _count_case(rng):
    """Channels in and out that the groups divide."""
    groups, each_in, each_out, k = rng.integers(1, 6, size=4).tolist()
    return groups * each_in, groups * each_out, k, groups


CONV = "def count_conv(C_in, C_out, k, groups):\n    return "

count_conv = Exercise(
    name="count_conv",
    cases=[(3, 96, 11, 1), (4, 6, 3, 2), (8, 8, 5, 8), (6, 9, 2, 3)],
    random_case=_count_case,
    hints=("One filter has a k x k kernel for each channel that it sees, and one bias.",
           "With groups a filter sees C_in // groups channels.", "There are C_out filters."),
    solution=CONV + "C_out * (C_in // groups * k * k + 1)",
    edits=(
        ("the biases are missing: one for each filter.", "* k + 1)", "* k)"),
        ("the input channels are missing: a filter has a kernel for each channel that it sees.",
         "C_in // groups * ", ""),
        ("groups are missing: a filter sees only C_in // groups channels.", "C_in // groups", "C_in"),
        ("one side of the kernel is missing: it has k times k weights.", "k * k", "k"),
    ),
    mistakes={
        "you counted one bias for the whole layer. Each filter has its own.":
            CONV + "C_out * (C_in // groups * k * k) + 1",
        "you added the channels. Every filter has a kernel for every channel that it sees: multiply.":
            CONV + "(C_in // groups + C_out) * k * k + C_out",
        "you gave each *input* channel a bias. Biases belong to the filters.":
            CONV + "C_out * (C_in // groups * k * k) + C_in",
        "you gave each kernel a bias. A filter adds up its kernels' products and has one bias.":
            CONV + "C_out * (C_in // groups) * (k * k + 1)",
        "you multiplied by the groups. A filter sees fewer channels, C_in // groups: divide.":
            CONV + "C_out * (C_in * groups * k * k + 1)",
        "you divided the biases by the groups, too. There is one for each filter, whatever the groups.":
            CONV + "C_out * (C_in * k * k + 1) / groups",
        "you counted one bias for each group. There is one for each filter.":
            CONV + "C_out * (C_in // groups * k * k) + groups",
        "you divided the filters by the groups as well. There are C_out filters; each sees fewer channels.":
            CONV + "C_out // groups * (C_in // groups * k * k + 1)",
    })

shared_axis = Exercise(
    name="shared_axis",
    why="down a diagonal of the ids the place changes and the colour stays.",
    hints=("Look at the picture of two filters: where does a colour come back?",),
    solution="shared_axis = 'B'",
    mistakes={
        "A: a depth column is what *different* filters say at one place. Different filters have different colours.":
            "shared_axis = 'A'",
        "C: a filter has a kernel for each input channel; their products are added, their weights not shared.":
            "shared_axis = 'C'",
        "D: then all feature maps would be the same map. Filters do not share.": "shared_axis = 'D'",
    })

ALL = {e.name: e for e in (out_size, conv_layer, count_conv, shared_axis)}
