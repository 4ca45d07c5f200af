"""The LSTM: by hand, against its gates, against nudging, against torch; and what it refuses."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sequences import SIZES, random_arguments, torch_answer, upstream

from helpers.dense import sigmoid
from helpers.gradcheck import gradcheck
from helpers.lstm import lstm, lstm_backward, lstm_with_gates

CLOSE = dict(rtol=0, atol=1e-10)


def backward(dh, a, dc_T=None):
    return dict(zip(a, lstm_backward(dh, a["x"], *lstm_with_gates(**a), a["W_xh"], a["W_hh"], dc_T), strict=True))


def saturated(i, f, g, o):
    """Biases so large that each gate is exactly 0 or 1, and the candidate exactly -1 or 1."""
    return 1000 * np.array([2 * i - 1, 2 * f - 1, g, 2 * o - 1], float)


@pytest.mark.parametrize(("gates", "c", "shown"), [
    ((1, 1, 1, 1), [5, 6, 7, 8], True),             # keep and add: it counts
    ((1, 1, -1, 1), [5, 4, 3, 2], True),            # it counts down
    ((0, 1, 1, 1), [5, 5, 5, 5], True),             # nothing is written: it remembers
    ((1, 0, 1, 1), [5, 1, 1, 1], True),             # forgotten at once, then the candidate alone
    ((1, 1, 1, 0), [5, 6, 7, 8], False)])           # the cell goes on, the state shows nothing
def test_each_gate_by_hand(gates, c, shown):
    """In the order i, f, g, o; each row of gates has a row of cells of its own, but for the last, which hides them."""
    h, cells = lstm(np.zeros((3, 1, 1)), None, np.array([[5.]]), np.zeros((4, 1)), np.zeros((4, 1)), saturated(*gates))
    assert cells.ravel().tolist() == c
    assert h.ravel().tolist() == [0, *(np.tanh(cells[1:]).ravel() if shown else [0, 0, 0])]


def test_gradients_by_hand():
    """Every gate 1/2, candidate and cells 0: da_g = g_c / 2, da_i = da_f = da_o = 0, and half of g_c goes back."""
    x, W_xh, W_hh = np.array([[[1.]], [[10.]]]), np.zeros((4, 1)), np.zeros((4, 1))
    states = lstm_with_gates(x, None, None, W_xh, W_hh)
    gradients = lstm_backward(np.array([[[8.]], [[16.]]]), x, *states, W_xh, W_hh, dc_T=np.array([[4.]]))
    dx, dh_0, dc_0, dW_xh, dW_hh, db_xh, db_hh = gradients
    g_c2 = 4 + 16 / 2                               # at step 2: from c_T, and through o = 1/2 from h
    g_c1 = g_c2 / 2 + 8 / 2
    assert dc_0.tolist() == [[g_c1 / 2]] and db_xh.tolist() == db_hh.tolist() == [0, 0, g_c1 / 2 + g_c2 / 2, 0]
    assert dW_xh.ravel().tolist() == [0, 0, g_c1 / 2 * 1 + g_c2 / 2 * 10, 0]
    assert not dW_hh.any() and not dh_0.any() and not dx.any()


@settings(max_examples=200, deadline=None)
@given(**SIZES | dict(without=st.sets(st.sampled_from(["h_0", "c_0", "b_xh", "b_hh", "dc_T"]))))
def test_equals_torch_forward_and_every_gradient(T, N, n_x, n_h, without, seed):
    a = random_arguments(4, T, N, n_x, n_h, without, seed)
    dh, dc_T = upstream(T, N, n_h, seed)
    dc_T = None if "dc_T" in without else dc_T
    y, (_, c_T), want = torch_answer(torch.nn.LSTM, a, dh, dc_T)
    h, c = lstm(**a)
    np.testing.assert_allclose(h[1:], y, **CLOSE)
    np.testing.assert_allclose(c[-1], c_T.detach().numpy()[0], **CLOSE)
    for name, start in [("h_0", h[0]), ("c_0", c[0])]:
        np.testing.assert_array_equal(start, 0 if a[name] is None else a[name])
    for name, got in backward(dh, a, dc_T).items():
        np.testing.assert_allclose(got, want[name], err_msg=name, **CLOSE)


@settings(max_examples=200, deadline=None)
@given(**SIZES)
def test_gates_are_those_of_the_formula_and_lead_to_the_states(T, N, n_x, n_h, without, seed):
    """All steps at once, now that the states are known."""
    a = random_arguments(4, T, N, n_x, n_h, without, seed)
    h, c, gates = lstm_with_gates(**a)
    b = sum(a[name] for name in ("b_xh", "b_hh") if a[name] is not None)
    a_i, a_f, a_g, a_o = np.split(a["x"] @ a["W_xh"].T + h[:-1] @ a["W_hh"].T + b, 4, axis=-1)
    np.testing.assert_allclose(gates, [sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)], **CLOSE)
    i, f, g, o = gates
    np.testing.assert_allclose(f * c[:-1] + i * g, c[1:], **CLOSE)
    np.testing.assert_allclose(o * np.tanh(c[1:]), h[1:], **CLOSE)
    assert all((one == other).all() for one, other in zip(lstm(**a), (h, c), strict=True))


def test_every_entry_of_every_gradient_by_nudging():
    """The cells count too: the loss looks at the last one."""
    a = random_arguments(4, T=3, N=2, n_x=2, n_h=3)
    dh, dc_T = upstream(3, 2, 3)

    def loss(**a):
        h, c = lstm(**a)
        return (dh * h[1:]).sum() + (dc_T * c[-1]).sum()

    assert gradcheck(loss, a, backward(dh, a, dc_T)) == 3 * 2 * 2 + 2 * 2 * 3 + 12 * 2 + 12 * 3 + 12 + 12


def test_a_sequence_cut_in_two_gives_the_same_gradients():
    """The second half sends back two things: dh_0 to the first half's last state, dc_0 to its last cell."""
    a = random_arguments(4, T=6, N=2, n_x=3, n_h=4)
    dh, dc_T = upstream(6, 2, 4)
    (h, c, gates), whole, W = lstm_with_gates(**a), backward(dh, a, dc_T), (a["W_xh"], a["W_hh"])
    late = lstm_backward(dh[2:], a["x"][2:], h[2:], c[2:], gates[:, 2:], *W, dc_T)
    dh_early = dh[:2].copy()
    dh_early[-1] += late[1]
    early = lstm_backward(dh_early, a["x"][:2], h[:3], c[:3], gates[:, :2], *W, dc_T=late[2])
    np.testing.assert_allclose(np.concatenate([early[0], late[0]]), whole["x"], **CLOSE)
    np.testing.assert_allclose(early[2], whole["c_0"], **CLOSE)
    for one, other, name in zip(early[3:], late[3:], ["W_xh", "W_hh", "b_xh", "b_hh"], strict=True):
        np.testing.assert_allclose(one + other, whole[name], err_msg=name, **CLOSE)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_nothing_is_changed(dtype):
    a = random_arguments(4, T=3, N=2, n_x=3, n_h=4, dtype=dtype)
    dh, dc_T = (v.astype(dtype) for v in upstream(3, 2, 4))
    before = {name: v.copy() for name, v in a.items()} | {"dh": dh.copy(), "dc_T": dc_T.copy()}
    states = lstm_with_gates(**a)
    states_before = [v.copy() for v in states]
    gradients = lstm_backward(dh, a["x"], *states, a["W_xh"], a["W_hh"], dc_T)
    assert {v.dtype for v in [*states, *gradients]} == {np.dtype(dtype)}
    assert [g.shape for g in gradients] == [v.shape for v in a.values()]
    assert all((v == before[name]).all() for name, v in (a | {"dh": dh, "dc_T": dc_T}).items())
    assert all((v == old).all() for v, old in zip(states, states_before, strict=True))


