"""What all widgets stand on: one module, exact numbers, colours, input checks, when Python is told, saved notebooks."""
import json
import subprocess
import sys

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from conftest import ROOT
from matplotlib.colors import to_rgb

from helpers import plots
from helpers.widgets import base
from helpers.widgets.kernel_slider import KERNELS, KernelSlider

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 10, (6, 7)).astype(float)
WIDGETS = sorted(path.stem for path in base.HERE.glob("*.js") if path.stem != "common")


# ---- one module ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", WIDGETS)
def test_a_module_needs_nothing_else(node, name):
    """No import is left, Node can load it without a page, and it gives the hosts what they ask for."""
    assert "\nimport " not in base.compose(name)[0] and "innerHTML" not in base.compose(name)[0]
    assert node(name, "return [typeof m.default.render, typeof m.staticModel]") == ["function", "function"]


def test_an_import_of_another_form_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(base, "HERE", tmp_path)
    (tmp_path / "common.js").write_text("export const a = 1;\n")
    (tmp_path / "odd.js").write_text('import * as all from "./common.js";\n')
    with pytest.raises(ValueError, match="odd.js needs exactly one import"):
        base.compose("odd")


def test_text_in_the_state_cannot_end_the_script():
    slider = KernelSlider(IMAGE)
    slider.kernels = {"</script><script>alert(1)</script>": [[1]]}
    assert slider.static_html().count("</script>") == 1


def test_a_widget_must_say_what_it_is():
    with pytest.raises(NotImplementedError, match="Nameless needs a __repr__"):
        repr(type("Nameless", (base.CourseWidget,), {})())


def test_a_displayed_widget_has_a_text_a_view_and_a_page_of_its_own():
    data, _ = KernelSlider(IMAGE)._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    assert data["text/plain"] == ("KernelSlider(image 6 × 7, kernel edges, vertical 3 × 3, stride 1, padding 0, "
                                  "dilation 1, feature map 4 × 5)")


# ---- numbers and colours ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("values, kind", [
    (RNG.integers(0, 256, (3, 4)), "u1"), (RNG.integers(0, 256, (3, 4)) / 255, "u1"),
    (RNG.normal(size=(2, 3)).astype("f4"), "f4"), (RNG.normal(size=(2, 3, 3)), "f8"),
    (np.array([-1.0, 256, 0.1, 5e-324, 1e300]), "f8"), (np.array([-3.0, 300]), "f4")])
def test_numbers_reach_the_browser_bit_for_bit(node, values, kind):
    packed = base.pack(values)
    assert packed["type"] == kind
    got = node("kernel_slider", "const a = m.unpack(p); return [a.shape, [...a.values]]", p=packed)
    assert got == [list(values.shape), np.asarray(values, float).ravel().tolist()]


def test_numbers_are_written_with_a_real_minus_and_no_minus_zero(node):
    values = [0, -0.001, -1, 0.5, 1 / 3, 100, -12.34, 1234567, 1e12, 999999.999]
    shown = node("kernel_slider", "return v.map((x) => m.fmt(x))", v=values)
    assert shown == ["0", "0", "−1", "0.5", "0.33", "100", "−12.34", "1.23·10⁶", "1·10¹²", "1000000"]
    assert node("kernel_slider", "return [NaN, Infinity, -Infinity].map((x) => m.fmt(x))") == ["not a number", "∞", "−∞"]


def test_parameters_have_the_colours_of_the_figures(node):
    """Exactly up to eight; beyond that viridis, which the browser draws from 17 of its colours."""
    got = node("kernel_slider", "return [2, 8, 9, 40].map((n) => Array.from({ length: n }, (_, k) => m.parameterColour(k, n)))")
    for n, colours in zip((2, 8, 9, 40), got, strict=True):
        want = [np.round(255 * np.array(to_rgb(plots.color_of(k, n)))) for k in range(n)]
        assert np.abs(np.array(colours) - want).max() <= (0 if n <= 8 else 4)


def test_signed_values_have_the_colours_of_the_figures(node):
    """Red above zero, blue below it, white at zero, as in the colour map of plots.py."""
    low, zero, high = node("kernel_slider", "return [-2, 0, 2].map((v) => m.diverging(v, 2))")
    assert zero == [255, 255, 255] and high[0] > 150 > high[2] and low[2] > 150 > low[0]
    assert plt.cm.RdBu_r(0.9)[0] > plt.cm.RdBu_r(0.9)[2]


def test_text_can_be_read_on_every_colour(node):
    """WCAG contrast of at least 4.5 of black or white on greys, signed colours and parameter colours."""
    pairs = node("kernel_slider", """
        const of = (f) => Array.from({ length: 101 }, (_, i) => f(i / 100));
        const all = [...of((t) => m.grey(t, 0, 1)), ...of((t) => m.diverging(2 * t - 1, 1)),
          ...of((t) => m.parameterColour(100 * t, 101)), ...[0, 1, 2, 3, 4, 5, 6, 7].map((k) => m.parameterColour(k, 8))];
        return all.map((rgb) => [rgb, m.ink(rgb)]);""")
    assert len(pairs) == 311
    assert min(contrast(rgb, [0, 0, 0] if ink == "#000" else [255, 255, 255]) for rgb, ink in pairs) >= 4.5


