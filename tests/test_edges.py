"""Edge lists: the same numbers as the ids matrix, forward and backward, and quick enough to train."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layers import options_1d, options_2d, theta_for

from helpers.edges import Edges, conv2d_edges, edge_backward, edge_forward, edge_ids, edges, local2d_edges
from helpers.patterns import conv_bias_ids, transpose_ids, with_bias
from helpers.sharing import conv1d_ids, conv2d_ids, dense_ids, gather, local2d_ids, rnn_ids, scatter_add

MANY = settings(max_examples=200, deadline=None)
PATTERNS = st.one_of(
    st.builds(dense_ids, st.integers(1, 5), st.integers(1, 5)),
    options_1d().map(lambda o: conv1d_ids(**o)), options_1d().map(lambda o: transpose_ids(conv1d_ids(**o))),
    options_2d().map(lambda o: local2d_ids(**o)), options_2d().map(lambda o: conv2d_ids(**o)),
    st.builds(rnn_ids, st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)))


def test_forward_and_backward_by_hand():
    """y = 10*1 + 1*2, 10*2 + 1*3; dtheta = 1*1 + 1*2 and 1*2 + 1*3; dx = 10, 1 + 10, 1."""
    e = edges(np.array([[0, 1, -1], [-1, 0, 1]]))
    x, theta, dy = np.array([[1.0, 2.0, 3.0]]), np.array([10.0, 1.0]), np.ones((1, 2))
    assert edge_forward(x, theta, e, 2).tolist() == [[12, 23]]
    dx, dtheta = edge_backward(dy, x, theta, e)
    assert dx.tolist() == [[10, 11, 1]] and dtheta.tolist() == [3, 5]


@settings(max_examples=400, deadline=None)
@given(PATTERNS, st.integers(1, 4))
def test_edges_give_the_numbers_of_the_ids_matrix(ids, N):
    (n_out, n_in), n = ids.shape, ids.max() + 2                         # the last parameter is used by nobody
    x, theta, dy = theta_for(N * n_in).reshape(N, n_in), theta_for(n), theta_for(N * n_out).reshape(N, n_out)
    e, W = edges(ids), gather(theta, ids)
    assert np.array_equal(edge_ids(e, n_out, n_in), ids)
    np.testing.assert_allclose(edge_forward(x, theta, e, n_out), x @ W.T, rtol=0, atol=1e-12)
    dx, dtheta = edge_backward(dy, x, theta, e)
    np.testing.assert_allclose(dx, dy @ W, rtol=0, atol=1e-12)
    np.testing.assert_allclose(dtheta, scatter_add(dy.T @ x, ids, n), rtol=0, atol=1e-12)


@settings(max_examples=300, deadline=None)
@given(options_2d())
def test_edges_made_without_the_matrix_are_those_of_the_matrix(o):
    local, conv = local2d_ids(**o), conv2d_ids(**o)
    assert np.array_equal(edge_ids(local2d_edges(**o), *local.shape), local)
    assert np.array_equal(edge_ids(conv2d_edges(**o), *conv.shape), conv)
    assert len(conv2d_edges(**o).id) == (conv >= 0).sum()               # no connection twice


@pytest.mark.parametrize("ids", [conv2d_ids(4, 3, 2, 2, 3, padding=1), local2d_ids(4, 4, 3, stride=1),
                                 with_bias(conv2d_ids(4, 4, 3), conv_bias_ids(1, 4)), rnn_ids(3, 2, 2)],
                         ids=["conv", "local", "conv with bias", "rnn"])
def test_every_gradient_is_the_slope_of_the_loss(ids):
    (n_out, n_in), n, e = ids.shape, ids.max() + 1, edges(ids)
    x, theta, r = theta_for(2 * n_in).reshape(2, n_in), theta_for(n), theta_for(2 * n_out).reshape(2, n_out)
    loss = lambda x, theta: (r * np.tanh(edge_forward(x, theta, e, n_out))).sum()       # noqa: E731
    dx, dtheta = edge_backward(r * (1 - np.tanh(edge_forward(x, theta, e, n_out)) ** 2), x, theta, e)
    nudge = 1e-6 * np.eye(n)
    slopes = [(loss(x, theta + d) - loss(x, theta - d)) / 2e-6 for d in nudge]
    np.testing.assert_allclose(dtheta, slopes, rtol=0, atol=1e-7)
    nudge = 1e-6 * np.eye(x.size).reshape(-1, *x.shape)
    slopes = [(loss(x + d, theta) - loss(x - d, theta)) / 2e-6 for d in nudge]
    np.testing.assert_allclose(dx.ravel(), slopes, rtol=0, atol=1e-7)


def test_a_shared_layer_on_20_by_20_pixels_finds_the_kernel_it_is_shown():
    """Eight 3x3 filters, 28,800 minus the border's connections; descent recovers all 72 weights."""
    e, rng = conv2d_edges(20, 20, 3, C_out=8, padding=1), np.random.default_rng(0)
    x, wanted, theta = rng.normal(size=(32, 400)), rng.normal(size=72), np.zeros(72)
    y = edge_forward(x, wanted, e, 3200)
    for _ in range(20):
        dy = (edge_forward(x, theta, e, 3200) - y) / len(x)
        theta = theta - 0.0025 * edge_backward(dy, x, theta, e)[1]
    np.testing.assert_allclose(theta, wanted, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("build", "matrix"), [(local2d_edges, local2d_ids), (conv2d_edges, conv2d_ids)])
