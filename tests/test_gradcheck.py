"""Gradients by nudging, and the sentence for every kind of wrong gradient; the mistakes are the real ones where possible."""
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.dense import dense, dense_backward, relu, relu_backward
from helpers.gradcheck import gradcheck, numerical_gradient

RNG = np.random.default_rng(0)
X, W, B, DY = (RNG.normal(size=shape) for shape in [(5, 4), (3, 4), (3,), (5, 3)])


def layer(x, W, b):
    return (DY * dense(x, W, b)).sum()


def complaint(gradients, loss=layer, arguments=None):
    """What gradcheck says about one wrong gradient among right ones."""
    right = dict(zip("xWb", dense_backward(DY, X, W), strict=True)) if arguments is None else {}
    with pytest.raises(AssertionError) as raised:
        gradcheck(loss, arguments or dict(x=X, W=W, b=B), right | gradients)
    return str(raised.value)


KERNEL, IMAGES, DMAPS = (RNG.normal(size=shape) for shape in [(4, 3, 3, 3), (2, 3, 6, 6), (2, 4, 4, 4)])


def kernel_loss(w):
    return sum((DMAPS * np.einsum("fc,ncij->nfij", w[:, :, a, b], IMAGES[:, :, a:a + 4, b:b + 4])).sum()
               for a in range(3) for b in range(3))


DKERNEL = numerical_gradient(kernel_loss, KERNEL)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=1, max_size=6).map(np.array))
def test_numerical_gradient_finds_derivatives_known_by_hand(v):
    np.testing.assert_allclose(numerical_gradient(lambda v: (v**3).sum(), v), 3 * v**2, rtol=0, atol=1e-8)
    np.testing.assert_allclose(numerical_gradient(lambda v: np.sin(v).sum(), v), np.cos(v), rtol=0, atol=1e-8)
    np.testing.assert_allclose(numerical_gradient(lambda v: np.exp(v).prod(), v), np.exp(v).prod(), rtol=1e-7)


def test_numerical_gradient_agrees_with_autograd_in_any_shape():
    for shape in [(), (3,), (2, 3), (2, 1, 3, 2)]:
        v = RNG.normal(size=shape)
        leaf = torch.tensor(v, requires_grad=True)
        torch.sin(leaf * leaf).sum().backward()
        np.testing.assert_allclose(numerical_gradient(lambda v: np.sin(v * v).sum(), v), leaf.grad, atol=1e-8)


def test_the_array_is_not_changed_and_float32_is_worked_on_in_float64():
    v = np.array([1.0, 2.0], np.float32)
    dv = numerical_gradient(lambda v: (v**2).sum(), v)
    assert v.tolist() == [1, 2] and v.dtype == np.float32 and dv.dtype == np.float64
    np.testing.assert_allclose(dv, [2, 4], rtol=0, atol=1e-8)


def test_at_a_kink_it_is_the_mean_of_both_slopes():
    np.testing.assert_allclose(numerical_gradient(lambda v: relu(v).sum(), np.array([-1.0, 0.0, 1.0])), [0, 0.5, 1])


def test_right_gradients_pass_and_every_entry_is_counted():
    gradients = dict(zip("xWb", dense_backward(DY, X, W), strict=True))
    assert gradcheck(layer, dict(x=X, W=W, b=B), gradients) == X.size + W.size + B.size


@pytest.mark.parametrize("name", "xWb")
def test_one_wrong_entry_among_all_is_found_and_named(name):
    gradients = {n: g.copy() for n, g in zip("xWb", dense_backward(DY, X, W), strict=True)}
    right = gradients[name].flat[2]
    gradients[name].flat[2] += 0.001 * np.abs(gradients[name]).max()
    where = list(map(int, np.unravel_index(2, gradients[name].shape)))
    message = complaint(gradients)
    assert message.startswith(f"d{name}{where} is {gradients[name].flat[2]:.6g}; the numerical gradient is {right:.6g}. "
                              f"Entries off: 1 of {gradients[name].size}.\n")


def test_the_entry_named_is_the_one_that_is_furthest_off():
    _, dW, _ = dense_backward(DY, X, W)
    dW = dW + np.array([[0, 0.1, 0, 0], [0, 0, 0, 0], [0, 0, -5, 0]])
    assert complaint(dict(W=dW)).startswith(f"dW[2, 2] is {dW[2, 2]:.6g}; ")


