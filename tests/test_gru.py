"""The GRU: by hand, against its gates, against nudging, against torch; and what it refuses."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from sequences import SIZES, random_arguments, torch_answer, upstream

from helpers.dense import sigmoid
from helpers.gradcheck import gradcheck
from helpers.gru import gru, gru_backward, gru_with_gates

CLOSE = dict(rtol=0, atol=1e-10)


def backward(dh, a):
    return dict(zip(a, gru_backward(dh, a["x"], *gru_with_gates(**a), a["W_xh"], a["W_hh"]), strict=True))


@pytest.mark.parametrize(("b_xh", "b_hh", "states"), [
    ([0, 1000, 0], [0, 0, 0], [5, 5, 5, 5]),                # z = 1: it remembers
    ([0, -1000, 1000], [0, 0, 0], [5, 1, 1, 1]),            # z = 0: the candidate alone, tanh(1000) = 1
    ([-1000, -1000, 0], [0, 0, 1000], [5, 0, 0, 0]),        # r = 0 stops b_hh's part of the candidate
    ([1000, -1000, 0], [0, 0, 1000], [5, 1, 1, 1]),         # r = 1 lets it through
    ([-1000, -1000, 1000], [0, 0, 0], [5, 1, 1, 1])])       # but never touches b_xh's part
def test_each_gate_by_hand(b_xh, b_hh, states):
    """In the order r, z, n, and with each bias on its own side of r."""
    h = gru(np.zeros((3, 1, 1)), np.array([[5.]]), np.zeros((3, 1)), np.zeros((3, 1)), np.array(b_xh, float),
            np.array(b_hh, float))
    assert h.ravel().tolist() == states


def test_gradients_by_hand():
    """Gates 1/2, candidate 0, h_0 = 4: da_n = g / 2, da_z = g h[t-1] / 4, m_n = 0 stops da_r, half of g goes back."""
    x, W_xh, W_hh = np.array([[[1.]], [[10.]]]), np.zeros((3, 1)), np.zeros((3, 1))
    h, gates = gru_with_gates(x, np.array([[4.]]), W_xh, W_hh)
    assert h.ravel().tolist() == [4, 2, 1]
    dx, dh_0, dW_xh, dW_hh, db_xh, db_hh = gru_backward(np.array([[[8.]], [[16.]]]), x, h, gates, W_xh, W_hh)
    g2, g1 = 16, 8 + 16 / 2
    assert dh_0.tolist() == [[g1 / 2]] and not dx.any()
    assert db_xh.tolist() == [0, g1 * 4 / 4 + g2 * 2 / 4, g1 / 2 + g2 / 2]
    assert db_hh.tolist() == [0, g1 * 4 / 4 + g2 * 2 / 4, g1 / 4 + g2 / 4]                  # r = 1/2 on this side
    assert dW_xh.ravel().tolist() == [0, 1 * g1 * 4 / 4 + 10 * g2 * 2 / 4, 1 * g1 / 2 + 10 * g2 / 2]
    assert dW_hh.ravel().tolist() == [0, 4 * g1 * 4 / 4 + 2 * g2 * 2 / 4, 4 * g1 / 4 + 2 * g2 / 4]


@settings(max_examples=200, deadline=None)
@given(**SIZES)
def test_equals_torch_forward_and_every_gradient(T, N, n_x, n_h, without, seed):
    a = random_arguments(3, T, N, n_x, n_h, without, seed)
    dh, _ = upstream(T, N, n_h, seed)
    y, _, want = torch_answer(torch.nn.GRU, a, dh)
    h = gru(**a)
    np.testing.assert_allclose(h[1:], y, **CLOSE)
    np.testing.assert_array_equal(h[0], 0 if a["h_0"] is None else a["h_0"])
    for name, got in backward(dh, a).items():
        np.testing.assert_allclose(got, want[name], err_msg=name, **CLOSE)


@settings(max_examples=200, deadline=None)
@given(**SIZES)
def test_gates_are_those_of_the_formula_and_lead_to_the_states(T, N, n_x, n_h, without, seed):
    """All steps at once, now that the states are known."""
    a = random_arguments(3, T, N, n_x, n_h, without, seed)
    h, gates = gru_with_gates(**a)
    b_xh, b_hh = (0 if a[name] is None else a[name] for name in ("b_xh", "b_hh"))
    a_r, a_z, a_n = np.split(a["x"] @ a["W_xh"].T + b_xh, 3, axis=-1)
    m_r, m_z, m_n = np.split(h[:-1] @ a["W_hh"].T + b_hh, 3, axis=-1)
    r, z = sigmoid(a_r + m_r), sigmoid(a_z + m_z)
    np.testing.assert_allclose(gates, [r, z, np.tanh(a_n + r * m_n), m_n], **CLOSE)
    np.testing.assert_allclose((1 - z) * gates[2] + z * h[:-1], h[1:], **CLOSE)
    assert (gru(**a) == h).all()


def test_every_entry_of_every_gradient_by_nudging():
    a = random_arguments(3, T=3, N=2, n_x=2, n_h=3)
    dh, _ = upstream(3, 2, 3)
    n = gradcheck(lambda **a: (dh * gru(**a)[1:]).sum(), a, backward(dh, a))
    assert n == 3 * 2 * 2 + 2 * 3 + 9 * 2 + 9 * 3 + 9 + 9


def test_a_sequence_cut_in_two_gives_the_same_gradients():
    a = random_arguments(3, T=6, N=2, n_x=3, n_h=4)
    dh, _ = upstream(6, 2, 4)
    (h, gates), whole, W = gru_with_gates(**a), backward(dh, a), (a["W_xh"], a["W_hh"])
    late = gru_backward(dh[2:], a["x"][2:], h[2:], gates[:, 2:], *W)
    dh_early = dh[:2].copy()
    dh_early[-1] += late[1]
    early = gru_backward(dh_early, a["x"][:2], h[:3], gates[:, :2], *W)
    np.testing.assert_allclose(np.concatenate([early[0], late[0]]), whole["x"], **CLOSE)
    for one, other, name in zip(early[2:], late[2:], ["W_xh", "W_hh", "b_xh", "b_hh"], strict=True):
        np.testing.assert_allclose(one + other, whole[name], err_msg=name, **CLOSE)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_nothing_is_changed(dtype):
    a = random_arguments(3, T=3, N=2, n_x=3, n_h=4, dtype=dtype)
    dh = upstream(3, 2, 4)[0].astype(dtype)
    before = {name: v.copy() for name, v in a.items()} | {"dh": dh.copy()}
    states = gru_with_gates(**a)
    states_before = [v.copy() for v in states]
    gradients = gru_backward(dh, a["x"], *states, a["W_xh"], a["W_hh"])
    assert {v.dtype for v in [*states, *gradients]} == {np.dtype(dtype)}
    assert [g.shape for g in gradients] == [v.shape for v in a.values()]
    assert all((v == before[name]).all() for name, v in (a | {"dh": dh}).items())
    assert all((v == old).all() for v, old in zip(states, states_before, strict=True))


def test_results_share_no_memory_with_arguments_or_each_other():
    a = random_arguments(3, T=1, N=2, n_x=3, n_h=4)
    states = gru_with_gates(**a)
    arrays = [*states, *gru_backward(upstream(1, 2, 4)[0], a["x"], *states, a["W_xh"], a["W_hh"]), *a.values()]
    assert not any(np.shares_memory(v, w) for k, v in enumerate(arrays) for w in arrays[:k])


GOOD = random_arguments(3, T=3, N=2, n_x=4, n_h=5)
BAD = [("x", np.ones(4), ValueError, "x has shape (4,); expected (T, N, n_x)"),
       ("x", np.ones((3, 2, 4), int), TypeError, "x holds int64 numbers; expected floats, such as x.astype(float)"),
       ("x", np.ones((3, 0, 4)), ValueError, "x has shape (3, 0, 4); there is nothing in it"),
       ("W_xh", np.ones((20, 4)), ValueError, "W_xh has shape (20, 4); expected (15, 4)"),
       ("W_hh", np.ones((5, 5)), ValueError, "W_hh has shape (5, 5); expected (15, 5)"),
       ("W_hh", np.ones((5, 5, 3)), ValueError, "W_hh has shape (5, 5, 3); expected (3 n_h, n_h)"),
       ("h_0", np.ones((3, 5)), ValueError, "h_0 has shape (3, 5); expected (2, 5)"),
       ("b_xh", np.ones((3, 5)), ValueError, "b_xh has shape (3, 5); expected (15,)"),
       ("b_hh", np.ones(5), ValueError, "b_hh has shape (5,); expected (15,)")]


@pytest.mark.parametrize(("name", "value", "error", "message"), BAD, ids=lambda v: v if isinstance(v, str) else "")
def test_bad_input_is_named(name, value, error, message):
    with pytest.raises(error) as raised:
        gru(**GOOD | {name: value})
    assert str(raised.value) == message


@pytest.mark.parametrize(("name", "value", "message"), [
    ("dh", np.ones((3, 2, 4)), "dh has shape (3, 2, 4); expected (3, 2, 5)"),
    ("h", np.ones((3, 2, 5)), "h has shape (3, 2, 5); expected (4, 2, 5)"),
    ("gates", np.ones((3, 3, 2, 5)), "gates has shape (3, 3, 2, 5); expected (4, 3, 2, 5)"),
    ("gates", np.ones((4, 4, 2, 5)), "gates has shape (4, 4, 2, 5); expected (4, 3, 2, 5)")])
def test_bad_input_of_the_way_back_is_named(name, value, message):
    h, gates = gru_with_gates(**GOOD)
    good = dict(dh=np.ones((3, 2, 5)), x=GOOD["x"], h=h, gates=gates, W_xh=GOOD["W_xh"], W_hh=GOOD["W_hh"])
    with pytest.raises(ValueError) as raised:
        gru_backward(**good | {name: value})
    assert str(raised.value) == message
