"""The plain recurrent layer: by hand, against its ids, against nudging, against torch; and what it refuses."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from sequences import SIZES, random_arguments, torch_answer, upstream

from helpers.gradcheck import gradcheck
from helpers.ids import gather, scatter_add
from helpers.rnn import by_gate, gate_sums, rnn, rnn_backward
from helpers.sharing import rnn_ids

CLOSE = dict(rtol=0, atol=1e-10)


def backward(dh, a):
    h = rnn(**a)
    return dict(zip(a, rnn_backward(dh, a["x"], h, a["W_xh"], a["W_hh"]), strict=True))


def test_three_steps_by_hand():
    """Sums of 0 keep tanh out of the way: what comes back through 1 - 0**2 = 1 is plain arithmetic."""
    x = np.array([[[1., 0.]], [[0., 1.]], [[1., 1.]]])
    W_xh, W_hh = np.zeros((1, 2)), np.array([[3.]])
    h = rnn(x, None, W_xh, W_hh)
    assert h.shape == (4, 1, 1) and not h.any()
    dx, dh_0, dW_xh, dW_hh, db_xh, db_hh = rnn_backward(np.array([[[1.]], [[1.]], [[2.]]]), x, h, W_xh, W_hh)
    da = [1 + 3 * (1 + 3 * 2), 1 + 3 * 2, 2]                     # 22, 7, 2, last step first: 2, then 1 + 3 * 2
    assert dW_xh.tolist() == [[da[0] * 1 + da[1] * 0 + da[2] * 1, da[0] * 0 + da[1] * 1 + da[2] * 1]]
    assert dh_0.tolist() == [[3 * 22]] and db_xh.tolist() == db_hh.tolist() == [22 + 7 + 2]
    assert dx.tolist() == [[[0., 0.]]] * 3 and dW_hh.tolist() == [[0.]]


def test_saturated_steps_by_hand():
    """tanh(1000) is 1 exactly: the state turns round at every step, and no gradient comes through."""
    h = rnn(np.zeros((3, 1, 1)), np.array([[1.]]), np.ones((1, 1)), np.array([[-1000.]]))
    assert h.ravel().tolist() == [1, -1, 1, -1]
    assert not any(g.any() for g in rnn_backward(np.ones((3, 1, 1)), np.zeros((3, 1, 1)), h, np.ones((1, 1)),
                                                 np.array([[-1000.]])))


@settings(max_examples=200, deadline=None)
@given(**SIZES)
def test_equals_torch_forward_and_every_gradient(T, N, n_x, n_h, without, seed):
    a = random_arguments(1, T, N, n_x, n_h, without, seed)
    dh, _ = upstream(T, N, n_h, seed)
    y, _, want = torch_answer(torch.nn.RNN, a, dh)
    h = rnn(**a)
    np.testing.assert_allclose(h[1:], y, **CLOSE)
    np.testing.assert_array_equal(h[0], 0 if a["h_0"] is None else a["h_0"])
    for name, got in backward(dh, a).items():
        np.testing.assert_allclose(got, want[name], err_msg=name, **CLOSE)


@settings(max_examples=200, deadline=None)
@given(**{name: SIZES[name] for name in ("T", "N", "n_x", "n_h", "seed")})
def test_equals_its_ids_forward_and_backward(T, N, n_x, n_h, seed):
    """One matrix for all steps, from (x_1, h_0, x_2, h_1, ...) to the sums before tanh; dtheta is summed by its ids."""
    a = random_arguments(1, T, N, n_x, n_h, ["b_xh", "b_hh"], seed)
    dh, _ = upstream(T, N, n_h, seed)
    h, ids = rnn(**a), rnn_ids(T, n_x, n_h)
    theta = np.concatenate([a["W_xh"].ravel(), a["W_hh"].ravel()])
    W, seen = gather(theta, ids), np.concatenate([a["x"], h[:-1]], axis=-1).swapaxes(0, 1).reshape(N, -1)
    np.testing.assert_allclose(np.tanh(seen @ W.T), h[1:].swapaxes(0, 1).reshape(N, -1), **CLOSE)
    dsums = np.zeros((N, T + 1, n_h))                                   # a step of zeros after the last
    for t in reversed(range(T)):
        dseen = (dsums[:, :T].reshape(N, -1) @ W).reshape(N, T, n_x + n_h)
        back = dseen[:, t + 1, n_x:] if t + 1 < T else 0
        dsums[:, t] = (dh[t] + back) * (1 - h[t + 1] ** 2)
    dtheta = scatter_add(dsums[:, :T].reshape(N, -1).T @ seen, ids, theta.size)
    _, _, dW_xh, dW_hh, _, _ = rnn_backward(dh, a["x"], h, a["W_xh"], a["W_hh"])
    np.testing.assert_allclose(np.concatenate([dW_xh.ravel(), dW_hh.ravel()]), dtheta, **CLOSE)


def test_every_entry_of_every_gradient_by_nudging():
    a = random_arguments(1, T=4, N=3, n_x=2, n_h=3)
    dh, _ = upstream(4, 3, 3)
    n = gradcheck(lambda **a: (dh * rnn(**a)[1:]).sum(), a, backward(dh, a))
    assert n == 4 * 3 * 2 + 3 * 3 + 3 * 2 + 3 * 3 + 3 + 3


def test_a_sequence_cut_in_two_gives_the_same_gradients():
    """What the second half sends to its first state is upstream gradient of the first half's last state."""
    a = random_arguments(1, T=6, N=2, n_x=3, n_h=4)
    dh, _ = upstream(6, 2, 4)
    h, whole = rnn(**a), backward(dh, a)
    late = rnn_backward(dh[2:], a["x"][2:], h[2:], a["W_xh"], a["W_hh"])
    dh_early = dh[:2].copy()
    dh_early[-1] += late[1]
    early = rnn_backward(dh_early, a["x"][:2], h[:3], a["W_xh"], a["W_hh"])
    np.testing.assert_allclose(np.concatenate([early[0], late[0]]), whole["x"], **CLOSE)
    np.testing.assert_allclose(early[1], whole["h_0"], **CLOSE)
    for one, other, name in zip(early[2:], late[2:], ["W_xh", "W_hh", "b_xh", "b_hh"], strict=True):
        np.testing.assert_allclose(one + other, whole[name], err_msg=name, **CLOSE)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_nothing_is_changed(dtype):
    a = random_arguments(1, T=3, N=2, n_x=3, n_h=4, dtype=dtype)
    dh = upstream(3, 2, 4)[0].astype(dtype)
    before = {name: v.copy() for name, v in a.items()} | {"dh": dh.copy()}
    h = rnn(**a)
    h_before = h.copy()
    gradients = rnn_backward(dh, a["x"], h, a["W_xh"], a["W_hh"])
    assert h.dtype == dtype and {g.dtype for g in gradients} == {np.dtype(dtype)}
    assert [g.shape for g in gradients] == [v.shape for v in a.values()]
    assert all((v == before[name]).all() for name, v in (a | {"dh": dh}).items()) and (h == h_before).all()


