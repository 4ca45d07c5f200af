"""The embedding: by hand, against a dense layer on one-hot inputs, against torch; and what it refuses."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.dense import dense, dense_backward
from helpers.embedding import embedding, embedding_backward
from helpers.gradcheck import gradcheck
from helpers.ids import gather
from helpers.sharing import dense_ids

CLOSE = dict(rtol=0, atol=1e-10)
SIZES = dict(shape=st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple), n_symbols=st.integers(1, 6),
             n_e=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))


def random_case(shape, n_symbols, n_e, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(n_symbols, size=shape), rng.normal(size=(n_symbols, n_e)), rng.normal(size=(*shape, n_e))


def test_a_row_used_three_times_gets_the_sum_of_three():
    ids, dy = np.array([1, 0, 1, 1]), np.array([[1., 2.], [5., 5.], [10., 20.], [100., 200.]])
    assert embedding(ids, np.array([[7., 8.], [1., 2.]])).tolist() == [[1, 2], [7, 8], [1, 2], [1, 2]]
    assert embedding_backward(dy, ids, 3).tolist() == [[5, 5], [1 + 10 + 100, 2 + 20 + 200], [0, 0]]


@settings(max_examples=200, deadline=None)
@given(**SIZES)
def test_equals_torch_forward_and_backward(shape, n_symbols, n_e, seed):
    ids, E, dy = random_case(shape, n_symbols, n_e, seed)
    rows = torch.tensor(E, requires_grad=True)
    y = torch.nn.functional.embedding(torch.tensor(ids), rows)
    y.backward(torch.tensor(dy))
    np.testing.assert_array_equal(embedding(ids, E), y.detach().numpy())
    np.testing.assert_allclose(embedding_backward(dy, ids, n_symbols), rows.grad.numpy(), **CLOSE)


@settings(max_examples=200, deadline=None)
@given(**SIZES)
def test_is_a_dense_layer_on_one_hot_inputs(shape, n_symbols, n_e, seed):
    ids, E, dy = random_case(shape, n_symbols, n_e, seed)
    one_hot = np.eye(n_symbols)[ids.ravel()]
    np.testing.assert_allclose(embedding(ids, E).reshape(-1, n_e), dense(one_hot, E.T.copy()), **CLOSE)
    _, dW, _ = dense_backward(dy.reshape(-1, n_e), one_hot, E.T.copy())
    np.testing.assert_allclose(embedding_backward(dy, ids, n_symbols), dW.T, **CLOSE)


@settings(max_examples=200, deadline=None)
@given(**SIZES)
def test_equals_its_ids(shape, n_symbols, n_e, seed):
    """Output entry (n, e) uses parameter ids[n] * n_e + e: a row of ids for each use, repeated when a symbol is."""
    ids, E, dy = random_case(shape, n_symbols, n_e, seed)
    param_ids = dense_ids(n_e, n_symbols)[ids.ravel()]
    np.testing.assert_array_equal(embedding(ids, E).reshape(-1, n_e), gather(E.ravel(), param_ids))
    loop = np.zeros((n_symbols, n_e))
    for symbol, g in zip(ids.ravel(), dy.reshape(-1, n_e), strict=True):
        loop[symbol] += g
    np.testing.assert_allclose(embedding_backward(dy, ids, n_symbols), loop, **CLOSE)


def test_every_entry_by_nudging():
    ids, E, dy = random_case((4, 3), 5, 2)
    assert gradcheck(lambda E: (dy * embedding(ids, E)).sum(), dict(E=E),
                     dict(E=embedding_backward(dy, ids, len(E)))) == 10


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("id_dtype", [np.uint8, np.int32, np.int64])
def test_dtype_is_kept_and_nothing_is_changed(dtype, id_dtype):
    ids, E, dy = random_case((2, 3), 4, 5)
    ids, E, dy = ids.astype(id_dtype), E.astype(dtype), dy.astype(dtype)
    before = ids.copy(), E.copy(), dy.copy()
    y, dE = embedding(ids, E), embedding_backward(dy, ids, 4)
    assert y.dtype == dE.dtype == dtype and y.shape == (2, 3, 5) and dE.shape == (4, 5)
    assert all((v == old).all() for v, old in zip((ids, E, dy), before, strict=True))
    assert not np.shares_memory(y, E)


E, IDS = np.ones((4, 2)), np.array([0, 3])
BAD = [(embedding, ([0, 3], E), TypeError, "ids is a list; expected a numpy array of whole numbers"),
       (embedding, (IDS.astype(float), E), TypeError, "ids holds float64 numbers; expected whole numbers 0 to 3"),
       (embedding, (IDS > 0, E), TypeError, "ids holds bool numbers; expected whole numbers 0 to 3"),
       (embedding, (IDS + 1, E), IndexError, "ids holds 4; expected whole numbers 0 to 3"),
       (embedding, (IDS - 1, E), IndexError, "ids holds -1; expected whole numbers 0 to 3"),
       (embedding, (IDS[:0], E), ValueError, "ids has shape (0,); there is nothing in it"),
       (embedding, (IDS, E[0]), ValueError, "E has shape (2,); expected (n_symbols, n_e)"),
       (embedding, (IDS, E.astype(int)), TypeError, "E holds int64 numbers; expected floats, such as E.astype(float)"),
       (embedding_backward, (np.ones((3, 2)), IDS, 4), ValueError, "dy has shape (3, 2); expected (2, n_e)"),
       (embedding_backward, (np.ones(2), IDS, 4), ValueError, "dy has shape (2,); expected (2, n_e)"),
       (embedding_backward, (np.ones((2, 2)), IDS, 3), IndexError, "ids holds 3; expected whole numbers 0 to 2"),
       (embedding_backward, (np.ones((2, 2)), IDS, 4.0), TypeError,
        "n_symbols is 4.0; expected a whole number of at least 1"),
       (embedding_backward, (np.ones((2, 2)), IDS, 0), ValueError,
        "n_symbols is 0; expected a whole number of at least 1")]


@pytest.mark.parametrize(("function", "arguments", "error", "message"), BAD)
def test_bad_input_is_named(function, arguments, error, message):
    with pytest.raises(error) as raised:
        function(*arguments)
    assert str(raised.value) == message
