"""The local layer: by hand, against torch, its ids, nudging, and convolution as its shared case; and what it refuses."""
import numpy as np
import pytest
import torch
from convolutions import CLOSE, SEEDS, assert_same_numbers, torch_gradients, upstream
from hypothesis import given, settings
from hypothesis import strategies as st
from layers import options_1d, options_2d

from helpers.conv import conv2d, conv2d_backward
from helpers.gradcheck import gradcheck
from helpers.ids import gather, scatter_add
from helpers.local import local1d, local1d_backward, local2d, local2d_backward
from helpers.sharing import local1d_ids, local2d_ids
from helpers.windows import positions

MANY = settings(max_examples=200, deadline=None)
UNSHARED = dict(dilation=1, groups=1, circular=False)


@st.composite
def local_cases(draw, options):
    """Options without dilation, groups and ring, and random x, w, b for them."""
    o = draw(options) | UNSHARED
    rng, N = np.random.default_rng(draw(st.integers(0, SEEDS))), draw(st.integers(1, 3))
    if "H_in" in o:
        sizes, kernel_size = (o["H_in"], o["W_in"]), o["kernel_size"]
        places = positions(sizes, kernel_size, o["stride"], o["padding"])
    else:
        sizes, kernel_size = (o["n_in"],), (o["kernel_size"],)
        places = positions((1, *sizes), (1, *kernel_size), (1, o["stride"]), (0, o["padding"]))[1:]
    shapes = (N, o["C_in"], *sizes), (*places, o["C_out"], o["C_in"], *kernel_size), (o["C_out"], *places)
    return o, *(rng.normal(size=shape) for shape in shapes)


ZEROS = st.just(False)
IMAGES, ROWS = local_cases(options_2d(circular=ZEROS)), local_cases(options_1d(circular=ZEROS))


def layer_of(o):
    return (local2d, local2d_backward) if "H_in" in o else (local1d, local1d_backward)


# by hand

def test_every_position_has_its_own_kernel_by_hand():
    x = np.array([[[[1., 2., 3.], [4., 5., 6.]]]])
    w = np.array([[1., 2.], [3., 4.]]).reshape(2, 2, 1, 1, 1, 1)[:, [0, 1, 0]] * 10 ** np.arange(3.).reshape(1, 3, 1, 1, 1, 1)
    assert w[..., 0, 0, 0, 0].tolist() == [[1, 20, 100], [3, 40, 300]]
    assert local2d(x, w).tolist() == [[[[1 * 1, 20 * 2, 100 * 3], [3 * 4, 40 * 5, 300 * 6]]]]
    dx, dw, db = local2d_backward(np.ones((1, 1, 2, 3)), x, w)
    assert dx.tolist() == [[[[1, 20, 100], [3, 40, 300]]]] and dw[..., 0, 0, 0, 0].tolist() == x[0, 0].tolist()
    assert db.tolist() == [[[1, 1, 1], [1, 1, 1]]]


def test_windows_overlap_and_examples_are_summed_by_hand():
    x = np.array([[[1., 2., 3.]], [[10., 20., 30.]]])
    w = np.array([[1., 2.], [3., 4.]]).reshape(2, 1, 1, 2)
    assert local1d(x, w, np.array([[100., 200.]])).tolist() == [[[1 + 4 + 100, 6 + 12 + 200]], [[10 + 40 + 100, 60 + 120 + 200]]]
    dx, dw, db = local1d_backward(np.array([[[1., 2.]], [[1., 0.]]]), x, w)
    assert dw.reshape(2, 2).tolist() == [[1 + 10, 2 + 20], [2 * 2, 2 * 3]] and db.tolist() == [[2, 2]]
    assert dx.tolist() == [[[1, 2 + 2 * 3, 2 * 4]], [[1, 2, 0]]]


# against torch: unfold gives the windows, einsum multiplies each with its own kernel

@MANY
@given(IMAGES, st.booleans(), st.integers(0, SEEDS))
def test_local2d_equals_torch_forward_and_every_gradient(case, bias, seed):
    o, x, w, b = case
    def torch_local(x, w, b):
        columns = torch.nn.functional.unfold(x, o["kernel_size"], padding=o["padding"], stride=o["stride"])
        y = torch.einsum("nkp,pfk->nfp", columns, w.flatten(3).flatten(0, 1))
        return y.reshape(len(x), *b.shape) + b
    options = dict(stride=o["stride"], padding=o["padding"])
    y, dy, want = torch_gradients(torch_local, upstream(seed), x, w, b)
    assert_same_numbers([local2d(x, w, b, **options) if bias else local2d(x, w, **options) + b], [y])
    assert_same_numbers(local2d_backward(dy, x, w, **options), want)