def contrast(one, other):
    a, b = sorted(luminance(np.array(rgb) / 255) for rgb in (one, other))
    return (b + 0.05) / (a + 0.05)


def luminance(rgb):
    return np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


# ---- the kernel slider: sizes, typed numbers, wrong input ----------------------------------------------------------

def test_pixels_in_no_window_are_counted(node):
    """For every size of kernel, stride, padding and dilation on offer: the count, against marking each window."""
    settings = [(k, s, p, d) for k in range(1, 10) for s in range(1, 6) for p in range(6) for d in range(1, 5)]
    got = node("kernel_slider", """
        const picture = { rows: 9, columns: 12, channels: 1, values: [] };
        return settings.map(([k, s, p, d]) => {
          const geo = m.geometry(picture, Array.from({ length: k }, () => Array(k).fill(0)), s, p, d);
          return [geo.places, geo.unread];
        });""", settings=settings)
    assert got == [windows_marked(9, 12, *setting) for setting in settings]
    assert len(settings) == 1080 and len({unread for _, unread in got}) > 20


def windows_marked(height, width, k, s, p, d):
    read, places, span = np.zeros((height + 2 * p, width + 2 * p), bool), 0, d * (k - 1) + 1
    for top in range(0, read.shape[0] - span + 1, s):
        for left in range(0, read.shape[1] - span + 1, s):
            read[top:top + span:d, left:left + span:d] = True
            places += 1
    return [places, int((~read[p:p + height, p:p + width]).sum())]


def test_what_a_learner_may_type_for_a_number(node):
    typed = ["1", " -2.5 ", "−3", "1/4", "-1 / 9", ".5", "1e-3", "", "x", "1/0", "1/2/3", "/3", "3/", "--1"]
    got = node("kernel_slider", "return t.map((x) => { const v = m.typedNumber(x); return Number.isNaN(v) ? 'no' : v; })", t=typed)
    assert got == [1, -2.5, -3, 0.25, -1 / 9, 0.5, 0.001] + ["no"] * 7


def test_a_kernel_keeps_its_middle_when_its_size_changes(node):
    k = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    one, five = node("kernel_slider", "return [m.resized(k, 1), m.resized(k, 5)]", k=k)
    assert one == [[5]] and np.array_equal(five, np.pad(k, 1))


@pytest.mark.parametrize("name, edge", [
    ("edges, vertical", np.tri(9, 9, -9) + (np.arange(9) >= 5)), ("edges, horizontal", (np.arange(9) >= 5)[:, None] + np.zeros(9)),
    ("edges, falling", np.triu(np.ones((9, 9)))), ("edges, rising", np.fliplr(np.triu(np.ones((9, 9)))))])
def test_each_edge_kernel_answers_most_to_its_own_edge(name, edge):
    answers = {kernel: np.abs(KernelSlider(edge.astype(float), kernel).feature_map()).max() for kernel in KERNELS
               if kernel.startswith("edges")}
    assert max(answers, key=answers.get) == name and list(answers.values()).count(answers[name]) == 1


@pytest.mark.parametrize("arguments, error, message", [
    (dict(image=np.zeros((0, 4))), ValueError, r"image has shape \(0, 4\); there is nothing in it"),
    (dict(image=np.where(np.eye(4), np.nan, 1)), ValueError, r"image\[0, 0\] is nan; expected finite numbers"),
    (dict(image=np.zeros((4, 4, 2))), ValueError, r"image has shape \(4, 4, 2\); expected \(height, width\)"),
    (dict(image=np.zeros((4000, 4000))), ValueError, r"at most 262,144 \(512 x 512\). Keep every 8th pixel: image\[::8, ::8\]"),
    (dict(image="cat"), TypeError, "image is a str; expected an array of numbers"),
    (dict(kernel="edge"), ValueError, "kernel is 'edge'; expected numbers, or one of: identity; blur; sharpen"),
    (dict(kernel=np.ones((7, 7))), ValueError, "kernel_size is 7 and covers 7 pixels; the padded input has only 6"),
    (dict(kernel=np.ones((3, 3, 3))), ValueError, r"kernel has shape \(3, 3, 3\); expected \(k_h, k_w\)"),
    (dict(kernel=np.ones((3, 10))), ValueError, "kernel is 3 × 10; every number is written"),
    (dict(kernel=[[1, np.inf]]), ValueError, r"kernel\[0, 1\] is inf"),
    (dict(stride=0), ValueError, "stride is 0; expected a whole number of at least 1"),
    (dict(padding=-1), ValueError, "padding is -1"), (dict(dilation=1.5), TypeError, "dilation is 1.5"),
    (dict(mode="conv"), ValueError, "mode is 'conv'; expected 'cross-correlation' or 'convolution'"),
    (dict(dy=np.ones((2, 2))), ValueError, r"dy has shape \(2, 2\); expected \(4, 5\), the shape of the feature map"),
    (dict(row=4), ValueError, "row is 4; the feature map has 4, counted from 0")], ids=str)
