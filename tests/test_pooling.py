"""Pooling: by hand, against torch with and without ties, its ids, nudging and second roads; and what it refuses."""
import numpy as np
import pytest
import torch
from convolutions import CLOSE, SEEDS, assert_same_numbers, torch_gradients, upstream
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.conv import conv2d, conv2d_backward
from helpers.gradcheck import gradcheck
from helpers.ids import gather, tie
from helpers.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool,
    global_avg_pool_backward,
    global_max_pool,
    global_max_pool_backward,
    max_pool2d,
    max_pool2d_backward,
)
from helpers.sharing import conv2d_ids

MANY = settings(max_examples=200, deadline=None)
PAIRS = {"max": (max_pool2d, max_pool2d_backward), "avg": (avg_pool2d, avg_pool2d_backward)}
GLOBAL = {"max": (global_max_pool, global_max_pool_backward), "avg": (global_avg_pool, global_avg_pool_backward)}
KINDS = st.sampled_from(["max", "avg"])


@st.composite
def images(draw):
    """Images of few different numbers, so that windows have ties, or of many."""
    N, C, H, W = draw(st.tuples(*[st.integers(1, 3)] * 2, *[st.integers(1, 7)] * 2))
    rng, ties = np.random.default_rng(draw(st.integers(0, SEEDS))), draw(st.booleans())
    return rng.integers(-1, 2, (N, C, H, W)).astype(float) if ties else rng.normal(size=(N, C, H, W))


@st.composite
def pooled_images(draw):
    """An image, a window that fits, and a stride or None."""
    x, kernel_size = draw(images()), draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    assume(kernel_size[0] <= x.shape[2] and kernel_size[1] <= x.shape[3])
    return x, kernel_size, draw(st.none() | st.tuples(st.integers(1, 3), st.integers(1, 3)))


# by hand

X = np.array([[[[1., 5., 2., 3.], [5., 0., 3., 3.], [9., 9., 9., 9.]]]])


def test_pooling_by_hand():
    """The third row fills no window of 2 x 2; the first of two equal pixels gets the whole gradient."""
    dy = np.array([[[[8., 12.]]]])
    assert max_pool2d(X, 2).tolist() == [[[[5, 3]]]]
    assert max_pool2d_backward(dy, X, 2).tolist() == [[[[0, 8, 0, 12], [0, 0, 0, 0], [0, 0, 0, 0]]]]
    assert avg_pool2d(X, 2).tolist() == [[[[(1 + 5 + 5 + 0) / 4, (2 + 3 + 3 + 3) / 4]]]]
    assert avg_pool2d_backward(dy, X, 2).tolist() == [[[[2, 2, 3, 3], [2, 2, 3, 3], [0, 0, 0, 0]]]]


def test_a_pixel_that_wins_two_windows_sums_their_gradients():
    x = np.array([[[[1., 7., 2.]]]])
    assert max_pool2d(x, (1, 2), stride=1).tolist() == [[[[7, 7]]]]
    assert max_pool2d_backward(np.array([[[[10., 100.]]]]), x, (1, 2), stride=1).tolist() == [[[[0, 110, 0]]]]


def test_global_pooling_by_hand():
    dy = np.array([[24.]])
    assert global_max_pool(X).tolist() == [[9]] and global_avg_pool(X).tolist() == [[(11 + 11 + 36) / 12]]
    assert global_max_pool_backward(dy, X).tolist() == [[[[0] * 4, [0] * 4, [24, 0, 0, 0]]]]
    assert global_avg_pool_backward(dy, X).tolist() == [[[[2] * 4] * 3]]


# against torch

@MANY
@given(pooled_images(), KINDS, st.integers(0, SEEDS))
def test_equals_torch_forward_and_backward(case, kind, seed):
    (x, kernel_size, stride), (forward, backward) = case, PAIRS[kind]
    torch_pool = getattr(torch.nn.functional, f"{kind}_pool2d")
    y, dy, want = torch_gradients(lambda x: torch_pool(x, kernel_size, stride), upstream(seed), x)
    assert_same_numbers([forward(x, kernel_size, stride), backward(dy, x, kernel_size, stride)], [y, *want])