@MANY
@given(ROWS, st.booleans(), st.integers(0, SEEDS))
def test_local1d_equals_torch_forward_and_every_gradient(case, bias, seed):
    o, x, w, b = case
    def torch_local(x, w, b):
        padded = torch.nn.functional.pad(x, (o["padding"], o["padding"]))
        return torch.einsum("ncik,ifck->nfi", padded.unfold(2, o["kernel_size"], o["stride"]), w) + b
    options = dict(stride=o["stride"], padding=o["padding"])
    y, dy, want = torch_gradients(torch_local, upstream(seed), x, w, b)
    assert_same_numbers([local1d(x, w, b, **options) if bias else local1d(x, w, **options) + b], [y])
    assert_same_numbers(local1d_backward(dy, x, w, **options), want)


# second roads

@MANY
@given(IMAGES | ROWS, st.integers(0, SEEDS))
def test_equals_its_ids_forward_and_backward(case, seed):
    """Every parameter is used at one place; theta is w, flattened as it lies."""
    o, x, w, _ = case
    (forward, backward), options, N = layer_of(o), dict(stride=o["stride"], padding=o["padding"]), len(x)
    ids = (local2d_ids if "H_in" in o else local1d_ids)(**o)
    W, y = gather(w.ravel(), ids), forward(x, w, **options)
    np.testing.assert_allclose(y.reshape(N, -1), x.reshape(N, -1) @ W.T, **CLOSE)
    dy = upstream(seed)(y.shape)
    dx, dw, _ = backward(dy, x, w, **options)
    np.testing.assert_allclose(dx.reshape(N, -1), dy.reshape(N, -1) @ W, **CLOSE)
    np.testing.assert_allclose(dw.ravel(), scatter_add(dy.reshape(N, -1).T @ x.reshape(N, -1), ids, w.size), **CLOSE)


@pytest.mark.parametrize("shared", [(), (0,), (1,), (0, 1)], ids=["own", "columns", "rows", "all"])
def test_every_entry_of_every_gradient_by_nudging(shared):
    rng = np.random.default_rng(0)
    places = [1 if axis in shared else n for axis, n in enumerate((3, 2))]
    x, w, b = (rng.normal(size=shape) for shape in [(2, 2, 5, 3), (*places, 2, 2, 2, 2), (2, 3, 2)])
    def loss(x, w, b):
        return (dy * local2d(x, w, b, (2, 2), (1, 1))).sum()
    dy = upstream(0)((2, 2, 3, 2))
    n = gradcheck(loss, dict(x=x, w=w, b=b), dict(zip("xwb", local2d_backward(dy, x, w, (2, 2), (1, 1)), strict=True)))
    assert n == x.size + w.size + b.size


@MANY
@given(IMAGES, st.integers(0, SEEDS))
def test_one_kernel_for_all_positions_is_convolution_and_its_gradient_is_the_sum(case, seed):
    o, x, w, _ = case
    options = dict(stride=o["stride"], padding=o["padding"])
    one = w[:1, :1]
    y = local2d(x, one, **options)
    np.testing.assert_allclose(y, conv2d(x, one[0, 0], **options), **CLOSE)
    dy = upstream(seed)(y.shape)
    dx, dw, db = local2d_backward(dy, x, one, **options)
    assert_same_numbers([dx, dw[0, 0], db.sum((1, 2))], conv2d_backward(dy, x, one[0, 0], **options))
    everywhere = np.broadcast_to(one, w.shape).copy()
    dw_each = local2d_backward(dy, x, everywhere, **options)[1]
    np.testing.assert_allclose(dw_each.sum((0, 1)), dw[0, 0], **CLOSE)


@MANY
@given(IMAGES, st.sampled_from([0, 1]), st.integers(0, SEEDS))
def test_sharing_along_one_axis_is_the_unshared_layer_with_equal_kernels(case, axis, seed):
    """A kernel a column (axis 0 shared) or a kernel a row (axis 1): its gradient sums over that axis alone."""
    o, x, w, _ = case
    options = dict(stride=o["stride"], padding=o["padding"])
    few = w.take([0], axis)
    many = np.broadcast_to(few, w.shape).copy()
    y = local2d(x, few, **options)
    np.testing.assert_allclose(y, local2d(x, many, **options), **CLOSE)
    dy = upstream(seed)(y.shape)
    (dx, dw, _), (dx_many, dw_many, _) = (local2d_backward(dy, x, v, **options) for v in (few, many))
    assert_same_numbers([dx, dw], [dx_many, dw_many.sum(axis, keepdims=True)])


# what must not happen

@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_nothing_is_changed(dtype):
    rng = np.random.default_rng(0)
    arguments = [rng.normal(size=shape).astype(dtype) for shape in [(2, 2, 4, 3), (4, 3, 2, 2, 3, 3), (2, 4, 3)]]
    before = [v.copy() for v in arguments]
    x, w, b = arguments
    y = local2d(x, w, b, padding=1)
    dy = np.ones(y.shape, dtype)
    gradients = local2d_backward(dy, x, w, padding=1)
    assert {v.dtype for v in (y, *gradients)} == {np.dtype(dtype)}
    assert [g.shape for g in gradients] == [v.shape for v in arguments]
    assert all((v == u).all() for v, u in zip(arguments, before, strict=True)) and (dy == 1).all()


