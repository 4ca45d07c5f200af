"""Biases, transposes, stacks, connection tables and symmetries, as ids."""
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layers import matrix_of, options_1d, options_2d, theta_for, torch_conv

from helpers.equivariance import shift_equivariance
from helpers.patterns import (
    LENET_C3,
    bias_ids,
    block_ids,
    conv_bias_ids,
    orbit_ids,
    rnn_bias_ids,
    table_ids,
    tied_stack_ids,
    transpose_ids,
    with_bias,
)
from helpers.sharing import (
    Counts,
    conv1d_ids,
    conv2d_ids,
    counts,
    dense_ids,
    gather,
    local2d_ids,
    rnn_ids,
    rnn_step_ids,
    scatter_add,
    stack_ids,
    tie,
)

MANY = settings(max_examples=200, deadline=None)
IDS = np.array([[0, 1, -1], [-1, 0, 1]])


# transposes and blocks

@MANY
@given(options_1d())
def test_transposed_ids_give_the_transposed_matrix_and_torchs_transposed_convolution(o):
    layer, ids = torch_conv(1, o), transpose_ids(conv1d_ids(**o))
    theta = layer.weight.detach().numpy().ravel()
    assert np.array_equal(gather(theta, ids), gather(theta, conv1d_ids(**o)).T)
    assume(not o["circular"])
    lost = (o["n_in"] + 2 * o["padding"] - o["dilation"] * (o["kernel_size"] - 1) - 1) % o["stride"]
    backwards = torch.nn.functional.conv_transpose1d
    n_out = ids.shape[1] // o["C_out"]
    transposed = lambda x: backwards(x, layer.weight, None, o["stride"], o["padding"], lost, o["groups"],    # noqa: E731
                                     o["dilation"])
    W = matrix_of(transposed, (o["C_out"], n_out))
    np.testing.assert_allclose(gather(theta, ids), W, rtol=0, atol=1e-12)


def test_a_tied_autoencoder_by_hand():
    """Encoder h = W x, decoder z = W^T h: the gradient of a weight is the sum over both layers."""
    ids = dense_ids(3, 2)
    both = block_ids(ids, transpose_ids(ids))
    assert both.tolist() == [[0, 1, 2, -1, -1], [3, 4, 5, -1, -1], [-1, -1, -1, 0, 3], [-1, -1, -1, 1, 4],
                             [-1, -1, -1, 2, 5]]
    assert counts(both) == Counts(12, 6, 12)


def test_a_tied_autoencoders_gradient_is_autograds():
    W, x = torch.from_numpy(theta_for(6).reshape(2, 3)).requires_grad_(), torch.from_numpy(theta_for(3))
    h = W @ x
    z = W.T @ h
    loss = ((z - x) ** 2).sum()
    dh, dz, _ = torch.autograd.grad(loss, [h, z, W], retain_graph=True)
    loss.backward()
    inputs, upstream = (torch.cat(pair).detach().numpy() for pair in ([x, h], [dh, dz]))
    both = block_ids(dense_ids(3, 2), transpose_ids(dense_ids(3, 2)))
    summed = scatter_add(np.outer(upstream, inputs), both, 6)
    np.testing.assert_allclose(summed, W.grad.numpy().ravel(), rtol=0, atol=1e-12)


@MANY
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_a_tied_stack_is_blocks_of_the_same_ids(n_in, n_out, T):
    ids = dense_ids(n_in, n_out)
    assert np.array_equal(block_ids(*[ids] * T), tied_stack_ids(ids, T))
    assert np.array_equal(tied_stack_ids(ids, T), tie(stack_ids(ids, T), ids.size))
    assert np.array_equal(tied_stack_ids(rnn_step_ids(n_in, n_out), T), rnn_ids(T, n_in, n_out))


def test_a_stack_of_a_kernel_larger_than_its_image_needs_to_know_its_parameters():
    ids = conv1d_ids(1, 3, padding=1)                                   # only the middle weight meets the pixel
    assert tied_stack_ids(ids, 2, n_params=3).tolist() == [[1, -1], [-1, 1]]


# biases