def test_a_mean_where_a_sum_belongs():
    dx, dW, db = dense_backward(DY, X, W)
    says = "Every entry of d{} is 1/5 of the numerical gradient: a mean where a sum belongs?"
    assert complaint(dict(W=dW / 5)).endswith(says.format("W"))
    assert complaint(dict(b=DY.mean(axis=0))).endswith(says.format("b"))
    assert complaint(dict(w=DKERNEL / 16), kernel_loss, dict(w=KERNEL)).endswith(
        "Every entry of dw is 1/16 of the numerical gradient: a mean where a sum belongs?")


def test_a_sum_where_a_mean_belongs():
    """Half the squared error, averaged over 5 examples in the loss but not in its gradient."""
    message = complaint(dict(W=X.T @ X), lambda W: ((X @ W) ** 2).sum() / 2 / 5, dict(W=np.eye(4)))
    assert message.endswith("Every entry of dW is 5 times the numerical gradient: a sum where a mean belongs, "
                            "or something counted twice?")


def test_a_gradient_counted_twice_is_named_as_a_factor():
    _, _, db = dense_backward(DY, X, W)
    assert "Every entry of db is 2 times the numerical gradient" in complaint(dict(b=2 * db))


def test_some_other_factor_is_named_as_number_or_fraction():
    _, dW, _ = dense_backward(DY, X, W)
    assert complaint(dict(W=0.3 * dW)).endswith(
        "Every entry of dW is 0.3 times the numerical gradient: a factor is missing, or one too many.")
    assert "Every entry of dW is minus 1/2 of the numerical gradient" in complaint(dict(W=-dW / 2))


def test_the_wrong_sign_is_named():
    _, dW, _ = dense_backward(DY, X, W)
    assert complaint(dict(W=-dW)).endswith("dW has the wrong sign: every entry is minus the numerical gradient.")


def test_a_gradient_of_zeros_is_named():
    assert complaint(dict(W=np.zeros((3, 4)))).endswith(
        "Every entry of dW is 0: was it never added to, or is the way back cut?")


def test_the_loss_does_not_use_the_argument():
    message = complaint(dict(w=np.ones(3)), lambda w: (B**2).sum(), dict(w=B))
    assert message.endswith("The loss does not change with w: does it use the w it is given?")


def test_a_transposed_gradient_is_named():
    square, dy = RNG.normal(size=(4, 4)), RNG.normal(size=(5, 4))
    _, dW, _ = dense_backward(dy, X, square)
    assert complaint(dict(W=dW.T), lambda W: (dy * dense(X, W)).sum(), dict(W=square)).endswith(
        "dW is transposed: the numerical gradient with rows and columns exchanged.")


@pytest.mark.parametrize(("axes", "words"), [((0,), "rows"), ((1,), "columns"), ((0, 1), "rows and columns")])
def test_a_flipped_gradient_is_named_with_its_axes(axes, words):
    _, dW, _ = dense_backward(DY, X, W)
    assert complaint(dict(W=np.flip(dW, axes))).endswith(
        f"dW is flipped along {words}: a kernel that was turned, or was not?")


def test_a_kernel_turned_by_half_a_turn_transposed_and_backwards():
    flipped = complaint(dict(w=DKERNEL[:, :, ::-1, ::-1]), kernel_loss, dict(w=KERNEL))
    assert flipped.endswith("dw is flipped along axis 2 and axis 3: a kernel that was turned, or was not?")
    transposed = complaint(dict(w=DKERNEL.swapaxes(2, 3)), kernel_loss, dict(w=KERNEL))
    assert transposed.endswith("dw is transposed: the numerical gradient with axis 2 and axis 3 exchanged.")
    _, _, db = dense_backward(DY, X, W)
    assert complaint(dict(b=db[::-1])).endswith(
        "db is the numerical gradient backwards: a kernel or a time axis turned round?")


def test_only_some_rows_are_wrong():
    dx, dW, db = dense_backward(DY, X, W)
    dx[3:] += 1
    assert complaint(dict(x=dx)).endswith("dx is wrong at 2 of 5 indices along axis 0, the first is 3.")
    dW[:, 1] = 7
    assert complaint(dict(W=dW)).endswith("dW is wrong at 1 of 4 indices along axis 1, the first is 1.")
    db[2] += 1
    assert complaint(dict(b=db)).endswith("db is wrong at 1 of 3 indices, the first is 2.")