def test_results_share_no_memory_with_arguments_or_each_other():
    a = random_arguments(4, T=1, N=2, n_x=3, n_h=4)
    states = lstm_with_gates(**a)
    arrays = [*states, *lstm_backward(upstream(1, 2, 4)[0], a["x"], *states, a["W_xh"], a["W_hh"]), *a.values()]
    assert not any(np.shares_memory(v, w) for k, v in enumerate(arrays) for w in arrays[:k])


def test_large_sums_give_no_warning_and_no_nan():
    """Warnings are errors here: 1 / (1 + exp(-z)) would overflow."""
    a = {name: 1e30 * v for name, v in random_arguments(4, T=3, N=2, n_x=3, n_h=4).items()}
    with np.errstate(all="raise", under="ignore"):
        states = lstm_with_gates(**a)
        gradients = lstm_backward(np.ones((3, 2, 4)), a["x"], *states, a["W_xh"], a["W_hh"])
    assert all(np.isfinite(v).all() for v in [*states, *gradients])


GOOD = random_arguments(4, T=3, N=2, n_x=4, n_h=5)
BAD = [("x", [1.0], TypeError, "x is a list; expected a numpy array of shape (T, N, n_x)"),
       ("x", np.ones((3, 2)), ValueError, "x has shape (3, 2); expected (T, N, n_x)"),
       ("x", np.ones((0, 2, 4)), ValueError, "x has shape (0, 2, 4); there is nothing in it"),
       ("W_xh", np.ones((15, 4)), ValueError, "W_xh has shape (15, 4); expected (20, 4)"),
       ("W_hh", np.ones((15, 5)), ValueError, "W_hh has shape (15, 5); expected (20, 5)"),
       ("W_hh", np.ones(5), ValueError, "W_hh has shape (5,); expected (4 n_h, n_h)"),
       ("h_0", np.ones((2, 4)), ValueError, "h_0 has shape (2, 4); expected (2, 5)"),
       ("c_0", np.ones((1, 2, 5)), ValueError, "c_0 has shape (1, 2, 5); expected (2, 5)"),
       ("b_xh", np.ones(5), ValueError, "b_xh has shape (5,); expected (20,)"),
       ("b_hh", [0.0] * 20, TypeError, "b_hh is a list; expected a numpy array of shape (20,)")]


