"""The unroller: states, shares, their sum and the sizes of the gradient are numpy's, over the range of every control."""
import nbformat
import numpy as np
import pytest
from conftest import frames
from test_jupyter import both_apps, open_and_run

from helpers.rnn import rnn, rnn_backward
from helpers.widgets.unroller import FROM_INPUT, FROM_STATE, PRESSES, UPSTREAM, Unroller

RNG = np.random.default_rng(0)
RADII = (np.arange(33) / 20).tolist()
MATRICES = [np.array(W, float) for W in (
    FROM_STATE[2], [[1, 0.3], [0, 0.5]], [[0.9, 5], [0, 0.9]], RNG.normal(size=(2, 2)), [[0, 1], [0, 0]],
    FROM_STATE[3], np.diag([-1, 0.5, 0.2]), RNG.normal(size=(3, 3)))]
SETTINGS = [(k, n_x, T, activation, rho) for k in range(len(MATRICES)) for n_x in (1, 2) for T in range(1, 13)
            for activation in ("tanh", "linear") for rho in RADII]
BODY = """return settings.map(([k, n_x, T, activation, rho]) => {
  const W_hh = m.withRadius(matrices[k], rho), W_xh = inputs[k][n_x - 1];
  const { states } = m.forward(x[n_x - 1].slice(0, T), W_xh, W_hh, activation);
  return { W_hh, radius: m.spectralRadius(W_hh), states, ...m.backward(states, W_hh, activation) };
})"""


def radius_of(W):
    return np.abs(np.linalg.eigvals(W)).max()


def test_everything_is_numpys_for_every_control(node):
    """12 lengths, 33 spectral radii, tanh and linear, one and two inputs, eight matrices: 12,672 settings."""
    x = [np.array(PRESSES, float)[:, None], RNG.normal(size=(12, 2))]
    inputs = [[np.array(FROM_INPUT)[:len(W), :n_x] for n_x in (1, 2)] for W in MATRICES]
    answers = node("unroller", BODY, settings=SETTINGS, matrices=[W.tolist() for W in MATRICES], x=[v.tolist() for v in x],
                   inputs=[[W.tolist() for W in pair] for pair in inputs])
    for (k, n_x, T, activation, rho), answer in zip(SETTINGS, answers, strict=True):
        W_hh, W_xh, now = np.array(answer["W_hh"], float), inputs[k][n_x - 1], radius_of(MATRICES[k])
        np.testing.assert_allclose(W_hh, MATRICES[k] * (rho / now if now else 1), atol=1e-12)
        assert answer["radius"] == pytest.approx(rho if now else 0, abs=1e-9)
        check_walk(answer, Unroller(x[n_x - 1], W_xh, W_hh, T, activation=activation))
    assert len(SETTINGS) == len(answers) == 12 * 33 * 2 * 2 * 8