def test_results_share_no_memory_with_arguments_or_each_other():
    """A learner writes `db_xh *= 0.1`; db_hh must stay what it was, and h_0 must survive `h[0] += 1`."""
    a = random_arguments(1, T=3, N=2, n_x=3, n_h=4)
    h = rnn(**a)
    gradients = rnn_backward(upstream(3, 2, 4)[0], a["x"], h, a["W_xh"], a["W_hh"])
    arrays = [h, *gradients, *a.values()]
    assert not any(np.shares_memory(v, w) for k, v in enumerate(arrays) for w in arrays[:k])


def test_arrays_that_are_not_contiguous_give_the_same_numbers():
    a = random_arguments(1, T=3, N=2, n_x=3, n_h=4)
    strided = {name: np.repeat(v, 2, axis=-1)[..., ::2] for name, v in a.items()}
    np.testing.assert_allclose(rnn(**strided), rnn(**a), **CLOSE)


def test_sums_gate_by_gate_are_those_of_the_stacked_matrix():
    a = random_arguments(3, T=2, N=3, n_x=4, n_h=2)
    together = a["x"] @ a["W_xh"].T + a["b_xh"]
    np.testing.assert_allclose(np.concatenate(list(gate_sums(a["x"], a["W_xh"], a["b_xh"], 2).swapaxes(0, 1)), axis=-1),
                               together, **CLOSE)
    assert by_gate(a["W_xh"], 2).shape == (3, 4, 2)


