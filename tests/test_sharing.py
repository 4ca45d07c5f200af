"""The spine: ids by hand, gather and scatter_add as adjoints, every layer against torch, and the known traps."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from layers import matrix_of, options_1d, options_2d, theta_for, torch_conv

from helpers.sharing import (
    NO_EDGE,
    Counts,
    connected,
    conv1d_ids,
    conv2d_ids,
    counts,
    dense_ids,
    gather,
    local1d_ids,
    local2d_ids,
    rnn_ids,
    rnn_step_ids,
    scatter_add,
    stack_ids,
    taps,
    tie,
)

MANY = settings(max_examples=200, deadline=None)


# by hand

def test_gather_by_hand():
    W = gather(np.array([5.0, 7.0]), np.array([[0, 1, -1], [-1, 0, 1]]))
    assert W.tolist() == [[5, 7, 0], [0, 5, 7]]


def test_scatter_add_by_hand_sums_over_uses_and_ignores_missing_connections():
    dW = np.array([[1.0, 2.0, 100.0], [100.0, 3.0, 4.0]])
    assert scatter_add(dW, np.array([[0, 1, -1], [-1, 0, 1]]), 2).tolist() == [1 + 3, 2 + 4]


def test_a_parameter_that_nobody_uses_has_gradient_zero():
    assert scatter_add(np.array([[1.0, 2.0]]), np.array([[0, -1]]), 3).tolist() == [1, 0, 0]


def test_local_numbers_place_by_place_and_conv_is_its_remainder():
    assert local1d_ids(5, 3).tolist() == [[0, 1, 2, -1, -1], [-1, 3, 4, 5, -1], [-1, -1, 6, 7, 8]]
    assert conv1d_ids(5, 3).tolist() == [[0, 1, 2, -1, -1], [-1, 0, 1, 2, -1], [-1, -1, 0, 1, 2]]


def test_stride_padding_dilation_and_the_ring_by_hand():
    assert taps(4, 3, stride=2, padding=1).tolist() == [[1, 2, -1, -1], [-1, 0, 1, 2]]
    assert taps(5, 2, dilation=3).tolist() == [[0, -1, -1, 1, -1], [-1, 0, -1, -1, 1]]
    assert taps(3, 3, padding=1, circular=True).tolist() == [[1, 2, 0], [0, 1, 2], [2, 0, 1]]


def test_channels_and_groups_by_hand():
    ids = conv1d_ids(2, 1, C_in=2, C_out=2)
    assert ids.tolist() == [[0, -1, 1, -1], [-1, 0, -1, 1], [2, -1, 3, -1], [-1, 2, -1, 3]]
    assert conv1d_ids(1, 1, C_in=2, C_out=2, groups=2).tolist() == [[0, -1], [-1, 1]]


@pytest.mark.parametrize("build", [local1d_ids, conv1d_ids])
def test_options_left_out_mean_one_channel_stride_one_no_padding_and_no_ring(build):
    two_d = {local1d_ids: local2d_ids, conv1d_ids: conv2d_ids}[build]
    assert np.array_equal(build(5, 3), build(5, 3, 1, 1, 1, 0, 1, 1, False))
    assert np.array_equal(build(5, 3, padding=1), build(5, 3, 1, 1, 1, 1, 1, 1, False))
    assert np.array_equal(two_d(5, 5, 3), two_d(5, 5, 3, 1, 1, 1, 0, 1, 1, False))
    assert np.array_equal(two_d(5, 5, 3, padding=1), two_d(5, 5, 3, 1, 1, 1, 1, 1, 1, False))


def test_rnn_by_hand():
    assert rnn_step_ids(1, 2).tolist() == [[0, 2, 3], [1, 4, 5]]
    assert rnn_ids(2, 1, 1).tolist() == [[0, 1, -1, -1], [-1, -1, 0, 1]]
    assert stack_ids(np.array([[0, 1]]), 2).tolist() == [[0, 1, -1, -1], [-1, -1, 2, 3]]


# the two roads of the course

@MANY
@given(options_2d())
def test_conv_is_the_local_layer_tied(o):
    k_h, k_w = o["kernel_size"]
    local = local2d_ids(**o)
    assert np.array_equal(tie(local, o["C_out"] * o["C_in"] // o["groups"] * k_h * k_w), conv2d_ids(**o))
    used = local[local != NO_EDGE]
    assert np.unique(used).size == used.size                        # a local layer shares nothing


@MANY
@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))
def test_an_rnn_is_a_stack_of_steps_tied(T, n_x, n_h):
    step = rnn_step_ids(n_x, n_h)
    stack, tied = stack_ids(step, T), rnn_ids(T, n_x, n_h)
    assert counts(stack) == Counts(T * step.size, T * step.size, T * step.size)
    assert counts(tied) == Counts(T * step.size, step.size, T * step.size)
    assert np.array_equal(tie(stack, step.size), tied)


@MANY
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
def test_the_unrolled_matrix_gives_every_state_of_torchs_rnn(T, n_x, n_h):
    rnn = torch.nn.RNN(n_x, n_h, bias=False, dtype=torch.float64)
    x = np.random.default_rng(T).normal(size=(T, n_x))
    with torch.no_grad():
        h = rnn(torch.from_numpy(x))[0].numpy()
        theta = torch.cat([rnn.weight_ih_l0.flatten(), rnn.weight_hh_l0.flatten()]).numpy()
    before = np.vstack([np.zeros(n_h), h[:-1]])
    pre_activations = gather(theta, rnn_ids(T, n_x, n_h)) @ np.hstack([x, before]).ravel()
    np.testing.assert_allclose(np.tanh(pre_activations), h.ravel(), rtol=0, atol=1e-12)


# every layer against torch

@MANY
@given(options_1d())
def test_conv1d_ids_are_the_matrix_of_torchs_conv1d(o):
    layer = torch_conv(1, o)
    W = gather(layer.weight.detach().numpy().ravel(), conv1d_ids(**o))
    np.testing.assert_allclose(W, matrix_of(layer, (o["C_in"], o["n_in"])), rtol=0, atol=1e-12)


@MANY
@given(options_2d())
def test_conv2d_ids_are_the_matrix_of_torchs_conv2d(o):
    layer = torch_conv(2, o)
    W = gather(layer.weight.detach().numpy().ravel(), conv2d_ids(**o))
    np.testing.assert_allclose(W, matrix_of(layer, (o["C_in"], o["H_in"], o["W_in"])), rtol=0, atol=1e-12)


@MANY
@given(st.integers(1, 8), st.integers(1, 8))
def test_dense_ids_are_the_matrix_of_torchs_linear(n_in, n_out):
    layer = torch.nn.Linear(n_in, n_out, bias=False, dtype=torch.float64)
    W = gather(layer.weight.detach().numpy().ravel(), dense_ids(n_in, n_out))
    np.testing.assert_allclose(W, matrix_of(layer, (n_in,)), rtol=0, atol=1e-12)


@MANY
@given(options_2d(circular=st.just(False)))
def test_local_ids_are_torchs_windows_times_a_kernel_for_each_place(o):
    """Weights in the order (H_out, W_out, C_out, C_in / groups, k_h, k_w); any other order of the axes fails here."""
    (k_h, k_w), C_in, C_out, groups = o["kernel_size"], o["C_in"], o["C_out"], o["groups"]
    x = torch.from_numpy(theta_for(C_in * o["H_in"] * o["W_in"])).reshape(1, C_in, o["H_in"], o["W_in"])
    windows = torch.nn.functional.unfold(x, (k_h, k_w), o["dilation"], o["padding"], o["stride"])[0].numpy()
    places = windows.shape[1]
    windows = windows.reshape(groups, C_in // groups, k_h * k_w, places)
    w = theta_for(places * C_out * C_in // groups * k_h * k_w)
    kernels = w.reshape(places, groups, C_out // groups, C_in // groups, k_h * k_w)
    y = np.einsum("gckp,pgfck->gfp", windows, kernels).ravel()
    np.testing.assert_allclose(gather(w, local2d_ids(**o)) @ x.numpy().ravel(), y, rtol=0, atol=1e-10)


@MANY
@given(options_1d())
def test_local1d_is_local2d_one_pixel_high(o):
    ids = local1d_ids(**o)
    used = np.sort(ids[ids != NO_EDGE])
    assert np.unique(used).size == used.size
    assert np.array_equal(tie(ids, o["C_out"] * o["C_in"] // o["groups"] * o["kernel_size"]), conv1d_ids(**o))


# gradients

PATTERNS = st.one_of(
    st.builds(dense_ids, st.integers(1, 6), st.integers(1, 6)),
    options_1d().map(lambda o: local1d_ids(**o)), options_1d().map(lambda o: conv1d_ids(**o)),
    options_2d().map(lambda o: local2d_ids(**o)), options_2d().map(lambda o: conv2d_ids(**o)),
    st.builds(rnn_ids, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)))


@settings(max_examples=400, deadline=None)
@given(PATTERNS)
def test_gather_and_scatter_add_are_adjoint(ids):
    """<gather(theta), dW> = <theta, scatter_add(dW)> for every pattern."""
    n = ids.max() + 2                                               # one parameter that nobody uses
    theta, dW = theta_for(n), theta_for(ids.size).reshape(ids.shape)
    assert abs((gather(theta, ids) * dW).sum() - theta @ scatter_add(dW, ids, n)) < 1e-9


@pytest.mark.parametrize("ids", [
    dense_ids(5, 4), local1d_ids(7, 3), local1d_ids(9, 3, stride=2), conv1d_ids(8, 3, stride=2, padding=1),
    conv2d_ids(5, 4, 3, 2, 3, padding=1), conv2d_ids(5, 4, (2, 3), 2, 2, groups=2, circular=True), rnn_ids(4, 2, 3)],
    ids=["dense", "local", "local, stride 2", "conv", "conv 2-D", "conv 2-D, grouped, on a ring", "rnn"])
def test_scatter_add_is_the_gradient_by_finite_differences_on_every_entry(ids):
    n = ids.max() + 1
    theta, x, dy = theta_for(n), theta_for(ids.shape[1]), theta_for(ids.shape[0] + 1)[1:]
    loss = lambda t: dy @ np.tanh(gather(t, ids) @ x)               # noqa: E731
    upstream = dy * (1 - np.tanh(gather(theta, ids) @ x) ** 2)
    nudges = 1e-6 * np.eye(n)
    numerical = np.array([(loss(theta + e) - loss(theta - e)) / 2e-6 for e in nudges])
    np.testing.assert_allclose(scatter_add(np.outer(upstream, x), ids, n), numerical, rtol=0, atol=1e-7)


def test_a_pixel_in_every_window_sums_and_does_not_average():
    ids = conv1d_ids(6, 3)
    assert scatter_add(np.ones(ids.shape), ids, 3).tolist() == [4, 4, 4]


def test_dtypes_are_kept_and_inputs_left_alone():
    ids, theta = conv1d_ids(5, 3), np.arange(3, dtype=np.float32)
    before = ids.copy(), theta.copy()
    W = gather(theta, ids)
    assert W.dtype == np.float32 and scatter_add(W, ids, 3).dtype == np.float32
    assert scatter_add(W.astype(int), ids, 3).dtype == np.float64
    assert gather(np.arange(3), ids).dtype.kind == "i"
    tie(ids, 2), stack_ids(ids, 2), counts(ids)
    assert np.array_equal(ids, before[0]) and np.array_equal(theta, before[1])


# traps

def test_trap_minus_one_reads_the_last_parameter():
    theta, ids = np.array([1.0, 2.0, 3.0]), np.array([[0, -1]])
    assert theta[ids].tolist() == [[1, 3]]                          # numpy says nothing
    assert gather(theta, ids).tolist() == [[1, 0]]


def test_trap_minus_one_has_a_remainder():
    assert (np.array([[-1]]) % 3).tolist() == [[2]]
    assert tie(np.array([[-1, 4]]), 3).tolist() == [[-1, 1]]


def test_trap_bincount_takes_neither_missing_connections_nor_matrices():
    for ids in ([-1, 0], [[0, 1]]):
        with pytest.raises(ValueError):
            np.bincount(np.array(ids))
    assert scatter_add(np.array([[7.0, 2.0]]), np.array([[-1, 0]]), 1).tolist() == [2]


def erased_dense(n, k):
    return np.where(taps(n, k) == NO_EDGE, NO_EDGE, dense_ids(n, n - k + 1))


def test_trap_erased_dense_ids_must_be_renumbered_before_they_are_tied():
    """28 pixels, 3 weights: place 1 gets 2 0 1, place 2 gets 1 2 0. With 8 pixels it works by luck: 8 + 1 = 3 * 3."""
    tied = tie(erased_dense(28, 3), 3)
    assert [tied[i, i:i + 3].tolist() for i in range(3)] == [[0, 1, 2], [2, 0, 1], [1, 2, 0]]
    assert not np.array_equal(tied, conv1d_ids(28, 3))
    assert np.array_equal(tie(erased_dense(8, 3), 3), conv1d_ids(8, 3))


def test_trap_channels_before_places_would_not_give_torchs_kernel():
    """Filters outermost: the remainder then mixes places and filters."""
    wrong = np.arange(2 * 2 * 3).reshape(2, 2, 3) % 6               # (C_out, n_out, k) instead of (n_out, C_out, k)
    right = np.arange(2 * 2 * 3).reshape(2, 2, 3).swapaxes(0, 1) % 6
    ids = conv1d_ids(4, 3, C_out=2).reshape(2, 2, 4)
    windows = np.stack([ids[:, 0, 0:3], ids[:, 1, 1:4]], axis=1)
    assert np.array_equal(windows, right) and not np.array_equal(windows, wrong)


def test_trap_a_kernel_larger_than_the_image_never_uses_its_outer_numbers():
    ids = conv1d_ids(1, 3, padding=1)
    assert ids.tolist() == [[1]]
    assert np.array_equal(tie(stack_ids(ids, 2, n_params=3), 3), [[1, -1], [-1, 1]])
    assert not np.array_equal(tie(stack_ids(ids, 2), 3), [[1, -1], [-1, 1]])


def test_reflect_padding_puts_two_parameters_on_one_connection():
    """Why it has no ids: torch's matrix holds a number, 1 + 100, that is none of the three weights."""
    layer = torch.nn.Conv1d(1, 1, 3, padding=1, padding_mode="reflect", bias=False, dtype=torch.float64)
    layer.weight.data = torch.tensor([[[1.0, 10.0, 100.0]]], dtype=torch.float64)
    assert matrix_of(layer, (1, 4))[0].tolist() == [10, 101, 0, 0]