def check_walk(answer, widget):
    """One setting: the browser's walk, the widget's own in Python, and helpers.rnn."""
    h, W_hh, linear = widget.states(), np.array(widget.W_hh), widget.activation == "linear"
    shares, sizes = by_hand(h, W_hh, linear)
    running = np.cumsum(shares[::-1], axis=0)[::-1]
    flat = np.concatenate([np.ravel(v) for v in (h, shares, running, sizes)])
    theirs = [answer["states"], answer["shares"][1:], answer["running"][1:], answer["sizes"]]
    np.testing.assert_allclose(np.concatenate([np.ravel(v) for v in theirs]), flat, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(widget.shares(), shares, atol=1e-12)
    np.testing.assert_allclose(widget.sizes(), sizes, atol=1e-12)
    if not linear:
        dh, x = np.zeros_like(h[1:, None]), np.array(widget.x)[:widget.T, None]
        dh[-1, 0] = UPSTREAM[len(W_hh)]
        dW_hh = rnn_backward(dh, x, rnn(x, None, np.array(widget.W_xh), W_hh), np.array(widget.W_xh), W_hh)[3]
        np.testing.assert_allclose(answer["running"][1], dW_hh, rtol=1e-9, atol=1e-12)


def by_hand(h, W_hh, linear):
    dh, shares, sizes = UPSTREAM[len(W_hh)], [], [1.0]
    for t in reversed(range(len(h) - 1)):
        da = dh if linear else dh * (1 - h[t + 1] ** 2)
        shares.insert(0, np.outer(da, h[t]))
        dh = W_hh.T @ da
        sizes.insert(0, np.linalg.norm(dh))
    return np.array(shares), np.array(sizes)


def test_the_spectral_radius_is_numpys_for_any_matrix(node):
    """Real, complex and repeated eigenvalues, of all sizes; and exactly 0 where all are 0."""
    drawn = [RNG.normal(size=(n, n)) * 10.0 ** p for n in (2, 3) for p in (-6, 0, 2) for _ in range(50)]
    special = [np.eye(2), -np.eye(3), np.array([[0.0, -1.3], [1.3, 0.0]]), np.diag([0.5, -0.5, 0.1]), np.ones((3, 3))]
    radii = node("unroller", "return all.map(m.spectralRadius)", all=[W.tolist() for W in drawn + special])
    np.testing.assert_allclose(radii, [radius_of(W) for W in drawn + special], rtol=1e-9)
    empty = [np.zeros((2, 2)), np.array([[0.0, 5.0], [0.0, 0.0]]), np.triu(np.ones((3, 3)), 1)]
    assert node("unroller", "return all.map(m.spectralRadius)", all=[W.tolist() for W in empty]) == [0, 0, 0]


@pytest.mark.parametrize(("size", "end"), [(1, 0), (10, 1), (0.001, -3), (1e9, 2.5), (1e-9, -3), (0, -3)])
def test_bars_point_up_above_one_and_down_below(node, size, end):
    assert node("unroller", "return m.barOf(size)", size=size) == pytest.approx(end)


MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(("body", "expected"), [
    ("[0, 0.5, -0.456, 12.345, 345.6, -0.004, 0.0001, 12345].map((v) => m.short(v))",
     ["0", "0.5", f"{MINUS}0.46", "12.3", "346", f"{MINUS}0.004", "1·10⁻⁴", "1·10⁴"]),
    ("[0.04, -0.25, 12, -0.001].map((v) => m.brief(v, 0.3)).concat([0.04, 0.25, -12.3].map((v) => m.brief(v, 20)))",
     [".04", f"{MINUS}.25", "12", "0", "0", ".3", f"{MINUS}12"]),
    ("[0.01, -0.01, 0].map((v) => m.brief(v, 0.02))", ["+", MINUS, "0"]),
    (f"['0.5', '-1', '{MINUS}2', '1,5', '100'].map(m.typed)", [0.5, -1, -2, 1.5, 100]),
    ("['', 'two', '101', '1e9', ' '].map(m.typed).map(Number.isNaN)", [True] * 5),
    ("m.moved([[0, 0], [1, 2]], [[0, 0], [2, 1]])", [[0, 0], [-1, 1]]),
])
def test_small_things(node, body, expected):
    """Numbers short enough for their squares, what a learner may type, and which way a state went."""
    assert node("unroller", f"return {body}") == expected


# ---- on a page ----------------------------------------------------------------------------------------------------

def number(text):
    """A number as the widget writes it."""
    m, _, power = text.replace(MINUS, "-").partition("·10")
    return float(m) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def table(page, name):
    rows = page.get_by_role("table", name=name, exact=True).locator("tr")
    return np.array([[number(text) for text in rows.nth(i).locator("td").all_inner_texts()] for i in range(rows.count())])


def words(page):
    frames(page)
    return page.locator(".un-words").inner_text()


def step_numbers(page):
    """The states as they are written, step by step: [h0's, h1's, ...]."""
    frames(page)
    every = page.locator(".un-step")
    n_h = page.get_by_role("table", name="the state", exact=True).locator("td").count()
    return [every.nth(t).locator(".un-number").all_text_contents()[-n_h:] for t in range(every.count())]


WIDGETS = {"2 states": dict(), "3 states, 2 inputs, linear": dict(W_xh=FROM_INPUT, activation="linear"),
           "exploding": dict(W_hh=[[1.5, 0.4], [-0.4, 1.5]], activation="linear")}


@pytest.mark.parametrize("name", WIDGETS)
def test_the_shown_numbers_are_numpys_at_every_step(static_page, name):
    """Forward: the states in the chain and in the formula. Backward: slope, share and running sum, from 12 down to 1."""
    widget = Unroller(T=12, step=12, backward=True, **WIDGETS[name])
    page, h, shares, sizes = static_page(widget), widget.states(), widget.shares(), widget.sizes()
    close = dict(rtol=0.006, atol=0.0051)
    np.testing.assert_allclose([[number(v) for v in state] for state in step_numbers(page)], h, **close)
    page.locator(".un-drawing").focus()
    for t in range(12, 0, -1):
        assert words(page).startswith(f"Step {t} of 12")
        np.testing.assert_allclose(table(page, "the state").ravel(), h[t], **close)
        np.testing.assert_allclose(table(page, "the state before").ravel(), h[t - 1], **close)
        np.testing.assert_allclose(table(page, "slope").ravel(), 1 - h[t] ** 2 * (widget.activation == "tanh"), **close)
        np.testing.assert_allclose(table(page, "share of this step"), shares[t - 1], **close)
        np.testing.assert_allclose(table(page, "sum of the shares so far"), shares[t - 1:].sum(axis=0), **close)
        assert number(words(page).rpartition("gradient ")[2]) == pytest.approx(sizes[t], rel=0.006, abs=0.0005)
        assert page.locator(".un-waiting").count() == t - 1, "what has not been added yet is hatched"
        page.keyboard.press("ArrowLeft")
    assert "dW_hh, all shares" in page.locator(".un-way").inner_text()


def test_keys_walk_through_the_steps_and_stop_at_the_ends(static_page):
    page = static_page(Unroller(T=3))
    page.locator(".un-drawing").focus()
    for t, key in [(1, "Left"), (2, "Right"), (3, "Up"), (3, "Right"), (1, "Home"), (3, "End"), (2, "Down")]:
        page.keyboard.press(key if key in ("Home", "End") else f"Arrow{key}")
        assert words(page).startswith(f"Step {t} of 3")
        assert page.locator(".un-drawing").get_attribute("aria-valuenow") == str(t)


def test_a_click_or_a_drag_goes_to_a_step(static_page):
    page = static_page(Unroller(T=6))
    boxes = [page.locator(".un-step").nth(t).bounding_box() for t in (4, 2)]
    middle = [(b["x"] + b["width"] - 12, b["y"] + 30) for b in boxes]
    page.mouse.move(*middle[0])
    page.mouse.down()
    assert words(page).startswith("Step 4 of 6")
    page.mouse.move(*middle[1], steps=3)
    page.mouse.up()
    assert words(page).startswith("Step 2 of 6")


def test_one_weight_changes_every_step_and_one_input_only_what_follows(static_page):
    """h1 reads h0 = 0, so W_hh shows from h2 on; a weight of W_xh from h1 on; the fourth input from h4 on."""
    for label, first in (("W_hh, row 0, column 0", 2), ("W_xh, row 0, column 0", 1), ("x of this step", 4)):
        page = static_page(Unroller(T=7, step=4))
        before = step_numbers(page)
        page.get_by_label(label).fill("-0.5")
        after = step_numbers(page)
        assert [t for t in range(8) if before[t] != after[t]] == list(range(first, 8)), label
        went = [page.locator(".un-step").nth(t).locator(".un-went").count() > 0 for t in range(8)]
        assert went == [t >= first for t in range(8)]
        assert f"every state from h{'₀₁₂₃₄'[first]} on" in page.locator(".un-news").inner_text()


COLOURS = "(all) => all.map((g) => [...g.querySelectorAll('.un-badge-tile')].map((r) => r.getAttribute('fill')).join())"


def test_the_same_weights_in_the_same_colours_at_every_step(static_page):
    """Each arrow carries the matrix in small; one weight changes, and all of them do."""
    page, seen = static_page(Unroller(T=6)), []
    for value in (None, "-1"):
        if value:
            page.get_by_label("W_hh, row 1, column 0").fill(value)
            frames(page)
        badges = page.locator(".un-drawing .un-badge.un-back")
        colours = badges.evaluate_all(COLOURS)
        assert len(colours) == 6 and len(set(colours)) == 1
        seen.append(colours[0])
    assert seen[0] != seen[1]
    page.get_by_label("Steps T").fill("12")
    frames(page)
    assert page.locator(".un-step").count() == 13 and page.locator(".un-drawing .un-badge.un-back").count() == 12


def test_a_weight_counts_up_and_down_by_keys_and_takes_no_words(static_page):
    page = static_page(Unroller())
    cell = page.get_by_label("W_hh, row 0, column 0")
    cell.focus()
    for key, expected in [("ArrowUp", "0.9"), ("ArrowUp", "1"), ("Shift+ArrowDown", "0.99")]:
        page.keyboard.press(key)
        assert cell.input_value() == expected
    frames(page)
    before = step_numbers(page)
    for wrong in ("two", "", "1e9"):
        cell.fill(wrong)
        assert cell.get_attribute("aria-invalid") == "true" and step_numbers(page) == before
    page.locator(".un-drawing").focus()
    frames(page)
    assert cell.input_value() == "0.99" and cell.get_attribute("aria-invalid") == "false"


def bars(page):
    frames(page)
    return page.locator(".un-bar.un-up").count(), [number(v) for v in page.locator(".un-size").all_text_contents()]


def test_a_radius_below_one_vanishes_above_it_explodes_and_tanh_damps(static_page):
    page = static_page(Unroller(T=12, activation="linear"))
    assert page.locator(".un-share").count() == 0
    page.get_by_label("Backward").check()
    page.get_by_label("Spectral radius of W_hh").fill("1.5")
    up, sizes = bars(page)
    assert up == 12 and sizes[0] == pytest.approx(1.5 ** 12, rel=0.01)
    page.get_by_label("Spectral radius of W_hh").fill("0.5")
    up, sizes = bars(page)
    assert up == 0 and sizes[0] == pytest.approx(0.5 ** 12, rel=0.2) and "torn" in page.locator(".un-legend").inner_text()
    page.get_by_label("Spectral radius of W_hh").fill("1.5")
    page.get_by_label("Activation").select_option("tanh")
    up, sizes = bars(page)
    assert up == 0 and sizes[0] < 1 and page.locator(".un-plain").count() == 13, "the dashed bars: without tanh"


def test_radius_zero_forgets_everything_and_the_way_back_is_open(static_page):
    page = static_page(Unroller(T=4, backward=True))
    slider, before = page.get_by_label("Spectral radius of W_hh"), step_numbers(page)
    slider.fill("0")
    assert bars(page)[1][:4] == [0, 0, 0, 0] and step_numbers(page)[3] == ["0", "0"]
    slider.fill("0.9")
    assert step_numbers(page) == before


def test_a_matrix_whose_eigenvalues_are_zero_has_no_radius_to_move(static_page):
    page = static_page(Unroller(W_hh=[[0, 1], [0, 0]]))
    slider = page.get_by_label("Spectral radius of W_hh")
    assert slider.is_disabled() and "Every eigenvalue" in page.locator(".un-news").inner_text()
    page.get_by_label("W_hh, row 0, column 0").fill("0.5")
    frames(page)
    assert slider.is_enabled()


def test_folded_it_is_one_cell_that_still_steps(static_page):
    page = static_page(Unroller(T=7))
    page.get_by_label("Unrolled").uncheck()
    frames(page)
    assert page.locator(".un-drawing .un-box").count() == 1 and "the same cell, 7 times" in page.locator(".un-drawing").inner_html()
    page.locator(".un-drawing").focus()
    page.keyboard.press("ArrowRight")
    assert words(page).startswith("Step 2 of 7")


@pytest.mark.parametrize(("motion", "backward", "stop"), [
    ("reduce", False, 4), ("no-preference", False, 7), ("no-preference", True, 6)])
def test_play_walks_the_right_way_and_slowly_where_less_motion_is_asked_for(new_page, motion, backward, stop):
    """Four seconds: a step in 0.6 s, or in 1.2; forward from the first, backward from the last."""
    page, widget = new_page(), Unroller(T=12, step=12 if backward else 1, backward=backward)
    page.emulate_media(reduced_motion=motion)
    page.clock.install()
    page.set_content(f"<!doctype html><html lang='en'><title>Play</title><main>{widget.static_html()}</main>")
    page.wait_for_selector(".ws-unroller")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(4000)
    assert page.locator(".un-words").inner_text().startswith(f"Step {stop} of 12")


def test_the_state_is_told_to_a_screen_reader(static_page):
    widget = Unroller(T=4, step=2, backward=True)
    page, dW_hh = static_page(widget), widget.shares().sum(axis=0)
    page.wait_for_timeout(700)
    said = page.locator("[role=status]").inner_text()
    assert said.startswith("Step 2 of 4: x = 0; h = 0.4, 0.59") and "Spectral radius of W_hh 0.9." in said
    assert "Sum of steps 4 to 2" in said and f"{dW_hh[1, 1]:.3f}".rstrip("0") in said.rpartition("dW_hh = ")[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_larger_cell_folded_and_unrolled(static_page, axe, scheme):
    large = dict(W_xh=FROM_INPUT, T=12, backward=True)
    page = static_page(Unroller(**large), Unroller(**large, unrolled=False), color_scheme=scheme)
    page.wait_for_timeout(700)
    violations, passed = axe(page, "main")
    assert violations == [] and passed > 10


@pytest.mark.parametrize("make", [
    lambda: Unroller(W_xh=FROM_INPUT, T=12, backward=True), lambda: Unroller(unrolled=False, backward=True)])
def test_the_larger_cell_fits_on_a_telephone(static_page, make):
    """The page does not scroll sideways; the chain of twelve does, inside, and follows the step."""
    page = static_page(make(), width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator(".un-drawing").focus()
    page.keyboard.press("End")
    frames(page)
    chosen = page.locator(".un-drawing .un-chosen").bounding_box()
    assert chosen["x"] >= 0 and chosen["x"] + chosen["width"] <= 360


# ---- in Python ----------------------------------------------------------------------------------------------------

def test_python_computes_with_what_the_widget_has_now():
    widget = Unroller(T=4)
    widget.W_hh, widget.T = [[0.5, 0.0], [0.0, -2.0]], 2
    assert repr(widget) == "Unroller(2 steps, tanh, spectral radius of W_hh 2.00)"
    expected = rnn(np.array(PRESSES[:2], float)[:, None, None], None, np.array([[1.0], [0.5]]), np.array(widget.W_hh))[:, 0]
    np.testing.assert_allclose(widget.states(), expected)


def test_what_is_not_given_fits_the_rest():
    assert np.shape(Unroller(W_hh=np.eye(3)).W_xh) == (3, 1) and np.shape(Unroller(np.ones((4, 2))).W_xh) == (2, 2)
    assert np.shape(Unroller(W_xh=FROM_INPUT).W_hh) == (3, 3) and np.shape(Unroller(W_xh=FROM_INPUT).x) == (12, 2)
    assert Unroller([1, 0]).T == 2 and Unroller(np.ones(8)).T == 5


@pytest.mark.parametrize(("change", "error", "message"), [
    (lambda: Unroller(W_hh=np.eye(4)), ValueError, r"W_hh has shape \(4, 4\); expected \(2, 2\) or \(3, 3\)"),
    (lambda: Unroller(W_hh=np.ones((2, 2, 2))), ValueError, r"W_hh has shape \(2, 2, 2\); expected \(2, 2\) or \(3, 3\)"),
    (lambda: Unroller(W_xh=[1, 2], W_hh=np.eye(3)), ValueError,
     r"W_xh has shape \(2, 1\); expected \(3, 1\): W_hh has 3 states and x 1 number a step"),
    (lambda: Unroller(W_xh=1.0), ValueError, r"W_xh has shape \(\); expected \(2, 1\)"),
    (lambda: Unroller(np.ones((3, 3))), ValueError,
     r"x has shape \(3, 3\); expected 1 to 12 numbers, one a step, or two numbers for each step"),
    (lambda: Unroller(W_hh=[[np.inf, 0], [0, 1]]), ValueError, r"W_hh\[0, 0\] is inf; expected finite numbers"),
    (lambda: Unroller(W_xh=[1, 1e300]), ValueError, r"W_xh\[1\] is 1e\+300; expected numbers from -100 to 100"),
    (lambda: Unroller(W_hh="random"), TypeError, "W_hh is a str; expected an array of numbers"),
    (lambda: Unroller(np.zeros((4000, 4000))), ValueError, r"x has shape \(4000, 4000\)"),
    (lambda: Unroller(T=0), ValueError, "T is 0; expected a whole number of at least 1"),
    (lambda: Unroller(T=2.5), TypeError, "T is 2.5; expected a whole number"),
    (lambda: setattr(Unroller(), "W_hh", [[1.0]]), ValueError, r"W_hh has shape \(1, 1\); this Unroller was made for \(2, 2\)"),
    (lambda: setattr(Unroller(), "x", [[np.nan]] * 12), ValueError, r"x\[0, 0\] is nan; expected finite numbers"),
])
def test_wrong_input_is_named(change, error, message):
    with pytest.raises(error, match=message):
        change()


# ---- in Jupyter ---------------------------------------------------------------------------------------------------

CELLS = ["from helpers.widgets.unroller import Unroller\nunroller = Unroller(T=6, backward=True, step=6)", "unroller",
         "print(unroller.step, unroller.W_hh[0][0], round(unroller.spectral_radius(), 6))"]


@both_apps
def test_in_jupyter_keys_stay_inside_python_is_told_and_axe_finds_nothing(new_page, jupyter, axe, app):
    """On the drawing, in a weight and on the slider; in both themes of JupyterLab."""
    page, new, path = new_page(), nbformat.v4, jupyter[1] / f"unroller_{app}.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new.new_notebook(cells=[new.new_code_cell(c) for c in CELLS], metadata={"kernelspec": kernel}), path)
    page.set_viewport_size({"width": 1366, "height": 1600})
    open_and_run(page, jupyter, app, path.name)
    page.wait_for_selector(".un-drawing", state="attached")
    page.locator(".un-drawing").evaluate("(e) => e.closest('.jp-Cell').scrollIntoView()")
    count = page.locator(".jp-Notebook .jp-Cell").count()
    page.locator(".un-drawing").focus()
    for key in ("a", "b", "x", "d", "d", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    page.get_by_label("W_hh, row 0, column 0").focus()
    page.keyboard.press("ArrowUp")
    page.get_by_label("Spectral radius of W_hh").focus()
    for key in ("Home", *["ArrowRight"] * 5):
        page.keyboard.press(key)
    assert words(page).startswith("Step 4 of 6") and page.locator(".jp-Notebook .jp-Cell").count() == count
    assert page.get_by_label("Spectral radius of W_hh").evaluate("(e) => document.activeElement === e")
    page.wait_for_timeout(1000)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("document.querySelectorAll('.jp-InputPrompt')[2].textContent.includes('[5]')", timeout=20_000)
    step, weight, radius = page.locator(".jp-Notebook .jp-Cell").nth(2).locator(".jp-OutputArea-output").inner_text().split()
    ratio = 0.25 / radius_of(np.array([[0.9, -0.41], [0.41, 0.8]]))
    assert (int(step), float(radius)) == (4, 0.25) and float(weight) == pytest.approx(0.9 * ratio)
    for theme in ("JupyterLab Dark", "JupyterLab Light") if app == "lab" else ():
        page.evaluate("(theme) => void jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        page.wait_for_function("(t) => document.body.dataset.jpThemeName === t", arg=theme, timeout=20_000)
        page.wait_for_timeout(600)
        violations, passed = axe(page, ".ws")
        assert violations == [] and passed > 10
