"""The unroller: states, shares, their sum and the sizes of the gradient are numpy's, over the range of every control."""
import numpy as np
import pytest

from helpers.rnn import rnn, rnn_backward
from helpers.widgets.unroller import PRESSES, Unroller

UPSTREAM = np.array([0.6, 0.8])
RNG = np.random.default_rng(0)
BASES = [np.array(Unroller().W_hh), np.array([[1.0, 0.3], [0.0, 0.5]]), RNG.normal(size=(2, 2)), np.array([[0.0, 1.0], [0.0, 0.0]])]
SETTINGS = [(T, activation, rho, k) for T in range(1, 13) for activation in ("tanh", "linear")
            for rho in np.arange(0.05, 1.601, 0.05).round(2).tolist() for k in range(len(BASES))]
BODY = """return settings.map(([T, activation, rho, k]) => {
  const W_hh = m.withRadius(bases[k], rho), states = m.forward(x.slice(0, T), W_xh, W_hh, activation);
  return { W_hh, radius: m.spectralRadius(W_hh), states, ...m.backward(states, W_hh, activation) };
})"""


def test_everything_is_numpys_for_every_control(node):
    x, W_xh = np.array(PRESSES, float), np.array([1.0, 0.5])
    answers = node("unroller", BODY, settings=SETTINGS, bases=[b.tolist() for b in BASES], x=x.tolist(), W_xh=W_xh.tolist())
    for (T, activation, rho, k), answer in zip(SETTINGS, answers, strict=True):
        W_hh = np.array(answer["W_hh"], float)
        now = np.abs(np.linalg.eigvals(BASES[k])).max()
        np.testing.assert_allclose(W_hh, BASES[k] if now < 1e-9 else BASES[k] * rho / now, atol=1e-12)
        assert answer["radius"] == pytest.approx(np.abs(np.linalg.eigvals(W_hh)).max(), abs=1e-7)
        widget = Unroller(x=x, W_xh=W_xh, W_hh=W_hh, T=T, activation=activation)
        h = widget.states()
        np.testing.assert_allclose(answer["states"], h, rtol=1e-9, atol=1e-12)
        shares, sizes = by_hand(h, W_hh, activation)
        np.testing.assert_allclose(answer["shares"][1:], shares, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(answer["sizes"], sizes, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(answer["sum"], np.sum(shares, axis=0), rtol=1e-9, atol=1e-11)
        if activation == "tanh":
            dh = np.zeros((T, 1, 2))
            dh[-1, 0] = UPSTREAM
            dW_hh = rnn_backward(dh, x[:T, None, None], h[:, None], W_xh[:, None], W_hh)[3]
            np.testing.assert_allclose(answer["sum"], dW_hh, rtol=1e-9, atol=1e-11)
    assert len(SETTINGS) == 12 * 2 * 32 * 4


def by_hand(h, W_hh, activation):
    dh, shares, sizes = UPSTREAM, [], [1.0]
    for t in reversed(range(len(h) - 1)):
        da = dh * (1 - h[t + 1] ** 2 if activation == "tanh" else 1)
        shares.insert(0, np.outer(da, h[t]))
        dh = W_hh.T @ da
        sizes.insert(0, np.linalg.norm(dh))
    return shares, sizes


@pytest.mark.parametrize(("size", "end"), [(1, 0), (10, 1 / 3), (0.001, -1), (1e9, 1), (0, -1)])
def test_bars_point_up_above_one_and_down_below(node, size, end):
    assert node("unroller", "return m.barOf(size)", size=size) == pytest.approx(end)


def words(page):
    page.wait_for_timeout(100)
    return page.locator(".un-words").inner_text()


def test_keys_walk_through_the_steps(static_page):
    page = static_page(Unroller(T=3))
    h = Unroller(T=3).states()
    page.locator(".un-drawing").focus()
    for t, key in [(2, "ArrowRight"), (3, "ArrowRight"), (3, "ArrowRight"), (1, "Home"), (3, "End"), (2, "ArrowLeft")]:
        page.keyboard.press(key)
        number = f"{h[t, 0]:.2f}".rstrip("0").replace("-", "\N{MINUS SIGN}")
        assert words(page).startswith(f"Step {t} of 3") and f"h = {number} and" in words(page)


def test_a_weight_is_edited_and_every_step_changes(static_page):
    page = static_page(Unroller(T=4))
    numbers = [page.locator(".un-step .un-number").all_text_contents()]
    page.get_by_label("W_hh, row 0, column 0").fill("-0.5")
    page.wait_for_timeout(150)
    numbers.append(page.locator(".un-step .un-number").all_text_contents())
    changed = [before != after for before, after in zip(*numbers, strict=True)]
    assert changed[:4] == [False] * 4 and all(changed[4::2])
    page.get_by_label("Steps T").fill("12")
    page.wait_for_timeout(150)
    assert page.locator(".un-step").count() == 13


def test_backward_shows_shares_and_a_radius_above_one_grows_without_tanh(static_page):
    page = static_page(Unroller(T=12, activation="linear"))
    assert page.locator(".un-share").count() == 0
    page.get_by_label("Backward").check()
    page.get_by_label("Spectral radius of W_hh").fill("1.5")
    page.wait_for_timeout(150)
    assert page.locator(".un-share").count() == 13 and page.locator(".un-bar.un-up").count() == 12
    page.get_by_label("Activation").select_option("tanh")
    page.wait_for_timeout(150)
    assert page.locator(".un-bar.un-up").count() < 6, "tanh damps"


def test_folded_it_is_one_cell(static_page):
    page = static_page(Unroller(T=7))
    page.get_by_label("Unrolled").uncheck()
    page.wait_for_timeout(150)
    assert page.locator(".un-box").count() == 1 and "the same cell, 7 times" in page.locator(".un-drawing").inner_html()


def test_python_computes_what_is_shown():
    widget = Unroller(T=4)
    widget.W_hh, widget.T = [[0.5, 0.0], [0.0, -2.0]], 2
    assert repr(widget) == "Unroller(2 steps, tanh, spectral radius of W_hh 2.00)"
    expected = rnn(np.array(PRESSES[:2], float)[:, None, None], None, np.array([[1.0], [0.5]]), np.array(widget.W_hh))[:, 0]
    np.testing.assert_allclose(widget.states(), expected)
