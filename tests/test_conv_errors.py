"""What convolution refuses, forward and backward: each message names the argument, its value and what was expected."""
import numpy as np
import pytest
import torch

from helpers.conv import conv1d, conv1d_backward, conv2d, conv2d_backward

X, W, B = np.ones((2, 4, 5, 5)), np.ones((6, 4, 3, 3)), np.ones(6)
GOOD = dict(x=X, w=W, b=B)
BAD = [
    (dict(x=X.tolist()), TypeError, "x is a list; expected a numpy array of shape (N, C_in, H_in, W_in)"),
    (dict(x=torch.ones(2, 4, 5, 5)), TypeError, "x is a Tensor; expected a numpy array of shape (N, C_in, H_in, W_in)"),
    (dict(x=X.astype(int)), TypeError, "x holds int64 numbers; expected floats, such as x.astype(float)"),
    (dict(x=X[0]), ValueError, "x has shape (4, 5, 5); expected (N, C_in, H_in, W_in)"),
    (dict(x=X[:0]), ValueError, "x has shape (0, 4, 5, 5); there is nothing in it"),
    (dict(x=X[:, :3]), ValueError, "w has shape (6, 4, 3, 3); expected (C_out, 3, k_h, k_w)"),
    (dict(x=X[:, :, :2]), ValueError, "kernel_size is 3 and covers 3 pixels; the padded input has only 2"),
    (dict(w=W.tolist()), TypeError, "w is a list; expected a numpy array of shape (C_out, C_in / groups, k_h, k_w)"),
    (dict(w=W.astype(np.int8)), TypeError, "w holds int8 numbers; expected floats, such as w.astype(float)"),
    (dict(w=W[0]), ValueError, "w has shape (4, 3, 3); expected (C_out, C_in / groups, k_h, k_w)"),
    (dict(w=np.ones((6, 4, 3, 6))), ValueError, "kernel_size is 6 and covers 6 pixels; the padded input has only 5"),
    (dict(w=np.ones((6, 4, 0, 3))), ValueError, "w has shape (6, 4, 0, 3); there is nothing in it"),
    (dict(b=0.0), TypeError, "b is a float; expected a numpy array of shape (6,)"),
    (dict(b=np.ones(5)), ValueError, "b has shape (5,); expected (6,)"),
    (dict(b=np.ones((6, 1, 1))), ValueError, "b has shape (6, 1, 1); expected (6,)"),
    (dict(b=np.ones(6, int)), TypeError, "b holds int64 numbers; expected floats, such as b.astype(float)"),
    (dict(stride=0), ValueError, "stride is 0; expected a whole number of at least 1"),
    (dict(stride=(1, -2)), ValueError, "stride is -2; expected a whole number of at least 1"),
    (dict(stride=1.5), TypeError, "stride is 1.5; expected a whole number of at least 1"),
    (dict(padding=-1), ValueError, "padding is -1; expected a whole number of at least 0"),
    (dict(padding="same"), TypeError, "padding is 'same'; expected a whole number of at least 0"),
    (dict(dilation=0), ValueError, "dilation is 0; expected a whole number of at least 1"),
    (dict(dilation=3), ValueError, "kernel_size is 3 and covers 7 pixels; the padded input has only 5"),
    (dict(groups=0), ValueError, "groups is 0; expected a whole number of at least 1"),
    (dict(groups=3), ValueError, "groups is 3; it must divide C_in = 4 and C_out = 6"),
    (dict(groups=4), ValueError, "groups is 4; it must divide C_in = 4 and C_out = 6"),
    (dict(groups=2), ValueError, "w has shape (6, 4, 3, 3); expected (C_out, 2, k_h, k_w)"),
    (dict(padding_mode="reflect"), ValueError, "padding_mode is 'reflect'; expected 'zeros' or 'circular'"),
    (dict(padding=6, padding_mode="circular"), ValueError,
     "padding is (6, 6); a circular input of (5, 5) has no more pixels than that to repeat")]


@pytest.mark.parametrize(("wrong", "error", "message"), BAD, ids=lambda v: ", ".join(v) if isinstance(v, dict) else "")
def test_bad_input_is_named(wrong, error, message):
    with pytest.raises(error) as raised:
        conv2d(**GOOD | wrong)
    assert str(raised.value) == message


@pytest.mark.parametrize(("wrong", "error", "message"), [bad for bad in BAD[:-1] if "b" not in bad[0]],
                         ids=lambda v: "")
def test_bad_input_of_the_way_back_is_named(wrong, error, message):
    """The way back refuses what the way forward refuses, in the same words."""
    with pytest.raises(error) as raised:
        conv2d_backward(**dict(dy=np.ones((2, 6, 3, 3)), x=X, w=W) | wrong)
    assert str(raised.value) == message


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: conv2d_backward(np.ones((2, 6, 5, 5)), X, W), ValueError,
     "dy has shape (2, 6, 5, 5); expected (2, 6, 3, 3)"),
    (lambda: conv2d_backward(np.ones((1, 6, 3, 3)), X, W), ValueError,
     "dy has shape (1, 6, 3, 3); expected (2, 6, 3, 3)"),
    (lambda: conv2d_backward(1.0, X, W), TypeError, "dy is a float; expected a numpy array of shape (2, 6, 3, 3)"),
    (lambda: conv2d_backward(np.ones((2, 6, 3, 3), int), X, W), TypeError,
     "dy holds int64 numbers; expected floats, such as dy.astype(float)"),
    (lambda: conv2d_backward(np.ones((2, 6, 15, 15)), X, W, padding=6, padding_mode="circular"), *BAD[-1][1:]),
    (lambda: conv1d(X, W[0]), ValueError, "x has shape (2, 4, 5, 5); expected (N, C_in, L_in)"),
    (lambda: conv1d(X[0], W), ValueError, "w has shape (6, 4, 3, 3); expected (C_out, C_in / groups, k)"),
    (lambda: conv1d(X[0], W[0]), ValueError, "w has shape (4, 3, 3); expected (C_out, 5, k)"),
    (lambda: conv1d(X[0], np.ones((2, 5, 6))), ValueError,
     "kernel_size is 6 and covers 6 pixels; the padded input has only 5"),
    (lambda: conv1d(X[0], np.ones((2, 5, 3)), stride=(1, 1)), TypeError,
     "stride is (1, 1); expected a whole number of at least 1"),
    (lambda: conv1d(X[0], np.ones((2, 5, 3)), padding=-1), ValueError,
     "padding is -1; expected a whole number of at least 0"),
    (lambda: conv1d(X[0], np.ones((2, 5, 3)), groups=2), ValueError,
     "groups is 2; it must divide C_in = 5 and C_out = 2"),
    (lambda: conv1d_backward(np.ones((4, 2, 5)), X[0], np.ones((2, 5, 3))), ValueError,
     "dy has shape (4, 2, 5); expected (4, 2, 3)"),
    (lambda: conv1d_backward(X, X[0], np.ones((2, 5, 3))), ValueError,
     "dy has shape (2, 4, 5, 5); expected (4, 2, 3)")], ids=lambda v: "")
def test_bad_rows_and_upstream_gradients_are_named(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