# counts

def test_28_by_28_to_26_by_26_dense_local_conv():
    dense, local, conv = dense_ids(28 * 28, 26 * 26), local2d_ids(28, 28, 3), conv2d_ids(28, 28, 3)
    assert [counts(ids).parameters for ids in (dense, local, conv)] == [784 * 676, 676 * 9, 9]
    assert [counts(ids).uses for ids in (dense, local, conv)] == [1, 1, 676]
    assert counts(local)[::2] == counts(conv)[::2]                  # erasing saves work, sharing does not


def test_biases_are_connections_but_no_multiply_adds():
    assert counts(np.array([[0, 1, 2], [-1, 0, 2]]), biases=1) == Counts(5, 3, 3)


def test_counts_of_a_layer_with_no_connections():
    assert counts(np.array([[-1, -1]])) == Counts(0, 0, 0) and counts(np.array([[-1]])).uses == 0


def test_connected_by_hand():
    assert connected(np.array([[3, -1]])).tolist() == [[True, False]]


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8])
def test_numpy_integers_are_accepted_everywhere(kind):
    one, two, three = kind(1), kind(2), kind(3)
    assert np.array_equal(conv2d_ids(kind(5), kind(6), three, two, two, two, one, one, two),
                          conv2d_ids(5, 6, 3, 2, 2, 2, 1, 1, 2))
    assert np.array_equal(conv1d_ids(kind(7), three, two, two, one, one, two, one), conv1d_ids(7, 3, 2, 2, 1, 1, 2, 1))
    assert np.array_equal(dense_ids(two, three), dense_ids(2, 3))
    assert np.array_equal(rnn_ids(two, kind(20), kind(15)), rnn_ids(2, 20, 15))        # 300 weights: no uint8
    assert conv2d_ids(kind(1), kind(1), kind(9), two, kind(8), one, kind(4)).max() < 8 * 2 * 81
    assert tie(conv1d_ids(5, 3), two).max() == 1
    assert scatter_add(np.ones((1, 1)), np.array([[0]], kind if kind is not np.uint8 else np.int8), two).size == 2