@pytest.mark.parametrize(("name", "value", "error", "message"), BAD, ids=lambda v: v if isinstance(v, str) else "")
def test_bad_input_is_named(name, value, error, message):
    with pytest.raises(error) as raised:
        lstm(**GOOD | {name: value})
    assert str(raised.value) == message


@pytest.mark.parametrize(("name", "value", "message"), [
    ("dh", np.ones((4, 2, 5)), "dh has shape (4, 2, 5); expected (3, 2, 5)"),
    ("h", np.ones((3, 2, 5)), "h has shape (3, 2, 5); expected (4, 2, 5)"),
    ("c", np.ones((3, 2, 5)), "c has shape (3, 2, 5); expected (4, 2, 5)"),
    ("gates", np.ones((3, 3, 2, 5)), "gates has shape (3, 3, 2, 5); expected (4, 3, 2, 5)"),
    ("gates", np.ones((4, 4, 2, 5)), "gates has shape (4, 4, 2, 5); expected (4, 3, 2, 5)"),
    ("dc_T", np.ones((3, 2, 5)), "dc_T has shape (3, 2, 5); expected (2, 5)")])
def test_bad_input_of_the_way_back_is_named(name, value, message):
    h, c, gates = lstm_with_gates(**GOOD)
    good = dict(dh=np.ones((3, 2, 5)), x=GOOD["x"], h=h, c=c, gates=gates, W_xh=GOOD["W_xh"], W_hh=GOOD["W_hh"])
    with pytest.raises(ValueError) as raised:
        lstm_backward(**good | {name: value})
    assert str(raised.value) == message
