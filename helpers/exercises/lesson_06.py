"""Lesson 6, equivariance: the test on ids, the receptive field, invariance, and a question, with known mistakes."""
import numpy as np

from .engine import Exercise

_ring = np.array([[1, 2, -1, 0], [0, 1, 2, -1], [-1, 0, 1, 2], [2, -1, 0, 1]])
_banded = np.array([[1, 2, -1, -1], [0, 1, 2, -1], [-1, 0, 1, 2], [-1, -1, 0, 1]])
_columns = np.array([[0, 1, 2], [0, 1, 2], [0, 1, 2]])
_rows = np.array([[0, 0, 0], [1, 1, 1], [2, 2, 2]])
_other_way = np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1]])
_local = np.array([[0, 1, -1], [-1, 2, 3], [5, -1, 4]])
_one_colour = np.zeros((2, 2), dtype=int)
_two_rows = np.array([[0, 1, 2], [2, 0, 1], [0, 2, 1]])

SHIFTS = "def shifts(ids):\n    return "

shifts = Exercise(
    name="shifts",
    cases=[(ids,) for ids in (_local, _ring, _banded, _columns, _rows, _other_way, _one_colour, _two_rows)],
    hints=("np.roll(ids, (1, 1), axis=(0, 1)) moves every row down and every column to the right.",
           "Compare with np.array_equal."),
    solution=SHIFTS + "np.array_equal(np.roll(ids, (1, 1), axis=(0, 1)), ids)",
    edits=(
        ("you moved the outputs only. That asks whether all outputs are the same; equivariance moves the input along.",
         "(1, 1), axis=(0, 1)", "1, axis=0"),
        ("you moved the inputs only and kept the outputs. That asks for *invariance*; equivariance moves both.",
         "(1, 1), axis=(0, 1)", "1, axis=1"),
        ("inputs and outputs moved in opposite directions. They move together: the same sign for both.",
         "(1, 1)", "(1, -1)"),
    ),
    mistakes={
        "you compared two rows only. All rows must agree.":
            SHIFTS + "np.array_equal(np.roll(ids[0], 1), ids[1])",
        "you compared square by square. Asked for is one answer: do all of them agree?":
            SHIFTS + "np.roll(ids, (1, 1), axis=(0, 1)) == ids",
        "one square that agrees is enough for you. All of them must.":
            SHIFTS + "(np.roll(ids, (1, 1), axis=(0, 1)) == ids).any()",
        "you rolled the table as one long row. Roll rows and columns: axis=(0, 1).":
            SHIFTS + "np.array_equal(np.roll(ids, 1), ids)",
        "you looked only away from the border, where nothing goes round. On a ring the whole table must agree.":
            SHIFTS + "np.array_equal(ids[1:, 1:], ids[:-1, :-1])",
        "that is the opposite answer: True means that the ids stay the same.":
            SHIFTS + "not np.array_equal(np.roll(ids, (1, 1), axis=(0, 1)), ids)",
        "your answer is True for every layer. Compare the moved ids with the ids.": SHIFTS + "True",
        "your answer is False for every layer. np.array_equal compares the numbers; `is` and == do not.": SHIFTS + "False",
    })

def _two_maps(H, W, margin, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, H, W)).round(1)
    return a, b, margin


def _maps_case(rng):
    margin = int(rng.integers(1, 3))
    H, W = rng.integers(2 * margin + 1, 9, size=2)
    return _two_maps(H, W, margin, int(rng.integers(1000)))


inner_error = Exercise(
    name="inner_error",
    cases=[_two_maps(6, 7, 1, 1805), _two_maps(7, 5, 2, 337), _two_maps(8, 7, 2, 2123)],
    random_case=_maps_case,
    hints=("a[margin:-margin, margin:-margin] is the inside of a.", "np.abs(difference).max() is the largest difference."),
    solution="def inner_error(a, b, margin):\n    return np.abs((a - b)[margin:-margin, margin:-margin]).max()",
    edits=(
        ("the borders were compared as well. There the layer sees zeros in place of pixels, and no shift can be exact.",
         "[margin:-margin, margin:-margin]", ""),
        ("you left out the first rows and columns only. The border is on all four sides.",
         "[margin:-margin, margin:-margin]", "[margin:, margin:]"),
        ("you left out the last rows and columns only. The border is on all four sides.",
         "[margin:-margin, margin:-margin]", "[:-margin, :-margin]"),
        ("you added the differences up. Asked for is the largest.", ".max()", ".sum()"),
        ("you left out rows, but no columns.", "[margin:-margin, margin:-margin]", "[margin:-margin]"),
        ("you left out columns, but no rows.", "[margin:-margin, margin:-margin]", "[:, margin:-margin]"),
        ("the margin is not always 1: leave out `margin` rows and columns.", "margin:-margin, margin:-margin", "1:-1, 1:-1"),
        ("you took the mean of the differences. Asked for is the largest: one wrong pixel is enough.", ".max()", ".mean()"),
        ("the sign is still there, so a large negative difference goes unnoticed. Take np.abs first.", "np.abs", ""),
    ),
    mistakes={
        "you subtracted the two largest values. Subtract pixel by pixel first, then look for the largest.":
            "def inner_error(a, b, margin):\n    inside = np.s_[margin:-margin, margin:-margin]\n"
            "    return abs(a[inside].max() - b[inside].max())",
    })

