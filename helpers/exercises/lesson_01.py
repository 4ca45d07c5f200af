"""Lesson 1, dense layers: the layer, its parameters, and a question, with their known mistakes."""
import numpy as np

from .engine import Exercise

_x = [np.array([[1., 2., -3.]]), np.array([[1., 0.], [2., 5.], [-1., 3.]]), np.array([[2., 1., 4.], [0., 3., 1.]])]
_W = [np.array([[2., 0., 1.], [7., 1., 3.], [4., -5., 6.]]), np.array([[1., 3.], [-2., 5.]]),
      np.array([[1., 2., 0.], [5., -1., 3.], [2., 2., 7.]])]
_b = [np.array([4., 1., -2.]), np.array([10., -20.]), np.array([.5, 3., -1.])]

layer = Exercise(
    name="layer",
    cases=list(zip(_x, _W, _b, strict=True)),
    hints=("Row n of the result is W @ x[n] + b.",
           "For all rows at once the pixels of an example must meet the weights of a neuron: x @ W.T."),
    solution="def layer(x, W, b):\n"
             "    return x @ W.T + b",
    mistakes={
        "the bias is missing. Each output i has a b[i] of its own; add it.":
            "def layer(x, W, b):\n    return x @ W.T",
        "you used the columns of W as neurons. Here each *row* of W is one neuron: x @ W.T, not x @ W.":
            "def layer(x, W, b):\n    return x @ W + b",
        "you subtracted the bias. It is added.":
            "def layer(x, W, b):\n    return x @ W.T - b",
        "you added the bias once for each input. A neuron adds it once, after its products.":
            "def layer(x, W, b):\n    return x @ W.T + x.shape[1] * b",
        "only the last example is in the result. Each example of the batch has a row of its own.":
            "def layer(x, W, b):\n    return W @ x[-1] + b",
        "only the first example is in the result. Is the return inside the loop?":
            "def layer(x, W, b):\n    return W @ x[0] + b",
        "there is a ReLU in it. A kink comes after the layer, it is not part of it.":
            "def layer(x, W, b):\n    return np.maximum(x @ W.T + b, 0)",
        "you averaged over the inputs. A neuron adds its products up and does not divide.":
            "def layer(x, W, b):\n    return x @ W.T / x.shape[1] + b",
        "you added up all outputs of an example. Each neuron keeps its own sum: (N, n_out) numbers.":
            "def layer(x, W, b):\n    return (x @ W.T + b).sum(axis=1)",
        "all examples of the batch were added up. Each example has a row of its own in the result.":
            "def layer(x, W, b):\n    return (x @ W.T + b).sum(axis=0)",
    })

count_dense = Exercise(
    name="count_dense",
    cases=[(3, 2), (64, 10), (5, 5), (1, 7)],
    hints=("Each of the n_out neurons has one weight for each input.", "And each neuron has one bias."),
    solution="def count_dense(n_in, n_out):\n"
             "    return n_in * n_out + n_out",
    mistakes={
        "the biases are missing: one for each output.":
            "def count_dense(n_in, n_out):\n    return n_in * n_out",
        "you added inputs and outputs. Every input is connected to *every* output: multiply.":
            "def count_dense(n_in, n_out):\n    return n_in + n_out",
        "you added inputs and outputs and then the biases. Every input is connected to *every* output: multiply.":
            "def count_dense(n_in, n_out):\n    return n_in + n_out + n_out",
        "you gave each *input* a bias. Biases belong to the outputs.":
            "def count_dense(n_in, n_out):\n    return n_in * n_out + n_in",
        "you gave the inputs a bias, too. Only outputs have one.":
            "def count_dense(n_in, n_out):\n    return n_in * n_out + n_in + n_out",
        "you counted one bias for the whole layer. Each output has its own.":
            "def count_dense(n_in, n_out):\n    return n_in * n_out + 1",
        "you gave each connection a bias. A neuron has one bias, however many inputs it has.":
            "def count_dense(n_in, n_out):\n    return 2 * n_in * n_out",
    })

neighbours = Exercise(
    name="neighbours",
    why="moving an object by one pixel makes it meet other columns of W. What was learned in one place is of "
        "no use in another.",
    hints=("Which column of W does a pixel meet?",
           "Think of an object that moves by one pixel: which weights meet its ink?"),
    solution="neighbours = 'C'",
    mistakes={
        "A: nothing ties the weights of neighbours together. The layer has never heard which pixels are neighbours.":
            "neighbours = 'A'",
        "B: W has one column for each of 28 * 28 pixels. A larger image has pixels without a weight: W @ x fails.":
            "neighbours = 'B'",
        "D: every output has a row of weights of its own; that is why ten outputs can name ten digits.":
            "neighbours = 'D'",
    })

ALL = {e.name: e for e in (layer, count_dense, neighbours)}