@pytest.mark.parametrize("N", [1, 2])
def test_results_share_no_memory_with_arguments_or_each_other(N):
    """One example is where a transposed view could leak into x."""
    x, w, b = np.ones((N, 1, 3, 3)), np.ones((3, 3, 1, 1, 1, 1)), np.ones((1, 3, 3))
    y = local2d(x, w, b)
    arrays = [x, w, b, y, local2d(x, w), *local2d_backward(y, x, w)]
    assert not any(np.shares_memory(v, u) for k, v in enumerate(arrays) for u in arrays[:k])
    assert all(v.flags.writeable for v in arrays)


# what it refuses

X, W, B = np.ones((2, 3, 5, 4)), np.ones((3, 2, 6, 3, 3, 3)), np.ones((6, 3, 2))
BAD = [
    (dict(x=X.tolist()), TypeError, "x is a list; expected a numpy array of shape (N, C_in, H_in, W_in)"),
    (dict(x=X.astype(int)), TypeError, "x holds int64 numbers; expected floats, such as x.astype(float)"),
    (dict(x=X[0]), ValueError, "x has shape (3, 5, 4); expected (N, C_in, H_in, W_in)"),
    (dict(x=X[:0]), ValueError, "x has shape (0, 3, 5, 4); there is nothing in it"),
    (dict(x=X[:, :1]), ValueError, "w has shape (3, 2, 6, 3, 3, 3); expected (H_out, W_out, C_out, 1, k_h, k_w)"),
    (dict(w=W[0, 0]), ValueError, "w has shape (6, 3, 3, 3); expected (H_out, W_out, C_out, 3, k_h, k_w)"),
    (dict(w=W.tolist()), TypeError, "w is a list; expected a numpy array of shape (H_out, W_out, C_out, 3, k_h, k_w)"),
    (dict(w=W[:2]), ValueError,
     "w has kernels for (2, 2) positions; the output has (3, 2) (1 instead shares them)"),
    (dict(w=np.ones((3, 2, 6, 3, 6, 3))), ValueError,
     "kernel_size is 6 and covers 6 pixels; the padded input has only 5"),
    (dict(b=np.ones(6)), ValueError, "b has shape (6,); expected (6, 3, 2)"),
    (dict(b=0), TypeError, "b is a int; expected a numpy array of shape (6, 3, 2)"),
    (dict(stride=0), ValueError, "stride is 0; expected a whole number of at least 1"),
    (dict(stride=(1, 1, 1)), ValueError, "stride is (1, 1, 1); expected one whole number, or two: (height, width)"),
    (dict(padding=-1), ValueError, "padding is -1; expected a whole number of at least 0"),
    (dict(padding=1), ValueError,
     "w has kernels for (3, 2) positions; the output has (5, 4) (1 instead shares them)")]


@pytest.mark.parametrize(("wrong", "error", "message"), BAD, ids=lambda v: ", ".join(v) if isinstance(v, dict) else "")
def test_bad_input_is_named(wrong, error, message):
    with pytest.raises(error) as raised:
        local2d(**dict(x=X, w=W, b=B) | wrong)
    assert str(raised.value) == message


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: local2d_backward(np.ones((2, 6, 3, 3)), X, W), ValueError,
     "dy has shape (2, 6, 3, 3); expected (2, 6, 3, 2)"),
    (lambda: local2d_backward([1.0], X, W), TypeError, "dy is a list; expected a numpy array of shape (2, 6, 3, 2)"),
    (lambda: local1d(X, W), ValueError, "x has shape (2, 3, 5, 4); expected (N, C_in, L_in)"),
    (lambda: local1d(X[0], W), ValueError, "w has shape (3, 2, 6, 3, 3, 3); expected (L_out, C_out, 5, k)"),
    (lambda: local1d(X[0], np.ones((3, 1, 5, 3))), ValueError,
     "w has kernels for (1, 3) positions; the output has (1, 2) (1 instead shares them)"),
    (lambda: local1d(X[0], np.ones((2, 1, 5, 3)), np.ones(1)), ValueError, "b has shape (1,); expected (C_out, L_out)"),
    (lambda: local1d(X[0], np.ones((2, 1, 5, 3)), stride=(1, 1)), TypeError,
     "stride is (1, 1); expected a whole number of at least 1"),
    (lambda: local1d_backward(np.ones((3, 1, 3)), X[0], np.ones((2, 1, 5, 3))), ValueError,
     "dy has shape (3, 1, 3); expected (3, 1, 2)")], ids=lambda v: "")
def test_bad_rows_and_upstream_gradients_are_named(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