@MANY
@given(images(), KINDS, st.integers(0, SEEDS))
def test_global_pooling_equals_torch_forward_and_backward(x, kind, seed):
    forward, backward = GLOBAL[kind]
    torch_pool = getattr(torch.nn.functional, f"adaptive_{kind}_pool2d")
    y, dy, want = torch_gradients(lambda x: torch_pool(x, 1)[:, :, 0, 0], upstream(seed), x)
    assert_same_numbers([forward(x), backward(dy, x)], [y, *want])


# second roads

@MANY
@given(pooled_images(), st.integers(0, SEEDS))
def test_average_pooling_is_one_fixed_weight_on_every_connection(case, seed):
    """Its ids: a convolution with one group a channel, all of its ids tied to a single one."""
    x, (k_h, k_w), stride = case
    N, C, H, W = x.shape
    stride = stride or (k_h, k_w)
    ids = tie(conv2d_ids(H, W, (k_h, k_w), C, C, stride, groups=C), 1)
    matrix, y = gather(np.array([1 / (k_h * k_w)]), ids), avg_pool2d(x, (k_h, k_w), stride)
    np.testing.assert_allclose(y.reshape(N, -1), x.reshape(N, -1) @ matrix.T, **CLOSE)
    dy = upstream(seed)(y.shape)
    dx = avg_pool2d_backward(dy, x, (k_h, k_w), stride)
    np.testing.assert_allclose(dx.reshape(N, -1), dy.reshape(N, -1) @ matrix, **CLOSE)
    w = np.full((C, 1, k_h, k_w), 1 / (k_h * k_w))
    assert_same_numbers([y, dx], [conv2d(x, w, stride=stride, groups=C),
                                  conv2d_backward(dy, x, w, stride=stride, groups=C)[0]])


@MANY
@given(images(), KINDS, st.integers(0, SEEDS))
def test_global_pooling_is_one_window_as_large_as_the_image(x, kind, seed):
    (forward, backward), (whole, whole_backward) = PAIRS[kind], GLOBAL[kind]
    dy = upstream(seed)(x.shape[:2])
    assert_same_numbers([whole(x), whole_backward(dy, x)],
                        [forward(x, x.shape[2:])[:, :, 0, 0], backward(dy[:, :, None, None], x, x.shape[2:])])


@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize(("kernel_size", "stride"), [(2, None), ((2, 3), 1), (2, 3)])
def test_every_entry_of_the_gradient_by_nudging(kind, kernel_size, stride):
    """On numbers at least 0.1 apart, so that no nudge changes which pixel is the largest."""
    forward, backward = PAIRS[kind]
    x = np.random.default_rng(0).permutation(2 * 2 * 5 * 6).reshape(2, 2, 5, 6) / 10
    dy = upstream(0)(forward(x, kernel_size, stride).shape)
    n = gradcheck(lambda x: (dy * forward(x, kernel_size, stride)).sum(), dict(x=x),
                  dict(x=backward(dy, x, kernel_size, stride)))
    assert n == x.size


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_every_entry_of_the_global_gradient_by_nudging(kind):
    forward, backward = GLOBAL[kind]
    x = np.random.default_rng(0).permutation(2 * 3 * 4 * 2).reshape(2, 3, 4, 2) / 10
    dy = upstream(0)((2, 3))
    assert gradcheck(lambda x: (dy * forward(x)).sum(), dict(x=x), dict(x=backward(dy, x))) == x.size


@MANY
@given(images())
def test_the_largest_pixel_passes_and_the_gradient_adds_up(x):
    """What comes in goes out: a gradient of ones arrives whole, at one pixel a channel, and that pixel is the largest."""
    dx = global_max_pool_backward(np.ones(x.shape[:2]), x)
    assert (np.count_nonzero(dx, axis=(2, 3)) == 1).all() and (dx.sum((2, 3)) == 1).all()
    assert ((dx * x).sum((2, 3)) == global_max_pool(x)).all()


# what must not happen

