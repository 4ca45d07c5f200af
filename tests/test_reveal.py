"""Torch's own layers show the ids that the builders make; layers without ids are refused with a reason."""
import copy
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from layers import BOTH, options_1d, options_2d, theta_for, torch_conv

from helpers.patterns import LENET_C3, bias_ids, conv_bias_ids, table_ids, transpose_ids, with_bias
from helpers.reveal import numpy_function, reveal
from helpers.shapes import output_size
from helpers.sharing import conv1d_ids, conv2d_ids, dense_ids

MANY = settings(max_examples=200, deadline=None)


def biased(ids, C_out, n_weights):
    return with_bias(ids, conv_bias_ids(C_out, len(ids) // C_out), n_weights)


@MANY
@given(options_1d(), BOTH)
def test_conv1d_shows_conv1d_ids(o, bias):
    """Stride, padding, zeros or ring, dilation, groups; with biases one column more."""
    layer, ids = torch_conv(1, o), conv1d_ids(**o)
    if bias:
        layer.bias, ids = torch.nn.Parameter(torch.zeros(o["C_out"])), biased(ids, o["C_out"], layer.weight.numel())
    assert np.array_equal(reveal(layer, (o["C_in"], o["n_in"])), ids)


@MANY
@given(options_2d(), BOTH)
def test_conv2d_shows_conv2d_ids(o, bias):
    layer, ids = torch_conv(2, o), conv2d_ids(**o)
    if bias:
        layer.bias, ids = torch.nn.Parameter(torch.zeros(o["C_out"])), biased(ids, o["C_out"], layer.weight.numel())
    assert np.array_equal(reveal(layer, (o["C_in"], o["H_in"], o["W_in"])), ids)


@MANY
@given(st.integers(1, 7), st.integers(1, 7), BOTH)
def test_linear_shows_dense_ids(n_in, n_out, bias):
    ids = dense_ids(n_in, n_out)
    ids = with_bias(ids, bias_ids(n_out)) if bias else ids
    assert np.array_equal(reveal(torch.nn.Linear(n_in, n_out, bias=bias), (n_in,)), ids)


@MANY
@given(options_2d(circular=st.just(False)))
def test_a_transposed_convolution_shows_the_transposed_ids(o):
    ids = transpose_ids(conv2d_ids(**o))
    k, s, p, d = (o[name] for name in ("kernel_size", "stride", "padding", "dilation"))
    lost = [(n + 2 * p[a] - d[a] * (k[a] - 1) - 1) % s[a] for a, n in enumerate((o["H_in"], o["W_in"]))]
    places = [output_size(n, k[a], s[a], p[a], d[a]) for a, n in enumerate((o["H_in"], o["W_in"]))]
    layer = torch.nn.ConvTranspose2d(o["C_out"], o["C_in"], k, s, p, lost, o["groups"], bias=False, dilation=d)
    assert np.array_equal(reveal(layer, (o["C_out"], *places)), ids)


def test_small_layers_are_revealed_as_worked_out_by_hand():
    assert reveal(torch.nn.Conv1d(1, 1, 2), (1, 3)).tolist() == [[0, 1, -1, 2], [-1, 0, 1, 2]]
    assert reveal(torch.nn.ConvTranspose1d(1, 1, 2, bias=False), (1, 2)).tolist() == [[0, -1], [1, 0], [-1, 1]]
    depthwise = torch.nn.Conv2d(2, 2, 1, groups=2, bias=False)
    assert reveal(depthwise, (2, 1, 1)).tolist() == [[0, -1], [-1, 1]]


def test_a_layer_of_ones_own_shows_its_table():
    """LeNet-5's third layer, written with one small convolution a filter."""
    class Table(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.filters = torch.nn.ModuleList(torch.nn.Conv2d(int(row.sum()), 1, 3, bias=False) for row in LENET_C3)

        def forward(self, x):
            rows = torch.from_numpy(LENET_C3.copy())
            return torch.cat([conv(x[:, row]) for conv, row in zip(self.filters, rows, strict=True)], 1)

    assert np.array_equal(reveal(Table(), (6, 4, 5)), table_ids(LENET_C3, 4, 5, 3))


def test_layers_that_only_move_numbers_may_come_before_and_after():
    net = torch.nn.Sequential(torch.nn.ZeroPad2d(1), torch.nn.Conv2d(1, 1, 3, bias=False), torch.nn.Flatten())
    assert np.array_equal(reveal(net, (1, 4, 4)), conv2d_ids(4, 4, 3, padding=1))


def test_a_layer_used_twice_shows_the_same_ids_twice():
    """A siamese net: both halves of the input go through one layer."""
    class Twice(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = torch.nn.Linear(2, 1, bias=False)

        def forward(self, x):
            return self.net(x.reshape(len(x), 2, 2)).reshape(len(x), 2)

    assert reveal(Twice(), (4,)).tolist() == [[0, 1, -1, -1], [-1, -1, 0, 1]]


def test_the_layer_keeps_its_weights_mode_type_and_gradient():
    layer = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Dropout(0.5))
    layer[0].weight.grad = torch.ones_like(layer[0].weight)
    layer[0].bias.requires_grad_(False)
    before, state = copy.deepcopy(layer.state_dict()), torch.get_rng_state()
    first = reveal(layer, (1, 4, 4))
    assert np.array_equal(first, reveal(layer, (1, 4, 4)))
    assert all(torch.equal(value, layer.state_dict()[name]) for name, value in before.items())
    assert layer.training and layer[0].weight.dtype == torch.float32 and torch.equal(state, torch.get_rng_state())
    assert (layer[0].weight.grad == 1).all() and not layer[0].bias.requires_grad and torch.is_grad_enabled()


class Many(torch.nn.Module):
    """2 ** 24 + 3 parameters, of which the last two are in use."""

    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(2 ** 24 + 3))

    def forward(self, x):
        return x * self.w[-2:]


@pytest.mark.slow
def test_ids_stay_exact_where_float32_cannot_tell_neighbours_apart():
    assert np.float32(2 ** 24) == np.float32(2 ** 24 + 1)
    assert reveal(Many(), (2,)).tolist() == [[2 ** 24 + 1, -1], [-1, 2 ** 24 + 2]]


class BiasFirst(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.b, self.w = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return self.b + self.w * x


def test_a_bias_may_be_parameter_zero():
    assert reveal(BiasFirst(), (1,)).tolist() == [[1, 0]]


@pytest.mark.parametrize("layer", [torch.nn.AvgPool2d(2), torch.nn.MaxPool2d(2), torch.nn.Flatten()], ids=str)
def test_a_layer_without_parameters_has_no_ids(layer):
    with pytest.raises(ValueError) as caught:
        reveal(layer, (1, 4, 4))
    assert str(caught.value) == f"{layer} has no parameters, so its connections have no ids"


def test_numpy_function_says_what_it_was_given():
    with pytest.raises(ValueError, match=r"in_shape is \(5,\); Linear\("):
        numpy_function(torch.nn.Linear(2, 1))(np.ones((1, 5)))


def test_numpy_function_gives_the_layers_numbers_in_float64():
    layer, x = torch.nn.Conv1d(2, 3, 3), theta_for(2 * 2 * 7).reshape(2, 2, 7)
    y = numpy_function(layer)(x)
    wanted = copy.deepcopy(layer).double()(torch.from_numpy(x)).detach().numpy()
    assert y.dtype == np.float64 and np.array_equal(y, wanted)


def test_numpy_function_keeps_the_layer_as_it_was():
    layer = torch.nn.Linear(2, 1, bias=False)
    f, x = numpy_function(layer), np.ones((1, 2))
    before = f(x)
    with torch.no_grad():
        layer.weight += 1
    assert np.array_equal(f(x), before)


class Nan(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.ones(1))

    def forward(self, x):
        return torch.log(-1 - self.w ** 2) * x


NN = torch.nn
BAD = [
    (lambda: reveal("conv", (1, 4)), TypeError, "layer is 'conv'; expected a torch layer"),
    (lambda: reveal(NN.AvgPool1d(2), (1, 4)), ValueError, "AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,)) has"),
    (lambda: reveal(NN.Conv1d(1, 1, 3), 4), TypeError, "in_shape is 4; expected a shape"),
    (lambda: reveal(NN.Conv1d(1, 1, 3), (1, 0)), ValueError, "in_shape is 0; expected a whole"),
    (lambda: reveal(NN.Conv1d(1, 1, 3), (2, 5)), ValueError, "in_shape is (2, 5); Conv1d(1, 1, kernel_size"),
    (lambda: reveal(NN.Conv1d(1, 1, 3), (1, 2)), ValueError, "in_shape is (1, 2); Conv1d("),
    (lambda: reveal(NN.Embedding(3, 2), (3,)), ValueError, "in_shape is (3,); Embedding(3, 2) does not take it"),
    (lambda: reveal(NN.RNN(2, 3), (4, 2)), TypeError, "RNN(2, 3) gives a tuple; expected a layer"),
    (lambda: reveal(NN.Conv1d(1, 1, 3, padding=1, padding_mode="reflect"), (1, 4)), ValueError, "Conv1d("),
    (lambda: reveal(NN.Conv1d(1, 1, 3, padding=1, padding_mode="replicate"), (1, 4)), ValueError, "Conv1d("),
    (lambda: reveal(NN.Sequential(NN.Linear(2, 3), NN.Linear(3, 1)), (2,)), ValueError, "Sequential("),
    (lambda: reveal(NN.Sequential(NN.Linear(2, 3), NN.ReLU()), (2,)), ValueError, "Sequential("),
    (lambda: reveal(NN.Sequential(NN.Linear(2, 3), NN.Tanh()), (2,)), ValueError, "Sequential("),
    (lambda: reveal(NN.Sequential(NN.MaxPool1d(2), NN.Linear(2, 1)), (1, 4)), ValueError, "Sequential("),
    (lambda: reveal(NN.LayerNorm(3), (3,)), ValueError, "LayerNorm("),
    (lambda: reveal(Nan(), (3,)), ValueError, "Nan() has a connection that is not one parameter"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[f"{k} {m[:40]}" for k, (*_, m) in enumerate(BAD)])
def test_what_has_no_ids_is_refused_with_a_reason(call, error, message):
    with pytest.raises(error) as caught:
        call()
    text = str(caught.value)
    assert text.startswith(message)
    assert re.search("expected|does not take it|no parameters|has no ids|not linear", text)


class Cubes(torch.nn.Module):
    """Right on every one-hot input, and still not linear."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 2)

    def forward(self, x):
        return self.layer(x ** 3)


def test_one_hot_inputs_alone_would_be_fooled():
    with pytest.raises(ValueError, match="is not linear; only a linear layer has ids"):
        reveal(Cubes(), (3,))