FIELD = """def field(layers):
    sees, step = 1, 1
    for k, s in layers:
        sees += (k - 1) * step
        step *= s
    return sees"""

field = Exercise(
    name="field",
    cases=[([(3, 1), (3, 1)],), ([(3, 2), (3, 1)],), ([(5, 2), (2, 3), (4, 1)],), ([(7, 1)],),
           ([(2, 2), (2, 2), (3, 2)],)],
    hints=("With stride 1 each layer adds k - 1 pixels.",
           "After strides, neighbouring outputs lie further apart in the input: by the product of all strides so far.",
           "Start with sees = 1 and step = 1; for each layer sees += (k - 1) * step, then step *= s."),
    solution=FIELD,
    edits=(
        ("you left out the strides. After a stride of s, neighbours lie s pixels apart.", "* step", "* 1"),
        ("each layer adds k - 1 pixels, not k: neighbouring windows overlap.", "(k - 1)", "k"),
        ("a layer's stride was used too early. It spreads the layers *after* it, not its own kernel.",
         "(k - 1) * step", "(k - 1) * step * s"),
        ("strides multiply: after strides 2 and 3, neighbours are 6 pixels apart, not 5 or 3.",
         "step *= s", "step = s"),
        ("you added the strides. They multiply: each step of a layer spans all the strides below it.",
         "step *= s", "step += s"),
        ("you started from nothing. Without any layer an output sees one pixel: itself.",
         "sees, step = 1, 1", "sees, step = 0, 1"),
    ),
    mistakes={
        "you multiplied the kernels. Windows overlap: each layer *adds* k - 1 steps.":
            "def field(layers):\n    return int(np.prod([k for k, s in layers]))",
        "you added up the kernels. Each layer adds k - 1 steps to what one output sees.":
            "def field(layers):\n    return sum(k for k, s in layers)",
        "only the first layer is in it. Is the return inside the loop?":
            "def field(layers):\n    return layers[0][0]",
        "only the last layer is in it. Its inputs have receptive fields of their own.":
            "def field(layers):\n    return layers[-1][0]",
    })

_image = np.array([[1., 5., 2., 0.], [3., -1., 4., 2.], [0., 2., 8., -4.]])

ERROR = """def invariance_error(f, x):
    return np.abs(f(np.roll(x, 1, axis=1)) - f(x)).max()"""

invariance_error = Exercise(
    name="invariance_error",
    cases=[(lambda x: x[0, 0], _image), (lambda x: x[:, 1:] * 2, _image),
           (lambda x: x.max(axis=1) + x[:, 0], _image),
           (lambda x: x - np.roll(x, 1, axis=1), _image)],
    hints=("Work out f of the rolled image, and f of the image.", "np.abs(difference).max() is the largest difference."),
    solution=ERROR,
    edits=(
        ("you shifted the output as well. That tests *equivariance*; for invariance the output must stay.",
         "- f(x)", "- np.roll(f(x), 1, axis=-1 if np.ndim(f(x)) else None)"),
        ("the image moved the other way. To the right is np.roll(x, 1, axis=1).", "np.roll(x, 1,", "np.roll(x, -1,"),
        ("the image moved down. To the right is along axis=1.", "axis=1", "axis=0"),
        ("you took the mean of the differences. Asked for is the largest.", ".max()", ".mean()"),
        ("without an axis np.roll takes the image as one long row. To the right is along axis=1.", ", axis=1", ""),
        ("you added the differences up. Asked for is the largest.", ".max()", ".sum()"),
        ("you compared f of the rolled image with the image itself. Compare it with f of the image.", "- f(x)", "- x"),
        ("you left out f: you compared the images themselves.",
         "f(np.roll(x, 1, axis=1)) - f(x)", "np.roll(x, 1, axis=1) - x"),
    ),
    mistakes={
        "the sign is still there, so a large negative difference goes unnoticed. Take np.abs first.":
            ERROR.replace("np.abs(", "(").replace(").max()", ").max()"),
    })

stride_three = Exercise(
    name="stride_three",
    why="6 = 2 * 3: a shift by m times the stride moves the output by m. And 3 divides 12, so the ring closes.",
    hints=("With stride s the output moves by one when the input moves by s.",),
    solution="stride_three = 'B'",
    mistakes={
        "A: that is stride 1. With stride 3 there are only 4 outputs on the ring.": "stride_three = 'A'",
        "C: staying the same would be invariance. The output moves, only less.": "stride_three = 'C'",
        "D: that happens for shifts that 3 does not divide, such as 1 or 4.": "stride_three = 'D'",
    })

ALL = {e.name: e for e in (shifts, stride_three, inner_error, field, invariance_error)}
