"""Lesson 3, local layers: forward, count, backward, and a question, with their known mistakes."""
import numpy as np

from .engine import Exercise

_x = [np.array([1., 2., 4., 8., -3.]), np.array([3., -1., 0., 2.]), np.array([2., 7., 1., -8., 2., 5.])]
_w = [np.array([[1., 10., 0.], [2., -1., 3.], [5., 4., -2.]]), np.array([[1., 2.], [3., -5.], [7., 4.]]),
      np.array([[1., 0., 2., -1.], [3., 1., -4., 6.], [2., 5., 1., 9.]])]
_dy = [np.array([1., -2., 3.]), np.array([2., 0.5, -1.]), np.array([-1., 4., 2.])]

FORWARD = """def local_forward(x, w):
    places, k = w.shape
    y = np.zeros(places)
    for i in range(places):
        y[i] = (x[i:i + k] * w[i]).sum()
    return y"""

local_forward = Exercise(
    name="local_forward",
    cases=list(zip(_x, _w, strict=True)),
    hints=("With places, k = w.shape, place i sees x[i:i + k].", "Its output is x[i:i + k] @ w[i]: its own row of w."),
    solution=FORWARD,
    edits=(
        ("you used the first kernel at every place. In a local layer place i has its own, w[i].",
         "* w[i]", "* w[0]"),
        ("you took the mean of the products. Each output is their *sum*.", ".sum()", ".mean()"),
        ("you flipped the kernels. Weight a of a place meets input a of its window.", "* w[i]", "* w[i][::-1]"),
        ("every place looked at the first window. Place i begins at input i: x[i:i + k].", "x[i:i + k]", "x[:k]"),
        ("the result has a number for each input. There is one for each place: as many as rows of w.",
         "np.zeros(places)", "np.zeros(len(x))"),
        ("you added up the windows without the weights.", " * w[i]", ""),
    ),
    mistakes={
        "you added all places into one number. Each place keeps a sum of its own: y[i] = ...":
            "def local_forward(x, w):\n    k = w.shape[1]\n"
            "    return sum(x[i:i + k] @ w[i] for i in range(len(w)))",
        "you multiplied but did not add up: each place gives one number.":
            "def local_forward(x, w):\n    k = w.shape[1]\n"
            "    return np.array([x[i:i + k] * w[i] for i in range(len(w))])",
        "the last place is missing. There are as many places as rows of w.":
            "def local_forward(x, w):\n    k = w.shape[1]\n"
            "    return np.array([x[i:i + k] @ w[i] for i in range(len(w) - 1)])",
    })

COUNT = "def count_local(H_in, W_in, k_h, k_w):\n    return "
_places = "(H_in - k_h + 1) * (W_in - k_w + 1)"

count_local = Exercise(
    name="count_local",
    cases=[(28, 28, 3, 3), (11, 9, 5, 2), (6, 7, 1, 4)],
    hints=("How many windows fit? H_in - k_h + 1 down, and across likewise.",
           "Each has k_h * k_w weights of its own."),
    solution=COUNT + f"{_places} * k_h * k_w",
    mistakes={
        "one side of the kernel is missing: a window has k_h times k_w weights.": COUNT + f"{_places} * k_h",
        "you dropped the other side of the kernel: a window has k_h times k_w weights.": COUNT + f"{_places} * k_w",
        "you counted the windows, not their weights.": COUNT + _places,
        "you counted one kernel for all places. That would be sharing; here every place has its own.":
            COUNT + "k_h * k_w",
        "you gave every *pixel* a window. Windows that would hang over the border do not count.":
            COUNT + "H_in * W_in * k_h * k_w",
        "that is a dense layer: every place sees every pixel.": COUNT + f"H_in * W_in * {_places}",
        "one window in each direction is missing: H_in - k_h + 1 fit, not H_in - k_h.":
            COUNT + "(H_in - k_h) * (W_in - k_w) * k_h * k_w",
        "two windows in each direction are missing: it is H_in - k_h + 1, with a plus.":
            COUNT + "(H_in - k_h - 1) * (W_in - k_w - 1) * k_h * k_w",
        "you used the height of the kernel for both directions. Across, W_in - k_w + 1 windows fit.":
            COUNT + "(H_in - k_h + 1) * (W_in - k_h + 1) * k_h * k_w",
        "you wrote 3x3 windows into it. It should hold for windows of k_h x k_w.":
            COUNT + "(H_in - 2) * (W_in - 2) * 9",
        "you added the windows down and across. Every row of windows has as many as fit across: multiply.":
            COUNT + "(H_in - k_h + 1 + W_in - k_w + 1) * k_h * k_w",
        "you laid the windows side by side. They overlap: each starts one pixel further.":
            COUNT + "(H_in // k_h) * (W_in // k_w) * k_h * k_w",
        "you counted a bias for each place. This layer has none.": COUNT + f"{_places} * (k_h * k_w + 1)",
    })