GOOD = random_arguments(1, T=3, N=2, n_x=4, n_h=5)
BAD = [("x", [[1.0]], TypeError, "x is a list; expected a numpy array of shape (T, N, n_x)"),
       ("x", np.ones((3, 4)), ValueError, "x has shape (3, 4); expected (T, N, n_x)"),
       ("x", np.ones((3, 2, 4), int), TypeError, "x holds int64 numbers; expected floats, such as x.astype(float)"),
       ("x", np.ones((0, 2, 4)), ValueError, "x has shape (0, 2, 4); there is nothing in it"),
       ("x", np.ones((3, 0, 4)), ValueError, "x has shape (3, 0, 4); there is nothing in it"),
       ("x", np.ones((3, 2, 6)), ValueError, "W_xh has shape (5, 4); expected (5, 6)"),
       ("h_0", np.ones((1, 5)), ValueError, "h_0 has shape (1, 5); expected (2, 5)"),
       ("h_0", np.ones((1, 2, 5)), ValueError, "h_0 has shape (1, 2, 5); expected (2, 5)"),
       ("h_0", 0.0, TypeError, "h_0 is a float; expected a numpy array of shape (2, 5)"),
       ("W_xh", np.ones((4, 5)), ValueError, "W_xh has shape (4, 5); expected (5, 4)"),
       ("W_hh", np.ones((5, 4)), ValueError, "W_hh has shape (5, 4); expected (4, 4)"),
       ("W_hh", np.ones(5), ValueError, "W_hh has shape (5,); expected (n_h, n_h)"),
       ("W_hh", torch.ones(5, 5), TypeError, "W_hh is a Tensor; expected a numpy array of shape (n_h, n_h)"),
       ("b_xh", np.ones(4), ValueError, "b_xh has shape (4,); expected (5,)"),
       ("b_hh", np.ones((5, 1)), ValueError, "b_hh has shape (5, 1); expected (5,)"),
       ("b_hh", np.ones(5, int), TypeError, "b_hh holds int64 numbers; expected floats, such as b_hh.astype(float)")]


@pytest.mark.parametrize(("name", "value", "error", "message"), BAD, ids=lambda v: v if isinstance(v, str) else "")
def test_bad_input_is_named(name, value, error, message):
    with pytest.raises(error) as raised:
        rnn(**GOOD | {name: value})
    assert str(raised.value) == message


@pytest.mark.parametrize(("name", "value", "message"), [
    ("dh", np.ones((4, 2, 5)), "dh has shape (4, 2, 5); expected (3, 2, 5)"),
    ("h", np.ones((3, 2, 5)), "h has shape (3, 2, 5); expected (4, 2, 5)"),
    ("W_hh", np.ones((4, 4)), "W_xh has shape (5, 4); expected (4, 4)")])
def test_bad_input_of_the_way_back_is_named(name, value, message):
    good = dict(dh=np.ones((3, 2, 5)), x=GOOD["x"], h=rnn(**GOOD), W_xh=GOOD["W_xh"], W_hh=GOOD["W_hh"])
    with pytest.raises(ValueError) as raised:
        rnn_backward(**good | {name: value})
    assert str(raised.value) == message
