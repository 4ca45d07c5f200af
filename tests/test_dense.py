"""The dense layer, ReLU and the sigmoid: by hand, against ids, against nudging, against torch; and what they refuse."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.dense import dense, dense_backward, relu, relu_backward, sigmoid
from helpers.gradcheck import gradcheck, numerical_gradient
from helpers.ids import gather, scatter_add
from helpers.sharing import dense_ids

CLOSE = dict(rtol=0, atol=1e-10)
SIZES = dict(N=st.integers(1, 6), n_in=st.integers(1, 8), n_out=st.integers(1, 8), seed=st.integers(0, 2**32 - 1))


def random_layer(N, n_in, n_out, seed=0, dtype=float):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(dtype) for shape in [(N, n_in), (n_out, n_in), (n_out,), (N, n_out)]]


def test_by_hand_with_whole_numbers():
    x, W, b = np.array([[1., 2.], [0., -1.]]), np.array([[3., 4.], [5., 6.], [7., 8.]]), np.array([10., 20., 30.])
    assert dense(x, W, b).tolist() == [[1 * 3 + 2 * 4 + 10, 1 * 5 + 2 * 6 + 20, 1 * 7 + 2 * 8 + 30],
                                       [-4 + 10, -6 + 20, -8 + 30]]
    dx, dW, db = dense_backward(np.array([[1., 0., 2.], [0., 1., 0.]]), x, W)
    assert dx.tolist() == [[1 * 3 + 2 * 7, 1 * 4 + 2 * 8], [5, 6]]
    assert dW.tolist() == [[1, 2], [0, -1], [2 * 1, 2 * 2]] and db.tolist() == [1, 1, 2]


def test_the_gradient_of_a_weight_is_summed_over_the_batch_not_averaged():
    x, W, _, dy = random_layer(5, 3, 2)
    one_by_one = [dense_backward(dy[n:n + 1], x[n:n + 1], W) for n in range(5)]
    np.testing.assert_allclose(dense_backward(dy, x, W)[1], sum(dW for _, dW, _ in one_by_one), **CLOSE)
    np.testing.assert_allclose(dense_backward(dy, x, W)[2], sum(db for _, _, db in one_by_one), **CLOSE)


@settings(max_examples=200, deadline=None)
@given(**SIZES, bias=st.booleans())
def test_equals_torch_forward_and_every_gradient(N, n_in, n_out, seed, bias):
    x, W, b, dy = random_layer(N, n_in, n_out, seed)
    layer = torch.nn.Linear(n_in, n_out, bias=bias, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(W))
        if bias:
            layer.bias.copy_(torch.tensor(b))
    tx = torch.tensor(x, requires_grad=True)
    y = layer(tx)
    y.backward(torch.tensor(dy))
    np.testing.assert_allclose(dense(x, W, b if bias else None), y.detach().numpy(), **CLOSE)
    dx, dW, db = dense_backward(dy, x, W)
    np.testing.assert_allclose(dx, tx.grad.numpy(), **CLOSE)
    np.testing.assert_allclose(dW, layer.weight.grad.numpy(), **CLOSE)
    if bias:
        np.testing.assert_allclose(db, layer.bias.grad.numpy(), **CLOSE)


@settings(max_examples=200, deadline=None)
@given(**SIZES)
def test_equals_its_ids_forward_and_backward(N, n_in, n_out, seed):
    x, W, _, dy = random_layer(N, n_in, n_out, seed)
    ids = dense_ids(n_in, n_out)
    np.testing.assert_allclose(dense(x, W), x @ gather(W.ravel(), ids).T, **CLOSE)
    every_connection = sum(np.outer(dy[n], x[n]) for n in range(N))
    np.testing.assert_allclose(dense_backward(dy, x, W)[1].ravel(), scatter_add(every_connection, ids, W.size), **CLOSE)


@settings(max_examples=200, deadline=None)
@given(**SIZES)
def test_backward_is_the_adjoint_of_forward(N, n_in, n_out, seed):
    """<dy, dense(x)> = <dx, x> = <dW, W> when there is no bias: the layer is linear in each."""
    x, W, _, dy = random_layer(N, n_in, n_out, seed)
    dx, dW, _ = dense_backward(dy, x, W)
    want = (dy * dense(x, W)).sum()
    np.testing.assert_allclose([(dx * x).sum(), (dW * W).sum()], [want, want], **CLOSE)


def test_every_entry_of_every_gradient_by_nudging():
    x, W, b, dy = random_layer(3, 4, 2)
    dx, dW, db = dense_backward(dy, x, W)
    assert gradcheck(lambda x, W, b: (dy * dense(x, W, b)).sum(), dict(x=x, W=W, b=b), dict(x=dx, W=dW, b=db)) == 22
    assert gradcheck(lambda x: (dy * relu(x @ W.T)).sum(), dict(x=x), dict(x=relu_backward(dy, x @ W.T) @ W)) == 12
    s = sigmoid(x)
    assert gradcheck(lambda x: sigmoid(x).sum(), dict(x=x), dict(x=s * (1 - s))) == 12


def test_relu_equals_torch_also_at_zero():
    x = np.array([[-2.0, -0.0, 0.0], [1e-300, 3.0, np.inf]])
    dy = np.arange(1.0, 7).reshape(2, 3)
    tx = torch.tensor(x, requires_grad=True)
    y = torch.relu(tx)
    y.backward(torch.tensor(dy))
    np.testing.assert_array_equal(relu(x), y.detach().numpy())
    np.testing.assert_array_equal(relu_backward(dy, x), tx.grad.numpy())


def test_at_zero_relu_has_two_slopes_and_nudging_gives_their_mean():
    zero = np.zeros(1)
    assert relu_backward(np.ones(1), zero).tolist() == [0]
    np.testing.assert_allclose(numerical_gradient(lambda v: relu(v).sum(), zero), [0.5], **CLOSE)


def test_sigmoid_equals_torch_and_stays_calm_at_both_ends():
    z = np.array([-1e308, -800.0, -30.0, -1.0, 0.0, 1.0, 30.0, 800.0, 1e308])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(sigmoid(z), torch.sigmoid(torch.tensor(z)).numpy(), rtol=0, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_nothing_is_changed(dtype):
    arguments = x, W, b, dy = random_layer(3, 4, 2, dtype=dtype)
    before = [v.copy() for v in arguments]
    results = [dense(x, W, b), dense(x, W), *dense_backward(dy, x, W), relu(x), relu_backward(x, x), sigmoid(x)]
    assert {v.dtype for v in results} == {np.dtype(dtype)}
    assert all((v == old).all() for v, old in zip(arguments, before, strict=True))
    assert not any(np.shares_memory(v, w) for v in results for w in arguments)


X, W, B, DY = random_layer(3, 4, 2)
BAD = [(dense, ([[1.0, 2.0]], W), TypeError, "x is a list; expected a numpy array of shape (N, n_in)"),
       (dense, (X.astype(int), W), TypeError, "x holds int64 numbers; expected floats, such as x.astype(float)"),
       (dense, (X[0], W), ValueError, "x has shape (4,); expected (N, n_in)"),
       (dense, (X[:0], W), ValueError, "x has shape (0, 4); there is nothing in it"),
       (dense, (X, W.T), ValueError, "W has shape (4, 2); expected (n_out, 4)"),
       (dense, (X, W.ravel()), ValueError, "W has shape (8,); expected (n_out, 4)"),
       (dense, (X, W, B[:1]), ValueError, "b has shape (1,); expected (2,)"),
       (dense, (X, W, B[:, None]), ValueError, "b has shape (2, 1); expected (2,)"),
       (dense, (X, W, 0.0), TypeError, "b is a float; expected a numpy array of shape (2,)"),
       (dense_backward, (DY.T, X, W), ValueError, "dy has shape (2, 3); expected (3, 2)"),
       (dense_backward, (DY[0], X, W), ValueError, "dy has shape (2,); expected (3, 2)"),
       (dense_backward, (DY.astype(int), X, W), TypeError,
        "dy holds int64 numbers; expected floats, such as dy.astype(float)"),
       (dense_backward, (DY, X, W.T), ValueError, "W has shape (4, 2); expected (n_out, 4)"),
       (relu, ([1.0, -1.0],), TypeError, "x is a list; expected a numpy array of shape (2,)"),
       (relu, (np.array([1, -1]),), TypeError, "x holds int64 numbers; expected floats, such as x.astype(float)"),
       (relu_backward, (np.ones(3), np.ones(2)), ValueError, "dy has shape (3,); expected (2,)")]


@pytest.mark.parametrize(("function", "arguments", "error", "message"), BAD)
def test_bad_input_is_named(function, arguments, error, message):
    with pytest.raises(error) as raised:
        function(*arguments)
    assert str(raised.value) == message