def test_rows_that_were_never_written():
    dx, _, _ = dense_backward(DY, X, W)
    dx[0] = 0
    assert complaint(dict(x=dx)).endswith(
        "dx is wrong at 1 of 5 indices along axis 0, the first is 0. Everything wrong is 0: never written?")


def test_a_kink_is_not_called_a_mistake():
    x = np.array([[1.0, 0.0, -2.0]])
    message = complaint(dict(x=relu_backward(np.ones_like(x), x)), lambda x: relu(x).sum(), dict(x=x))
    assert message.startswith("dx[0, 1] is 0; the numerical gradient is 0.5. Entries off: 1 of 3.\n")
    assert message.endswith("The loss has a kink at entry [0, 1]: its slope is 0 on the left, 1 on the right, and the "
                            "numerical gradient is their mean. Check elsewhere: with a ReLU, no zeros into it.")


def test_a_mistake_beside_a_kink_or_beyond_both_slopes_is_not_excused():
    x = np.array([[1.0, 0.0, -2.0]])
    for wrong in ([5.0, 0.0, 0.0], [1.0, 5.0, 0.0]):
        assert "kink" not in complaint(dict(x=np.array([wrong])), lambda x: relu(x).sum(), dict(x=x))


def test_nan_and_infinity_are_named_before_large_errors():
    _, dW, _ = dense_backward(DY, X, W)
    dW[1, 2], dW[0, 0] = np.nan, np.inf
    message = complaint(dict(W=dW))
    assert message.startswith("dW[0, 0] is inf; ") and message.endswith("dW holds 1 nan and 1 infinite entries.")
    dW[0, 0], dW[2, 3] = 1e9, 1e9
    assert complaint(dict(W=dW)).startswith("dW[1, 2] is nan; ")
    message = complaint(dict(w=np.ones(2)), lambda w: math.nan * w.sum(), dict(w=np.ones(2)))
    assert message.endswith("The numerical gradient holds 2 nan and 0 infinite entries.")


def test_a_wrong_shape_is_named_with_the_right_one():
    _, dW, _ = dense_backward(DY, X, W)
    assert complaint(dict(W=dW.T)) == "dW has shape (4, 3); expected (3, 4), that of W"


def test_noise_is_given_no_invented_cause():
    _, dW, _ = dense_backward(DY, X, W)
    message = complaint(dict(W=dW + np.random.default_rng(1).normal(size=dW.shape)))
    assert message.endswith("No simple pattern: look at dW one entry at a time.")


def test_a_tiny_gradient_is_compared_as_strictly_as_a_large_one():
    """Half of a gradient of 1e-6 must not slip under an absolute tolerance."""
    assert "1/2" in complaint(dict(w=np.full(3, 0.5e-6)), lambda w: 1e-6 * w.sum(), dict(w=np.ones(3)))


BAD = [(lambda: numerical_gradient(lambda v: v.sum(), np.array([1, 2])), TypeError,
        "v holds int64 numbers; expected floats, such as v.astype(float)"),
       (lambda: numerical_gradient(lambda v: v.sum(), [1.0, 2.0]), TypeError,
        "v is a list; expected a numpy array of floats"),
       (lambda: numerical_gradient(lambda v: v, np.ones(2)), ValueError,
        "f returned an array of shape (2,); expected one number, such as (dy * y).sum()"),
       (lambda: numerical_gradient(lambda v: v.astype(np.float32).sum(), np.ones(2)), TypeError,
        "f returned a float32 number, in which a nudge of 1e-6 is lost; compute it in float64"),
       (lambda: numerical_gradient(lambda v: np.negative(v, out=v).sum(), np.ones(2)), ValueError,
        "f changed the array it was given; it may only read it"),
       (lambda: gradcheck(layer, dict(x=X, W=W, b=B), dict(x=X, W=W)), ValueError,
        "gradients are for ['W', 'x']; expected ['W', 'b', 'x'], as in arguments"),
       (lambda: gradcheck(layer, dict(x=X, W=W, b=B), dict(x=X, W=W, c=B)), ValueError,
        "gradients are for ['W', 'c', 'x']; expected ['W', 'b', 'x'], as in arguments"),
       (lambda: gradcheck(layer, dict(x=X, W=W, b=np.arange(3)), dict(x=X, W=W, b=B)), TypeError,
        "b holds int64 numbers; expected floats, such as b.astype(float)"),
       (lambda: gradcheck(lambda w: w.sum(), dict(w=B), dict(w=None)), TypeError,
        "dw is a NoneType; expected a numpy array of floats")]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