@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_dtype_is_kept_nothing_is_changed_and_no_memory_is_shared(dtype, kind):
    """A window of one pixel is where a view could leak."""
    (forward, backward), (whole, whole_backward) = PAIRS[kind], GLOBAL[kind]
    for size in (1, 2):
        x = X.astype(dtype)
        y, z = forward(x, size), whole(x)
        dy, dz = np.ones_like(y), np.ones_like(z)
        dx, dx_whole = backward(dy, x, size), whole_backward(dz, x)
        arrays = [x, y, z, dy, dz, dx, dx_whole]
        assert {v.dtype for v in arrays} == {np.dtype(dtype)} and dx.shape == dx_whole.shape == x.shape
        assert (x == X).all() and (dy == 1).all() and (dz == 1).all()
        assert not any(np.shares_memory(v, u) for k, v in enumerate(arrays) for u in arrays[:k])
        assert all(v.flags.writeable for v in arrays)


def test_minus_infinity_and_large_numbers_pass():
    x = np.array([[[[-np.inf, -1e308, 1e308, np.inf]]]])
    assert max_pool2d(x, (1, 2)).ravel().tolist() == [-1e308, np.inf]
    assert max_pool2d_backward(np.array([[[[1., 2.]]]]), x, (1, 2)).ravel().tolist() == [0, 1, 0, 2]


# what it refuses

@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize(("arguments", "error", "message"), [
    ((X.tolist(), 2), TypeError, "x is a list; expected a numpy array of shape (N, C, H_in, W_in)"),
    ((X.astype(int), 2), TypeError, "x holds int64 numbers; expected floats, such as x.astype(float)"),
    ((X[0], 2), ValueError, "x has shape (1, 3, 4); expected (N, C, H_in, W_in)"),
    ((X[:0], 2), ValueError, "x has shape (0, 1, 3, 4); there is nothing in it"),
    ((X, 4), ValueError, "kernel_size is 4 and covers 4 pixels; the padded input has only 3"),
    ((X, 0), ValueError, "kernel_size is 0; expected a whole number of at least 1"),
    ((X, 2.0), TypeError, "kernel_size is 2.0; expected a whole number of at least 1"),
    ((X, (2, 2, 2)), ValueError, "kernel_size is (2, 2, 2); expected one whole number, or two: (height, width)"),
    ((X, 2, 0), ValueError, "stride is 0; expected a whole number of at least 1"),
    ((X, 2, (1, -1)), ValueError, "stride is -1; expected a whole number of at least 1")], ids=lambda v: "")
def test_bad_input_is_named_on_both_ways(kind, arguments, error, message):
    forward, backward = PAIRS[kind]
    for call in (lambda: forward(*arguments), lambda: backward(np.ones((1, 1, 1, 2)), *arguments)):
        with pytest.raises(error) as raised:
            call()
        assert str(raised.value) == message


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_bad_upstream_gradients_and_global_inputs_are_named(kind):
    (_, backward), (whole, whole_backward) = PAIRS[kind], GLOBAL[kind]
    for call, error, message in [
            (lambda: backward(np.ones((1, 1, 2, 2)), X, 2), ValueError,
             "dy has shape (1, 1, 2, 2); expected (1, 1, 1, 2)"),
            (lambda: backward(1.0, X, 2), TypeError, "dy is a float; expected a numpy array of shape (1, 1, 1, 2)"),
            (lambda: whole(X[0]), ValueError, "x has shape (1, 3, 4); expected (N, C, H, W)"),
            (lambda: whole([[1.0]]), TypeError, "x is a list; expected a numpy array of shape (N, C, H, W)"),
            (lambda: whole_backward(np.ones((1, 1, 1, 1)), X), ValueError,
             "dy has shape (1, 1, 1, 1); expected (1, 1)")]:
        with pytest.raises(error) as raised:
            call()
        assert str(raised.value) == message


def test_a_nan_passes_forward_and_its_window_sends_nothing_back():
    x = np.array([[[[1.0, np.nan, 2, 3], [4, 0, 3, 3]]]])
    assert np.isnan(max_pool2d(x, 2)).tolist() == [[[[True, False]]]]
    assert max_pool2d_backward(np.ones((1, 1, 1, 2)), x, 2).tolist() == [[[[0, 0, 0, 1], [0, 0, 0, 0]]]]