BACKWARD = """def local_backward(dy, x, w):
    places, k = w.shape
    dw, dx = np.zeros(w.shape), np.zeros(x.shape)
    for i in range(places):
        dw[i] = dy[i] * x[i:i + k]
        dx[i:i + k] += dy[i] * w[i]
    return dw, dx"""

local_backward = Exercise(
    name="local_backward",
    cases=list(zip(_dy, _x, _w, strict=True)),
    hints=("dw has the shape of w, dx the shape of x. Start both at zeros and go through the places.",
           "Place i saw x[i:i + k] and got dy[i] back: dw[i] = dy[i] * x[i:i + k].",
           "And it sends dy[i] * w[i] back to x[i:i + k]. Windows overlap, so add."),
    solution=BACKWARD,
    edits=(
        ("in dx only the last window that saw an input is left (=). Add up what comes back through all of them (+=).",
         "+=", "="),
        ("in dw you added the gradients of all places together. Each place has weights, and a gradient, of its own.",
         "dw[i] = dy[i]", "dw[:] += dy[i]"),
        ("in dw you left out dy. Each place's window counts as much as its dy says.", "= dy[i] * x", "= x"),
        ("in dx you left out the weights. What comes back is dy times the weight it went through.",
         "+= dy[i] * w[i]", "+= dy[i]"),
        ("in dx you used one place's kernel for all. Place i sends back through its own, w[i].", "* w[i]", "* w[0]"),
        ("in dx you flipped the kernels. The way back goes through the same weights as the way there.",
         "* w[i]", "* w[i][::-1]"),
        ("in dw every place saw the first window. Place i saw x[i:i + k].", "* x[i:i + k]", "* x[:k]"),
        ("in dx each place sends back to one input only. It sends dy[i] * w[i, a] back to every input of its window.",
         "dx[i:i + k] += dy[i] * w[i]", "dx[i] += (dy[i] * w[i]).sum()"),
        ("dx is missing: give back both, dw and dx.", "return dw, dx", "return dw"),
        ("x and w have changed places: dw is dy times the input, dx is dy times the weight.",
         "dw[i] = dy[i] * x[i:i + k]\n        dx[i:i + k] += dy[i] * w[i]",
         "dw[i] = dy[i] * w[i]\n        dx[i:i + k] += dy[i] * x[i:i + k]"),
        ("dw and dx are in the other order: give back dw first, then dx.", "return dw, dx", "return dx, dw"),
        ("you divided by the number of places. Gradients add up; nothing is averaged.",
         "return dw, dx", "return dw / places, dx / places"),
    ))

small_kernel = Exercise(
    name="small_kernel",
    why="small means local; shared means the *same* numbers at every place. They are two separate choices.",
    hints=("Which layer of this lesson has small kernels? How often does it use each weight?",),
    solution="small_kernel = 'B'",
    mistakes={
        "A: in the layer of this lesson each weight is used once, and its kernels are small.": "small_kernel = 'A'",
        "C: one kernel has few weights, but every place has its own: 6,084 numbers, all free.": "small_kernel = 'C'",
        "D: it can; the next lesson does it. It just does not follow from being small.": "small_kernel = 'D'",
    })

ALL = {e.name: e for e in (local_forward, count_local, local_backward, small_kernel)}