def test_wrong_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        KernelSlider(**{"image": IMAGE, **arguments})


def test_what_the_browser_sets_reaches_feature_map():
    slider = KernelSlider(IMAGE, "blur")
    slider.kernel, slider.stride, slider.mode = [[0.0, 2.0], [0.0, 0.0]], 2, "convolution"
    np.testing.assert_array_equal(slider.feature_map(), 2 * IMAGE[1::2, 0:6:2])
    slider.dilation = 7
    assert repr(slider).endswith("feature map none: the kernel is larger than the padded image)")


# ---- when Python is told -------------------------------------------------------------------------------------------

SPY = """async ([source, state]) => {
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const model = window.model = module.staticModel(state);
  window.told = []; model.save_changes = () => window.told.push(model.get("col"));
  window.close_view = module.default.render({ model, el: document.querySelector("main") });
}"""


@pytest.fixture
def spied(new_page):
    """A slider on a page, whose messages to Python are kept in `told`."""
    page, slider = new_page(), KernelSlider(IMAGE)
    page.set_content("<!doctype html><html lang='en'><title>Spy</title><main></main>")
    page.evaluate(SPY, [slider._esm, slider.state()])
    page.locator(".ks-input").focus()
    return page


def told(page):
    return page.evaluate("told")


def test_nothing_is_sent_while_a_key_is_held(spied):
    for _ in range(4):
        spied.keyboard.down("ArrowRight")
    spied.wait_for_timeout(500)
    assert told(spied) == []
    spied.keyboard.up("ArrowRight")
    spied.wait_for_function("told.length", timeout=5000)
    spied.wait_for_timeout(400)
    assert told(spied) == [4], "one message, with the place where the window came to rest"


def test_nothing_is_sent_while_the_mouse_button_is_held(spied):
    box = spied.locator(".ks-output").bounding_box()
    spied.mouse.move(box["x"] + 30, box["y"] + 30)
    spied.mouse.down()
    spied.mouse.move(box["x"] + 150, box["y"] + 30, steps=5)
    before = len(told(spied))
    spied.wait_for_timeout(500)
    assert len(told(spied)) == before
    spied.mouse.up()
    spied.wait_for_function("n => told.length > n", arg=before, timeout=5000)


def test_a_view_that_is_closed_leaves_nothing_behind(spied):
    """No element, no timer, no listener: the old canvas does not answer to keys any more."""
    spied.get_by_role("button", name="Play").click()
    spied.evaluate("window.old = document.querySelector('.ks-input'); close_view()")
    assert spied.locator("main").evaluate("(e) => e.children.length") == 0
    spied.evaluate("old.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))")
    spied.wait_for_timeout(400)
    assert told(spied) == [] and spied.evaluate("model.get('col')") == 0


# ---- saved notebooks -----------------------------------------------------------------------------------------------

def test_saving_twice_changes_nothing_and_keeps_widgets_short(tmp_path):
    """And nothing of this machine stays in the file."""
    path, new = tmp_path / "lesson.ipynb", nbformat.v4
    cells = [new.new_code_cell("from helpers.widgets.kernel_slider import KernelSlider\nprint('a')\nprint('b')"),
             new.new_code_cell("KernelSlider([[1., 2.], [3., 4.]], [[1.]])", metadata={"tags": ["x"], "collapsed": True})]
    nbformat.write(new.new_notebook(cells=cells, metadata={"language_info": {"name": "python", "version": "3.11.2"}}), path)
    saved = []
    for _ in range(2):
        subprocess.run([sys.executable, str(ROOT / "tests" / "save_notebooks.py"), str(path)], check=True, cwd=tmp_path)
        saved.append(path.read_text(encoding="utf-8"))
    assert saved[0] == saved[1]
    notebook = json.loads(saved[0])
    assert set(notebook["metadata"]) == {"kernelspec"} and notebook["cells"][1]["metadata"] == {"tags": ["x"]}
    assert [cell["execution_count"] for cell in notebook["cells"]] == [1, 2]
    (text,), (widget,) = (cell["outputs"] for cell in notebook["cells"])
    assert text["text"] == ["a\n", "b\n"] and set(widget["data"]) == {"text/plain", "text/html"}
    assert "".join(widget["data"]["text/html"]) == (
        "<div class='ws-static'>KernelSlider(image 2 × 2, kernel own 1 × 1, stride 1, padding 0, dilation 1, "
        "feature map 2 × 2). Run this cell to use it.</div>")