IDS = np.array([[0, 1, -1], [-1, 0, 1]])
BAD = [
    (lambda: gather(np.ones(1), IDS), IndexError, "param_ids uses parameter 1; theta has only 1"),
    (lambda: gather(np.ones(2), np.array([[-2]])), IndexError, "param_ids holds -2; expected ids from 0, or -1"),
    (lambda: gather(np.ones((3, 3)), conv2d_ids(5, 5, 3)), ValueError, "theta has shape (3, 3); expected (n_params,)"),
    (lambda: gather(np.ones(2), IDS.astype(float)), TypeError, "param_ids is array("),
    (lambda: gather(np.ones(2), [[0, 1]]), TypeError, "param_ids is [[0, 1]]; expected a numpy array"),
    (lambda: gather(np.ones(2), np.array([0, 1])), ValueError, "param_ids has shape (2,); expected (n_out, n_in)"),
    (lambda: gather(np.ones(2), np.zeros((0, 3), int)), ValueError, "param_ids has shape (0, 3)"),
    (lambda: scatter_add(np.ones((2, 2)), IDS, 2), ValueError, "dW has shape (2, 2); expected (2, 3), the shape of"),
    (lambda: scatter_add(np.ones((2, 3)), IDS, 1), IndexError, "param_ids uses parameter 1; n_params is only 1"),
    (lambda: scatter_add(np.ones((2, 3)), IDS, 2.0), TypeError, "n_params is 2.0; expected a whole number"),
    (lambda: tie(IDS, 0), ValueError, "n_params is 0; expected a whole number of at least 1"),
    (lambda: tie([[0]], 1), TypeError, "param_ids is [[0]]; expected a numpy array"),
    (lambda: connected(None), TypeError, "param_ids is None"),
    (lambda: counts(IDS, biases=3), ValueError, "biases is 3; param_ids has only 3 columns"),
    (lambda: dense_ids(0, 3), ValueError, "n_in is 0"),
    (lambda: dense_ids(3, 2.5), TypeError, "n_out is 2.5"),
    (lambda: taps(4, 5), ValueError, "kernel_size is 5 and covers 5 pixels; the padded input has only 4"),
    (lambda: taps(4, 3, padding=1, dilation=2, circular=True), ValueError, "kernel_size is 3 and dilation 2; a circ"),
    (lambda: conv1d_ids(4, 3, circular="zeros"), TypeError, "circular is 'zeros'; expected True or False"),
    (lambda: conv2d_ids(5, 5, 3, C_in=3, C_out=4, groups=2), ValueError, "groups is 2; it must divide C_in = 3 and"),
    (lambda: conv2d_ids(5, 5, 3, groups=0), ValueError, "groups is 0"),
    (lambda: conv2d_ids(0, 5, 3), ValueError, "H_in is 0"),
    (lambda: conv2d_ids(5, 5, 3, C_out=0), ValueError, "C_out is 0"),
    (lambda: conv2d_ids(5, 5, (3, 3, 3)), ValueError, "kernel_size is (3, 3, 3); expected one whole number, or two"),
    (lambda: conv2d_ids(5, 5, 3, stride=0), ValueError, "stride is 0"),
    (lambda: conv2d_ids(5, 5, 3, padding=-1), ValueError, "padding is -1"),
    (lambda: local2d_ids(5, 5, 3, dilation=0), ValueError, "dilation is 0"),
    (lambda: stack_ids(IDS, 0), ValueError, "T is 0"),
    (lambda: stack_ids(IDS, 2, n_params=1), IndexError, "param_ids uses parameter 1; n_params is only 1"),
    (lambda: rnn_ids(3, 0, 2), ValueError, "n_x is 0"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_input_is_named_with_its_value(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
