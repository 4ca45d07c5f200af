"""Lesson 4, convolution: slide a kernel, build its matrix, count it, and a question, with their known mistakes."""
import numpy as np

from .engine import Exercise

_x = [np.array([[1., 2., 4., 8.], [0., 3., -1., 5.], [7., 2., 6., 1.], [2., 9., -4., 3.]]),
      np.array([[3., -1., 2., 5., 1.], [0., 4., 1., -2., 6.], [2., 8., 1., 3., -5.]]),
      np.array([[1., 5., -2.], [4., 0., 3.], [2., 7., 1.], [-3., 6., 2.], [8., 1., 4.]])]
_w = [np.array([[1., 10.], [-2., 3.]]), np.array([[1., 2., 0.], [5., -1., 3.]]),
      np.array([[2.5, 0.], [1., -3.], [4., 7.]])]

SLIDE = """def slide(x, w):
    H_k, W_k = w.shape
    y = np.zeros((x.shape[0] - H_k + 1, x.shape[1] - W_k + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = (x[i:i + H_k, j:j + W_k] * w).sum()
    return y"""

slide = Exercise(
    name="slide",
    cases=list(zip(_x, _w, strict=True)),
    hints=("The window that starts at (i, j) is x[i:i + H_k, j:j + W_k], with H_k, W_k = w.shape.",
           "There are x.shape[0] - H_k + 1 places down and x.shape[1] - W_k + 1 across.",
           "Output (i, j) is the sum of window * w."),
    solution=SLIDE,
    edits=(
        ("you flipped the kernel. That is a true convolution; here, as in deep learning, w slides as it is.",
         "* w)", "* w[::-1, ::-1])"),
        ("you turned rows of the kernel into columns (w.T). The kernel slides as it is.",
         "def slide(x, w):", "def slide(x, w):\n    w = w.T"),
        ("you took the mean of the products. Each output is their *sum*.",
         ".sum()", ".mean()"),
        ("you added up the windows without the kernel. Multiply each window by w first.",
         " * w)", ")"),
        ("@ is a matrix product: it mixes the rows of the window with the columns of w. Entry by entry is *.",
         "* w)", "@ w)"),
        ("you padded the image with zeros, so the output is as large as the image. Only windows that fit count.",
         "    y = ", "    x = np.pad(x, (((H_k - 1) // 2, H_k // 2), ((W_k - 1) // 2, W_k // 2)))\n    y = "),
    ),
    mistakes={
        "you multiplied but did not add up: each place gives one number.":
            SLIDE.replace("+ 1))", "+ 1, H_k, W_k))").replace(".sum()", ""),
        "the last row and the last column of places are missing: there are size - kernel + 1 places, not size"
        " - kernel.":
            SLIDE.replace("- H_k + 1", "- H_k").replace("- W_k + 1", "- W_k"),
        "your window jumps by its own size. Neighbouring windows overlap: move on by one pixel.":
            "def slide(x, w):\n    H_k, W_k = w.shape\n"
            "    return np.array([[(x[i:i + H_k, j:j + W_k] * w).sum()\n"
            "                      for j in range(0, x.shape[1] - W_k + 1, W_k)]\n"
            "                     for i in range(0, x.shape[0] - H_k + 1, H_k)])",
    })

_rows = [(np.array([1., 10., 100.]), 6), (np.array([2., -1.]), 4), (np.array([3., 0., 1., 5.]), 7)]

MATRIX = """def conv_matrix(w, n_in):
    k = len(w)
    n_out = n_in - k + 1
    W = np.zeros((n_out, n_in))
    for i in range(n_out):
        W[i, i:i + k] = w
    return W"""

conv_matrix = Exercise(
    name="conv_matrix",
    cases=_rows,
    hints=("One row for each place: n_in - len(w) + 1 rows, n_in columns, zeros everywhere.",
           "Row i holds the kernel, starting at column i."),
    solution=MATRIX,
    edits=(
        ("the kernel stands in the rows the wrong way round. Row i reads w[0], w[1], ... from column i on.",
         "= w", "= w[::-1]"),
        ("that is the transpose: rows are outputs (places), columns are inputs.",
         "return W", "return W.T"),
        ("the last place is missing: there are n_in - len(w) + 1 rows.",
         "n_in - k + 1", "n_in - k"),
        ("every row holds the kernel at the same columns. It moves on by one column a row.",
         "i:i + k", ":k"),
        ("your matrix holds ids, not weights. Put the numbers of w where the ids stand.",
         "= w", "= np.arange(k)"),
    ),
    mistakes={
        "your kernel runs over the right edge and comes back on the left. Stop where the last window still fits.":
            "def conv_matrix(w, n_in):\n"
            "    return np.array([np.roll(np.r_[w, np.zeros(n_in - len(w))], i) for i in range(n_in)])",
        "each row starts a whole kernel further on. Neighbouring windows overlap: move on by one column.":
            "def conv_matrix(w, n_in):\n    k = len(w)\n    W = np.zeros((n_in // k, n_in))\n"
            "    for i in range(n_in // k):\n        W[i, i * k:i * k + k] = w\n    return W",
    })

same_flipped = Exercise(
    name="same_flipped",
    why="1, 2, 1 reads the same from both ends. Test code with lopsided kernels, or a wrong flip goes unnoticed.",
    hints=("Convolution flips the kernel. Which of the four reads the same backwards?",),
    solution="same_flipped = 'B'",
    mistakes={
        "A: flipped it reads 3, 2, 1, which is another kernel.": "same_flipped = 'A'",
        "C: flipped it reads 1, 0, -1. Every edge comes out with the opposite sign.": "same_flipped = 'C'",
        "D: flipped it reads 0, 1, 1. The feature map moves by one place.": "same_flipped = 'D'",
    })

COUNT = "def count_kernel(k_h, k_w, H_in, W_in):\n    return "
_places = "(H_in - k_h + 1) * (W_in - k_w + 1)"

count_kernel = Exercise(
    name="count_kernel",
    cases=[(3, 3, 28, 28), (5, 2, 11, 9), (1, 4, 6, 7)],
    hints=("How many numbers are in the kernel? Does it matter how often it is used?",
           "And one bias, shared by all places."),
    solution=COUNT + "k_h * k_w + 1",
    mistakes={
        "the bias is missing. It is one number, shared by all places.": COUNT + "k_h * k_w",
        "you counted the kernel once for each place. It is *shared*: count it once.":
            COUNT + f"k_h * k_w * {_places} + 1",
        "you gave each place a bias of its own. The bias is shared like the kernel.": COUNT + f"k_h * k_w + {_places}",
        "nothing is shared in your count: a kernel and a bias for each place is the local layer.":
            COUNT + f"(k_h * k_w + 1) * {_places}",
        "that is a dense layer: a weight from every pixel to every place.":
            COUNT + f"H_in * W_in * {_places} + {_places}",
        "one side of the kernel is missing: it has k_h times k_w weights.": COUNT + "k_h + 1",
        "you added the sides of the kernel. It has k_h times k_w weights.": COUNT + "k_h + k_w + 1",
    })

ALL = {e.name: e for e in (slide, conv_matrix, same_flipped, count_kernel)}