def test_biases_by_hand():
    assert bias_ids(3).tolist() == [0, 1, 2]
    assert conv_bias_ids(2, 3).tolist() == [0, 0, 0, 1, 1, 1]
    assert rnn_bias_ids(3, 2).tolist() == [0, 1, 0, 1, 0, 1]
    assert with_bias(IDS, bias_ids(2)).tolist() == [[0, 1, -1, 2], [-1, 0, 1, 3]]
    assert with_bias(IDS, conv_bias_ids(1, 2), n_params=9).tolist() == [[0, 1, -1, 9], [-1, 0, 1, 9]]


@MANY
@given(options_2d())
def test_a_convolution_with_biases_is_torchs(o):
    layer = torch_conv(2, o)
    layer.bias = torch.nn.Parameter(torch.from_numpy(theta_for(o["C_out"])))
    ids, x = conv2d_ids(**o), theta_for(o["C_in"] * o["H_in"] * o["W_in"])
    ids = with_bias(ids, conv_bias_ids(o["C_out"], len(ids) // o["C_out"]), layer.weight.numel())
    theta = torch.cat([layer.weight.flatten(), layer.bias]).detach().numpy()
    y = layer(torch.from_numpy(x).reshape(1, o["C_in"], o["H_in"], o["W_in"])).detach().numpy()
    np.testing.assert_allclose(gather(theta, ids) @ np.append(x, 1), y.ravel(), rtol=0, atol=1e-12)


@MANY
@given(st.integers(1, 6), st.integers(1, 6))
def test_a_dense_layer_with_biases_is_torchs(n_in, n_out):
    layer, x = torch.nn.Linear(n_in, n_out, dtype=torch.float64), theta_for(n_in)
    theta = torch.cat([layer.weight.flatten(), layer.bias]).detach().numpy()
    y = layer(torch.from_numpy(x)).detach().numpy()
    ids = with_bias(dense_ids(n_in, n_out), bias_ids(n_out))
    np.testing.assert_allclose(gather(theta, ids) @ np.append(x, 1), y, rtol=0, atol=1e-12)


@MANY
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
def test_an_unrolled_rnn_with_its_two_biases_is_torchs(T, n_x, n_h):
    rnn, x = torch.nn.RNN(n_x, n_h, dtype=torch.float64), theta_for(T * n_x).reshape(T, n_x)
    with torch.no_grad():
        h = rnn(torch.from_numpy(x))[0].numpy()
        theta = torch.nn.utils.parameters_to_vector(rnn.parameters()).numpy()          # W_xh, W_hh, b_xh, b_hh
    ids = with_bias(with_bias(rnn_ids(T, n_x, n_h), rnn_bias_ids(T, n_h)), rnn_bias_ids(T, n_h))
    before = np.vstack([np.zeros(n_h), h[:-1]])
    inputs = np.append(np.hstack([x, before]).ravel(), [1, 1])
    np.testing.assert_allclose(np.tanh(gather(theta, ids) @ inputs), h.ravel(), rtol=0, atol=1e-12)


def test_a_local_layer_owns_a_bias_at_every_place():
    ids = local2d_ids(5, 5, 3, C_out=2)
    assert counts(with_bias(ids, bias_ids(18)), biases=1) == Counts(18 * 9 + 18, 18 * 9 + 18, 18 * 9)


# connection tables

def test_lenets_third_layer_has_1516_parameters():
    """LeCun et al. 1998, table I, and section II.B: 1,516 trainable parameters and 151,600 connections."""
    ids = table_ids(LENET_C3, 14, 14, 5)
    assert ids.shape == (16 * 10 * 10, 6 * 14 * 14)
    assert counts(with_bias(ids, conv_bias_ids(16, 100)), biases=1) == Counts(151_600, 1_516, 150_000)


def test_lenets_table_is_built_from_neighbours_on_a_ring_of_six_maps():
    """Six filters see three neighbours, six see four, three see two pairs, and the last sees all."""
    steps = [(0, 1, 2)] * 6 + [(0, 1, 2, 3)] * 6 + [(0, 1, 3, 4)] * 3 + [tuple(range(6))]
    starts = [*range(6), *range(6), 0, 1, 2, 0]
    expected = np.zeros((16, 6), bool)
    for f, (start, around) in enumerate(zip(starts, steps, strict=True)):
        expected[f, [(start + step) % 6 for step in around]] = True
    assert np.array_equal(LENET_C3, expected) and LENET_C3.sum() == 60
    with pytest.raises(ValueError, match="read-only"):
        LENET_C3[0, 0] = False


@MANY
@given(options_2d(circular=st.just(False)), st.data())
def test_a_table_layer_is_torchs_convolution_with_the_missing_kernels_set_to_zero(o, data):
    o = o | dict(groups=1, dilation=(1, 1))
    C_out, C_in, (k_h, k_w) = o["C_out"], o["C_in"], o["kernel_size"]
    table = np.array(data.draw(st.lists(st.booleans(), min_size=C_out * C_in, max_size=C_out * C_in)))
    table = table.reshape(C_out, C_in)
    layer, w = torch_conv(2, o), theta_for(C_out * C_in * k_h * k_w).reshape(C_out, C_in, k_h, k_w)
    layer.weight.data = torch.from_numpy(w * table[:, :, None, None])
    ids = table_ids(table, o["H_in"], o["W_in"], (k_h, k_w), o["stride"], o["padding"])
    W = gather(np.append(w[table].ravel(), 0), ids)
    np.testing.assert_allclose(W, matrix_of(layer, (C_in, o["H_in"], o["W_in"])), rtol=0, atol=1e-12)
    assert ids.max(initial=-1) < table.sum() * k_h * k_w


def test_a_full_table_is_a_plain_convolution():
    assert np.array_equal(table_ids(np.ones((3, 2), bool), 5, 4, (2, 3), 2, 1), conv2d_ids(5, 4, (2, 3), 2, 3, 2, 1))


# symmetries

@MANY
@given(st.integers(1, 8))
def test_asking_for_shifts_alone_gives_the_circular_convolution(n):
    around = np.roll(np.arange(n), 1)
    conv = conv1d_ids(n, n, padding=0 if n == 1 else (n - 1) // 2, circular=True)
    ids = orbit_ids(n, n, (around, around))
    assert counts(ids) == Counts(n * n, n, n * n)
    assert shift_equivariance(ids, (1, n), (1, n)) == ("exact",)
    if len(conv) == n:                                                  # odd kernels keep the size
        pairs = {(a, b) for a, b in zip(ids.ravel(), conv.ravel(), strict=True)}
        assert len(pairs) == n                                          # the same sharing, other names


def test_asking_for_every_permutation_leaves_two_weights_one_for_itself_and_one_for_all_others():
    swap, around = [1, 0, 2, 3], [1, 2, 3, 0]
    assert np.array_equal(orbit_ids(4, 4, (swap, swap), (around, around)), 1 - np.eye(4, dtype=int))


def test_a_quarter_turn_of_the_kernel_leaves_three_of_nine_weights():
    turned = np.rot90(np.arange(9).reshape(3, 3)).ravel()
    assert orbit_ids(1, 9, ([0], turned)).reshape(3, 3).tolist() == [[0, 1, 0], [1, 2, 1], [0, 1, 0]]


def test_asking_for_nothing_is_dense():
    assert np.array_equal(orbit_ids(3, 4), dense_ids(4, 3))


@MANY
@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_a_layer_shared_along_a_symmetry_is_equivariant_to_it(n_out, n_in, data):
    rows, columns = data.draw(st.permutations(range(n_out))), data.draw(st.permutations(range(n_in)))
    ids = orbit_ids(n_out, n_in, (rows, columns))
    W, x = gather(theta_for(ids.max() + 1), ids), theta_for(n_in)
    np.testing.assert_allclose(W @ x[columns], (W @ x)[rows], rtol=0, atol=1e-12)


# all of them

PATTERNS = [transpose_ids(conv2d_ids(4, 3, 2, 2, 3)), block_ids(IDS, transpose_ids(IDS)), tied_stack_ids(IDS, 3),
            with_bias(IDS, bias_ids(2)), with_bias(conv2d_ids(4, 4, 3, 1, 2, padding=1), conv_bias_ids(2, 16)),
            with_bias(rnn_ids(3, 2, 2), rnn_bias_ids(3, 2)), table_ids(LENET_C3[:3], 4, 5, 3),
            orbit_ids(4, 4, ([1, 0, 3, 2], [1, 0, 3, 2]))]


NAMES = ["transpose", "autoencoder", "stack", "dense bias", "conv bias", "rnn bias", "table", "orbit"]


@pytest.mark.parametrize("ids", PATTERNS, ids=NAMES)
def test_gather_and_scatter_add_are_adjoint_and_every_gradient_is_right(ids):
    n = ids.max() + 1
    theta, dW = theta_for(n), theta_for(ids.size).reshape(ids.shape)
    assert abs((gather(theta, ids) * dW).sum() - theta @ scatter_add(dW, ids, n)) < 1e-9
    x, dy = theta_for(ids.shape[1]), theta_for(ids.shape[0])
    loss = lambda t: dy @ np.tanh(gather(t, ids) @ x)                   # noqa: E731
    upstream = dy * (1 - np.tanh(gather(theta, ids) @ x) ** 2)
    numerical = np.array([(loss(theta + e) - loss(theta - e)) / 2e-6 for e in 1e-6 * np.eye(n)])
    np.testing.assert_allclose(scatter_add(np.outer(upstream, x), ids, n), numerical, rtol=0, atol=1e-7)


def test_the_ids_handed_in_are_left_alone():
    before = IDS.copy()
    transpose_ids(IDS)[0, 0] = 7
    block_ids(IDS)[0, 0] = 7
    with_bias(IDS, bias_ids(2))[0, 0] = 7
    assert np.array_equal(IDS, before)


@pytest.mark.parametrize("kind", [np.int64, np.uint8])
def test_numpy_integers_are_accepted_everywhere(kind):
    assert rnn_bias_ids(kind(20), kind(20)).size == 400 and conv_bias_ids(kind(2), kind(3)).size == 6
    table = table_ids(LENET_C3, kind(5), kind(6), kind(3), kind(1), kind(0))
    assert np.array_equal(table, table_ids(LENET_C3, 5, 6, 3))
    assert np.array_equal(orbit_ids(kind(20), kind(20)), dense_ids(20, 20))


BAD = [
    (lambda: transpose_ids([[0]]), TypeError, "param_ids is [[0]]; expected a numpy array"),
    (lambda: block_ids(), ValueError, "block_ids was given no blocks; expected at least one param_ids"),
    (lambda: block_ids(IDS, np.array([0])), ValueError, "param_ids has shape (1,); expected (n_out, n_in)"),
    (lambda: tied_stack_ids(IDS, 0), ValueError, "T is 0"),
    (lambda: tied_stack_ids(IDS, 2, n_params=1), IndexError, "param_ids uses parameter 1; n_params is only 1"),
    (lambda: with_bias(IDS, bias_ids(3)), ValueError, "bias_ids has shape (3,); expected (2,), one for each output"),
    (lambda: with_bias(IDS, np.array([0, -1])), ValueError, "bias_ids is [ 0 -1]; expected whole numbers"),
    (lambda: with_bias(IDS, np.ones(2)), ValueError, "bias_ids is [1. 1.]; expected whole numbers of at least 0"),
    (lambda: bias_ids(0), ValueError, "n_out is 0"),
    (lambda: conv_bias_ids(2, 0), ValueError, "n_places is 0"),
    (lambda: conv_bias_ids(0, 2), ValueError, "C_out is 0"),
    (lambda: rnn_bias_ids(0, 2), ValueError, "T is 0"),
    (lambda: rnn_bias_ids(2, 1.5), TypeError, "n_h is 1.5"),
    (lambda: table_ids([True], 5, 5, 3), ValueError, "connection_table has shape (1,); expected (C_out, C_in)"),
    (lambda: table_ids([[1, 0]], 5, 5, 3), TypeError, "connection_table holds int64; expected True and False"),
    (lambda: table_ids(LENET_C3, 4, 4, 5), ValueError, "kernel_size is 5 and covers 5 pixels; the padded input"),
    (lambda: orbit_ids(2, 2, ([0, 0], [0, 1])), ValueError, "rows is [0, 0]; expected every number from 0 to 1"),
    (lambda: orbit_ids(2, 2, ([0, 1], [0, 1, 2])), ValueError, "columns is [0, 1, 2]; expected every number"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_input_is_named_with_its_value(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