def test_options_left_out_mean_the_same_as_for_the_matrix(build, matrix):
    assert np.array_equal(edge_ids(build(5, 6, 3), 12, 30), matrix(5, 6, 3))
    assert np.array_equal(edge_ids(build(5, 6, 3, padding=1), 30, 30), matrix(5, 6, 3, padding=1))


def test_a_layer_with_no_connections_gives_zeros():
    none = edges(np.array([[-1, -1]]))
    assert edge_forward(np.ones((3, 2)), np.ones(1), none, 1).tolist() == [[0], [0], [0]]
    assert edge_backward(np.ones((3, 1)), np.ones((3, 2)), np.ones(1), none)[1].tolist() == [0]


def test_dtypes_are_kept_and_inputs_left_alone():
    e = conv2d_edges(5, 5, 3)
    x, theta, dy = (np.ones(shape, np.float32) for shape in [(2, 25), 9, (2, 9)])
    y, (dx, dtheta) = edge_forward(x, theta, e, 9), edge_backward(dy, x, theta, e)
    assert {y.dtype, dx.dtype, dtheta.dtype} == {np.dtype(np.float32)}
    assert all((v == 1).all() for v in (x, theta, dy))
    assert np.array_equal(e.id, conv2d_edges(5, 5, 3).id)


@pytest.mark.parametrize("kind", [np.int64, np.uint8])
def test_numpy_integers_are_accepted(kind):
    made = conv2d_edges(kind(20), kind(20), kind(3), kind(2), kind(4), kind(1), kind(1), kind(1), kind(2))
    assert np.array_equal(edge_ids(made, 1600, 800), conv2d_ids(20, 20, 3, 2, 4, 1, 1, 1, 2))


E, X, THETA = edges(np.array([[0, 1, -1], [-1, 0, 1]])), np.ones((1, 3)), np.ones(2)
BAD = [
    (lambda: edges([[0]]), TypeError, "param_ids is [[0]]; expected a numpy array"),
    (lambda: edge_ids(E, 1, 3), IndexError, "edges reach output 1; n_out is only 1"),
    (lambda: edge_ids(tuple(E), 2, 3), TypeError, "edges is a tuple; expected Edges, such as edges(param_ids)"),
    (lambda: edge_forward(X, np.ones(1), E, 2), IndexError, "edges use parameter 1; theta has only 1"),
    (lambda: edge_forward(X[:, :2], THETA, E, 2), IndexError, "edges reach input 2; n_in is only 2"),
    (lambda: edge_forward(X, THETA, E, 0), ValueError, "n_out is 0"),
    (lambda: edge_forward(X, THETA, E, 2.0), TypeError, "n_out is 2.0"),
    (lambda: edge_forward(X[0], THETA, E, 2), ValueError, "x has shape (3,); expected (N, n_in)"),
    (lambda: edge_forward(X, [1, 1], E, 2), TypeError, "theta is a list; expected a numpy array"),
    (lambda: edge_forward(X, np.ones(2, int), E, 2), TypeError, "theta holds int64 numbers; expected floats"),
    (lambda: edge_forward(X[:0], THETA, E, 2), ValueError, "x has shape (0, 3); there is nothing in it"),
    (lambda: edge_backward(np.ones((2, 2)), X, THETA, E), ValueError, "dy has shape (2, 2); expected (1, n_out)"),
    (lambda: edge_backward(np.ones((1, 1)), X, THETA, E), IndexError, "edges reach output 1; n_out is only 1"),
    (lambda: conv2d_edges(5, 5, 3, C_in=3, groups=2), ValueError, "groups is 2; it must divide C_in = 3 and C_out = 1"),
    (lambda: local2d_edges(5, 5, 6), ValueError, "kernel_size is 6 and covers 6 pixels; the padded input has only 5"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_input_is_named_with_its_value(call, error, message):
    assert isinstance(E, Edges)
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
