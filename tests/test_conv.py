"""Convolution: by hand, against torch, its ids, nudging and second roads. What it refuses: test_conv_errors.py."""
import numpy as np
import pytest
from convolutions import (
    CLOSE,
    SEEDS,
    assert_same_numbers,
    layer_options,
    random_conv,
    sizes_of,
    torch_gradients,
    upstream,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from layers import options_1d, options_2d, torch_conv

from helpers.conv import conv1d, conv1d_backward, conv2d, conv2d_backward
from helpers.gradcheck import gradcheck
from helpers.ids import gather, scatter_add
from helpers.sharing import conv1d_ids, conv2d_ids

MANY = settings(max_examples=200, deadline=None)
ANY = options_1d() | options_2d()


def layer_of(o):
    return (conv2d, conv2d_backward) if "H_in" in o else (conv1d, conv1d_backward)


# by hand

def test_one_channel_by_hand():
    x = np.array([[[[1., 2., 3.], [4., 5., 6.]]]])
    w = np.array([[[[1., 10.], [100., 1000.]]]])
    y = conv2d(x, w, np.array([7.]))
    assert y.tolist() == [[[[1 + 20 + 400 + 5000 + 7, 2 + 30 + 500 + 6000 + 7]]]]
    dx, dw, db = conv2d_backward(np.array([[[[1., 2.]]]]), x, w)
    assert dx.tolist() == [[[[1 * 1, 1 * 10 + 2 * 1, 2 * 10], [1 * 100, 1 * 1000 + 2 * 100, 2 * 1000]]]]
    assert dw.tolist() == [[[[1 * 1 + 2 * 2, 1 * 2 + 2 * 3], [1 * 4 + 2 * 5, 1 * 5 + 2 * 6]]]]
    assert db.tolist() == [1 + 2]


def test_channels_are_summed_and_examples_share_the_kernel_by_hand():
    x = np.array([[[1., 2.], [10., 20.]], [[3., 4.], [30., 40.]]])                # 2 examples, 2 channels, 2 pixels
    w = np.array([[[1.], [2.]]])
    assert conv1d(x, w).tolist() == [[[1 + 20, 2 + 40]], [[3 + 60, 4 + 80]]]
    dx, dw, db = conv1d_backward(np.ones((2, 1, 2)), x, w)
    assert dw.tolist() == [[[1 + 2 + 3 + 4], [10 + 20 + 30 + 40]]] and db.tolist() == [4]
    assert dx.tolist() == [[[1, 1], [2, 2]]] * 2


def test_stride_padding_dilation_groups_and_the_ring_by_hand():
    x, w = np.array([[[1., 2., 3., 4.]]]), np.array([[[1., 10.]]])
    assert conv1d(x, w, stride=2).tolist() == [[[1 + 20, 3 + 40]]]
    assert conv1d(x, w, padding=1).tolist() == [[[10, 1 + 20, 2 + 30, 3 + 40, 4]]]
    assert conv1d(x, w, dilation=2).tolist() == [[[1 + 30, 2 + 40]]]
    assert conv1d(x, w, padding=1, padding_mode="circular").tolist() == [[[4 + 10, 1 + 20, 2 + 30, 3 + 40, 4 + 10]]]
    two = np.array([[[1., 2.], [3., 4.]]])
    assert conv1d(two, np.array([[[10.]], [[100.]]]), groups=2).tolist() == [[[10, 20], [300, 400]]]


def test_the_kernel_is_not_flipped():
    assert conv1d(np.array([[[0., 1., 0.]]]), np.array([[[1., 2., 3.]]]), padding=1).tolist() == [[[3, 2, 1]]]


# against torch

@MANY
@given(options_2d(), st.integers(1, 3), st.booleans(), st.integers(0, SEEDS))
def test_conv2d_equals_torch_forward_and_every_gradient(o, N, bias, seed):
    check_against_torch(o, N, bias, seed)


@MANY
@given(options_1d(), st.integers(1, 3), st.booleans(), st.integers(0, SEEDS))
def test_conv1d_equals_torch_forward_and_every_gradient(o, N, bias, seed):
    check_against_torch(o, N, bias, seed)


def check_against_torch(o, N, bias, seed):
    (forward, backward), options = layer_of(o), layer_options(o)
    x, w, b = random_conv(o, N, seed)
    module = torch_conv(len(sizes_of(o)), o)
    y, dy, want = torch_gradients(module._conv_forward, upstream(seed), x, w, b)
    b_once_a_filter = b.reshape(-1, *[1] * len(sizes_of(o)))
    assert_same_numbers([forward(x, w, b, **options) if bias else forward(x, w, **options) + b_once_a_filter], [y])
    assert_same_numbers(backward(dy, x, w, **options), want)


def test_a_kernel_larger_than_the_ring_sees_pixels_twice_as_in_torch():
    o = dict(H_in=2, W_in=3, kernel_size=(3, 4), C_in=2, C_out=1, stride=1, padding=(2, 1), dilation=1, groups=1,
             circular=True)
    check_against_torch(o, N=2, bias=True, seed=0)


def test_a_large_batch_worked_through_in_pieces_equals_torch():
    """30 examples of 18 * 32 * 32 numbers in columns: more than one piece, the last one shorter."""
    o = dict(H_in=32, W_in=32, kernel_size=(3, 3), C_in=2, C_out=3, stride=1, padding=1, dilation=1, groups=1,
             circular=False)
    check_against_torch(o, N=30, bias=True, seed=0)


# second roads

@MANY
@given(ANY, st.integers(0, SEEDS))
def test_equals_its_ids_forward_and_backward(o, seed):
    """One matrix for every example; what it sends back to a parameter is the sum over the places that use it."""
    (forward, backward), options = layer_of(o), layer_options(o)
    x, w, _ = random_conv(o, 3, seed)
    ids = (conv2d_ids if "H_in" in o else conv1d_ids)(**o)
    W, y = gather(w.ravel(), ids), forward(x, w, **options)
    np.testing.assert_allclose(y.reshape(3, -1), x.reshape(3, -1) @ W.T, **CLOSE)
    dy = upstream(seed)(y.shape)
    dx, dw, _ = backward(dy, x, w, **options)
    np.testing.assert_allclose(dx.reshape(3, -1), dy.reshape(3, -1) @ W, **CLOSE)
    np.testing.assert_allclose(dw.ravel(), scatter_add(dy.reshape(3, -1).T @ x.reshape(3, -1), ids, w.size), **CLOSE)


@pytest.mark.parametrize("o", [
    dict(H_in=4, W_in=5, kernel_size=(2, 3), C_in=2, C_out=3, stride=1, padding=(1, 0), dilation=1, groups=1,
         circular=False),
    dict(H_in=5, W_in=4, kernel_size=(2, 2), C_in=2, C_out=4, stride=(2, 1), padding=1, dilation=(1, 2), groups=2,
         circular=False),
    dict(H_in=4, W_in=3, kernel_size=(3, 2), C_in=1, C_out=2, stride=1, padding=(2, 1), dilation=1, groups=1,
         circular=True),
    dict(n_in=7, kernel_size=3, C_in=2, C_out=2, stride=2, padding=2, dilation=2, groups=2, circular=False)],
    ids=["plain", "strided, dilated, grouped", "circular", "one dimension"])
def test_every_entry_of_every_gradient_by_nudging(o):
    (forward, backward), options = layer_of(o), layer_options(o)
    x, w, b = random_conv(o)
    dy = upstream(0)(forward(x, w, b, **options).shape)
    gradients = dict(zip("xwb", backward(dy, x, w, **options), strict=True))
    n = gradcheck(lambda x, w, b: (dy * forward(x, w, b, **options)).sum(), dict(x=x, w=w, b=b), gradients)
    assert n == x.size + w.size + b.size


@MANY
@given(options_2d(circular=st.just(False)), st.integers(0, SEEDS))
def test_dw_is_dy_slid_over_x(o, seed):
    """The kernel's gradient is itself a convolution: dy is the kernel, its dilation is the stride, and the reverse."""
    o = o | dict(C_in=2, C_out=3, groups=1)
    x, w, _ = random_conv(o, 2, seed)
    dy = upstream(seed)(conv2d(x, w, **layer_options(o)).shape)
    slid = conv2d(x.swapaxes(0, 1), dy.swapaxes(0, 1), None, o["dilation"], o["padding"], o["stride"]).swapaxes(0, 1)
    k_h, k_w = o["kernel_size"]
    np.testing.assert_allclose(conv2d_backward(dy, x, w, **layer_options(o))[1], slid[:, :, :k_h, :k_w], **CLOSE)


@MANY
@given(options_2d(circular=st.just(False)), st.integers(0, SEEDS))
def test_dx_is_dy_convolved_with_the_flipped_kernel(o, seed):
    """At stride 1: filters and channels change places, the kernel turns round, and the padding is d (k - 1)."""
    o = o | dict(H_in=o["H_in"] + 4, W_in=o["W_in"] + 4, C_in=2, C_out=3, groups=1, stride=1, padding=0)
    x, w, _ = random_conv(o, 2, seed)
    dy = upstream(seed)(conv2d(x, w, **layer_options(o)).shape)
    full = [d * (k - 1) for d, k in zip(o["dilation"], o["kernel_size"], strict=True)]
    dx = conv2d(dy, w[:, :, ::-1, ::-1].swapaxes(0, 1), None, 1, full, o["dilation"])
    np.testing.assert_allclose(conv2d_backward(dy, x, w, **layer_options(o))[0], dx, **CLOSE)


def test_a_kernel_as_large_as_the_input_is_a_dense_layer():
    x, w, b = random_conv(dict(H_in=3, W_in=4, kernel_size=(3, 4), C_in=2, C_out=5, groups=1), N=3)
    np.testing.assert_allclose(conv2d(x, w, b)[:, :, 0, 0], x.reshape(3, -1) @ w.reshape(5, -1).T + b, **CLOSE)


# what must not happen

@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("padding_mode", ["zeros", "circular"])
def test_dtype_is_kept_and_nothing_is_changed(dtype, padding_mode):
    o = dict(H_in=5, W_in=4, kernel_size=(3, 2), C_in=2, C_out=4, groups=2)
    arguments = random_conv(o, dtype=dtype)
    options = dict(padding=1, groups=2, padding_mode=padding_mode)
    before = [v.copy() for v in arguments]
    x, w, b = arguments
    y = conv2d(x, w, b, **options)
    dy = np.ones_like(y)
    gradients = conv2d_backward(dy, x, w, **options)
    assert {v.dtype for v in (y, *gradients)} == {np.dtype(dtype)}
    assert [g.shape for g in gradients] == [v.shape for v in arguments]
    assert all((v == u).all() for v, u in zip(arguments, before, strict=True)) and (dy == 1).all()


@pytest.mark.parametrize("padding", [0, 1])
def test_results_share_no_memory_with_arguments_or_each_other(padding):
    """A 1x1 kernel without padding is where a view could leak: a learner writes `y += 1`, and x must survive."""
    x, w, b = random_conv(dict(H_in=3, W_in=3, kernel_size=(1, 1), C_in=2, C_out=2, groups=1))
    y = conv2d(x, w, b, padding=padding)
    arrays = [x, w, b, y, conv2d(x, w, padding=padding), *conv2d_backward(y, x, w, padding=padding)]
    assert not any(np.shares_memory(v, u) for k, v in enumerate(arrays) for u in arrays[:k])
    assert all(v.flags.writeable for v in arrays)


def test_arrays_that_are_not_contiguous_give_the_same_numbers():
    x, w, b = random_conv(dict(H_in=5, W_in=4, kernel_size=(3, 2), C_in=2, C_out=3, groups=1))
    dy = upstream(0)((2, 3, 3, 3))
    strided = [np.repeat(v, 2, axis=-1)[..., ::2] for v in (x, w, b, dy)]
    fortran = [np.asfortranarray(v) for v in (x, w, b, dy)]
    for x_, w_, b_, dy_ in (strided, fortran):
        assert_same_numbers([conv2d(x_, w_, b_), *conv2d_backward(dy_, x_, w_)],
                            [conv2d(x, w, b), *conv2d_backward(dy, x, w)])
