"""What a layer costs, counted from its shape alone, and the table of the course.

    *_counts           connections, parameters and multiply-adds of one layer, for one example
    count_parameters   of all layers together
    row, table         the table of the course: one row a layer, from its ids or from its counts

A bias is a connection, from an input that is always 1, but no multiply-add. A window that hangs over the border has
no connections to the padding. So the numbers are those of the layer's ids, and no ids are built to count them.
"""
import math
from typing import NamedTuple

import numpy as np

from .equivariance import equivariant_to
from .ids import Counts, counts
from .shapes import channels, output_size, per_axis, sizes, whole
from .tables import Table


def dense_counts(n_in, n_out, bias=True):
    """n_out * n_in weights, each used once, and n_out biases. Taught in lesson 01.

    >>> dense_counts(100 * 100, 1000)
    Counts(connections=10001000, parameters=10001000, multiply_adds=10000000)
    """
    n_in, n_out = whole("n_in", n_in, 1), whole("n_out", n_out, 1)
    n = n_in * n_out
    return _with_biases(n, n, n_out, n_out, bias)


def conv_counts(in_shape, C_out, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
    """C_out * (C_in / groups) * k_h * k_w weights, shared by all places, and C_out biases. Taught in lesson 05.

    in_shape  (C_in, H_in, W_in) or (C_in, L_in);  kernel_size, stride, padding, dilation  one number, or one an axis
    Errors    ValueError "groups is 2; it must divide C_in = 3 and C_out = 4"
    Second road  counts(conv2d_ids(...)), and torch's own count; test_counting.py compares them on random shapes

    >>> conv_counts((3, 227, 227), 96, 11, stride=4).parameters
    34944
    """
    C_in, *sides = sizes("in_shape", in_shape, 2)
    C_in, C_out, groups = channels(C_in, C_out, groups)
    options = dict(kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation)
    places, kernel, meetings = _windows(sides, **options)
    kernels = C_out * C_in // groups
    return _with_biases(kernels * meetings, kernels * kernel, C_out * places, C_out, bias)


def local_counts(in_shape, C_out, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
    """As `conv_counts`, but every place owns its weights, used once, and its biases. Taught in lessons 03 and 05.

    A weight that could only meet padding is not there.

    >>> local_counts((3, 227, 227), 96, 11, stride=4).parameters
    105705600
    """
    shared = conv_counts(in_shape, C_out, kernel_size, stride, padding, dilation, groups, bias)
    return Counts(shared.connections, shared.connections, shared.multiply_adds)


def pool_counts(in_shape, kernel_size, stride=None, trainable=False):
    """Pooling without padding: no parameters. stride None: the kernel's size. Taught in lesson 06.

    trainable  LeNet-5's S2 and S4: the sum over the window times one coefficient, plus one bias, for each channel
    Source     LeCun et al. 1998, "Gradient-based learning applied to document recognition", section II.B

    >>> pool_counts((6, 28, 28), 2, trainable=True)
    Counts(connections=5880, parameters=12, multiply_adds=4704)
    """
    C, *sides = sizes("in_shape", in_shape, 2)
    stride = kernel_size if stride is None else stride
    places, kernel, _ = _windows(sides, kernel_size=kernel_size, stride=stride, padding=0, dilation=1)
    n = C * places * kernel
    return _with_biases(n, C, C * places, C, True) if trainable else Counts(n, 0, 0)


def table_counts(connection_table, in_shape, kernel_size, stride=1, padding=0, bias=True):
    """A convolution in which filter f sees channel c only where connection_table[f, c]. Taught in lesson 08.

    >>> table_counts(np.array([[True, False], [True, True]]), (2, 14, 14), 5)
    Counts(connections=7700, parameters=77, multiply_adds=7500)
    """
    C_in, *sides = sizes("in_shape", in_shape, 2)
    if (shape := np.shape(connection_table))[1:] != (C_in,):
        raise ValueError(f"connection_table has shape {shape}; expected (C_out, {C_in}), a column for each channel")
    places, kernel, meetings = _windows(sides, kernel_size=kernel_size, stride=stride, padding=padding, dilation=1)
    kernels = int(np.count_nonzero(connection_table))
    C_out = len(connection_table)
    return _with_biases(kernels * meetings, kernels * kernel, C_out * places, C_out, bias)


def recurrent_counts(n_x, n_h, T=1, gates=1, biases=2):
    """A layer over T steps: gates * n_h * (n_x + n_h) weights and gates * n_h * biases biases, shared by all steps.

    Taught in lessons 10 and 12.
    gates   1 for an RNN, 3 for a GRU, 4 for an LSTM (its three gates and the candidate)
    biases  2 as in torch, one for x and one for h; 1 or 0.  Only matrix products count as multiply-adds.

    >>> recurrent_counts(3, 4, T=10).parameters, recurrent_counts(3, 4, T=99, gates=4).parameters
    (36, 144)
    """
    n_x, n_h, T, gates = whole("n_x", n_x, 1), whole("n_h", n_h, 1), whole("T", T, 1), whole("gates", gates, 1)
    weights, b = gates * n_h * (n_x + n_h), gates * n_h * whole("biases", biases, 0)
    return Counts(T * (weights + b), weights + b, T * weights)


def embedding_counts(n_tokens, n_features, T=1):
    """A row of n_features for every token: a dense layer on one-hot inputs, shared by T places, and only looked up.

    >>> embedding_counts(38, 16, T=10)
    Counts(connections=6080, parameters=608, multiply_adds=0)
    """
    n = whole("n_tokens", n_tokens, 1) * whole("n_features", n_features, 1)
    return Counts(n * whole("T", T, 1), n, 0)


def count_parameters(layers):
    """The parameters of a net: those of its layers, added up. layers: a list of counts, or a dict of them by name.

    >>> count_parameters([dense_counts(784, 10), conv_counts((1, 28, 28), 8, 3)])
    7930
    """
    return total(layers).parameters


def total(layers):
    """Connections, parameters and multiply-adds of a net: those of its layers, added up.

    >>> total({"S2": pool_counts((6, 28, 28), 2), "F6": dense_counts(120, 84)})
    Counts(connections=14868, parameters=10164, multiply_adds=10080)
    """
    layers = list(layers.values() if isinstance(layers, dict) else layers)
    for layer in layers:
        if not isinstance(layer, Counts):
            raise TypeError(f"layers holds {layer!r}; expected Counts, such as dense_counts(784, 10)")
    return Counts(*(sum(column) for column in zip(*layers, strict=True))) if layers else Counts(0, 0, 0)


class Row(NamedTuple):
    """A row of the table of the course."""
    layer: str
    connections: int
    parameters: int
    uses_per_parameter: object
    multiply_adds: int
    equivariant_to: str


def row(name, layer, equivariant=None, out_shape=None, in_shape=None, stride=1):
    """A row of the table of the course.

    layer        param_ids, or Counts for a layer too big for ids
    equivariant  words for the last column; None: found from the ids if out_shape and in_shape are given, else "?"
    out_shape, in_shape, stride  as for `shift_equivariance`: (C_out, H_out, W_out), (C_in, H_in, W_in)

    >>> row("dense", np.arange(6).reshape(2, 3)).parameters
    6
    """
    if equivariant is None and out_shape is not None and not isinstance(layer, Counts):
        equivariant = equivariant_to(layer, out_shape, in_shape, stride)
    layer = layer if isinstance(layer, Counts) else counts(layer)
    uses = layer.uses if layer.parameters else "none"
    return Row(name, layer.connections, layer.parameters, uses, layer.multiply_adds, equivariant or "?")


def table(*rows, caption="What a layer costs, for one example"):
    """The table of the course: text in a terminal, HTML in a notebook.

    >>> table(row("dense", dense_counts(784, 676, bias=False), "nothing"))
    layer  connections  parameters  uses per parameter  multiply-adds  equivariant to
    dense      529,984     529,984                   1        529,984  nothing
    """
    columns = ("layer", "connections", "parameters", "uses per parameter", "multiply-adds", "equivariant to")
    return Table(caption, columns, rows)


def _windows(sides, **options):
    """Places, numbers in a kernel, and how often a kernel's number meets a pixel over all places."""
    axes = zip(sides, *(per_axis(name, value, len(sides), int(name != "padding")) for name, value in options.items()),
               strict=True)
    places, kernel, meetings = zip(*(_windows_along(*axis) for axis in axes), strict=True)
    return math.prod(places), math.prod(kernel), math.prod(meetings)


def _windows_along(n_in, kernel_size, stride, padding, dilation):
    n_out = output_size(n_in, kernel_size, stride, padding, dilation)
    i, t = np.ogrid[:n_out, :kernel_size]
    pixel = i * stride - padding + t * dilation
    return n_out, int(kernel_size), int(((0 <= pixel) & (pixel < n_in)).sum())


def _with_biases(connections, weights, n_biased, n_biases, bias):
    return Counts(connections + bool(bias) * n_biased, weights + bool(bias) * n_biases, connections)
