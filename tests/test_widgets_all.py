"""What is promised of all four widgets, tried on the three that have no slider tests: page, keys, screen, theme, input."""
import nbformat
import numpy as np
import pytest
from conftest import frames
from test_jupyter import both_apps, open_and_run, settle

from helpers.sharing import conv2d_ids
from helpers.widgets.ids_view import IdsView
from helpers.widgets.kernel_slider import KernelSlider
from helpers.widgets.shift_explorer import ShiftExplorer
from helpers.widgets.unroller import Unroller

MAKE = {"ids-view": IdsView.walk, "ids-view, pictures": lambda: IdsView(conv2d_ids(5, 5, 3), (5, 5), (3, 3)),
        "unroller": Unroller, "unroller, backward": lambda: Unroller(T=12, backward=True), "shift-explorer": ShiftExplorer}
HANDLE = {"ids-view": ".iv-matrix", "unroller": ".un-drawing", "shift-explorer": ".se-input"}
each = pytest.mark.parametrize("name", MAKE)
each_kind = pytest.mark.parametrize("name", HANDLE)


def handle(page, name):
    return page.locator(HANDLE[name.split(",")[0]])


def said(page, nth=0):
    return page.locator(".ws-said").nth(nth)


STYLES = """(all) => all.map((e) => {
  const style = getComputedStyle(e);
  const names = ["padding", "margin", "border", "width", "min-width", "height", "font", "gap"];
  return names.map((name) => style.getPropertyValue(name)).join();
})"""


@pytest.mark.parametrize("name", [*HANDLE, "kernel-slider"])
def test_widgets_further_down_the_notebook_do_not_change_its_looks(static_page, name):
    """Every widget brings the common style sheet along; the last one on the page must not undo what a widget says itself."""
    make = MAKE | {"kernel-slider": lambda: KernelSlider(np.eye(6))}
    looks = []
    for others in ([], [MAKE["unroller"](), MAKE["ids-view"](), make["kernel-slider"](), MAKE["shift-explorer"]()]):
        page = static_page(make[name](), *others)
        looks.append(page.locator(".ws").first.locator("*").evaluate_all(STYLES))
    assert len(looks[0]) > 20
    assert [pair for pair in zip(*looks, strict=True) if pair[0] != pair[1]] == []


@each
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(static_page, axe, name, scheme):
    page = static_page(MAKE[name](), color_scheme=scheme)
    page.wait_for_timeout(700)
    violations, passed = axe(page, "main")
    assert violations == [] and passed > 10


@each
def test_it_fits_on_a_telephone(static_page, name):
    page = static_page(MAKE[name](), width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    measure = "(all) => all.map((e) => e.getBoundingClientRect().height)"
    heights = page.locator(".ws :is(button, input, select)").evaluate_all(measure)
    assert min(heights) >= 18


@each_kind
def test_two_on_a_page_leave_each_other_alone_and_the_state_is_said(static_page, name):
    page = static_page(MAKE[name](), MAKE[name]())
    page.wait_for_timeout(700)
    before = [said(page, n).inner_text() for n in (0, 1)]
    handle(page, name).nth(1).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(700)
    after = [said(page, n).inner_text() for n in (0, 1)]
    assert before[0] == before[1] == after[0] != after[1] and len(after[1]) > 40
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids)) > 4


@each
def test_forced_colours_and_no_script_leave_words(static_page, name):
    widget = MAKE[name]()
    page = static_page(widget, forced_colors="active")
    assert page.locator(".ws-title").inner_text()
    assert repr(widget).split("×")[0] in widget.static_html().split("<style>")[0] and "Run this cell" in widget.static_html()
    assert repr(MAKE[name]()) == repr(widget) and "0x" not in repr(widget)


SPY = """async ([source, state]) => {
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const model = window.model = module.staticModel(state);
  window.told = 0; model.save_changes = () => { window.told++; };
  window.close_view = module.default.render({ model, el: document.querySelector("main") });
}"""


@each_kind
def test_nothing_is_sent_while_a_key_is_held_and_a_closed_view_is_gone(new_page, name):
    page, widget = new_page(), MAKE[name]()
    page.set_content("<!doctype html><html lang='en'><title>Spy</title><main></main>")
    page.evaluate(SPY, [widget._esm, widget.state()])
    handle(page, name).focus()
    for _ in range(3):
        page.keyboard.down("ArrowRight")
    page.wait_for_timeout(500)
    assert page.evaluate("told") == 0
    page.keyboard.up("ArrowRight")
    page.wait_for_function("told === 1", timeout=5000)
    page.evaluate("close_view()")
    assert page.locator("main").evaluate("(e) => e.children.length") == 0


CELLS = {"ids-view": ("ids_view", "IdsView.walk()"), "unroller": ("unroller", "Unroller()"),
         "shift-explorer": ("shift_explorer", "ShiftExplorer()")}


@both_apps
def test_keys_stay_with_the_widgets_and_python_is_told(new_page, jupyter, app):
    """In command mode "a" adds a cell and "d d" deletes one: not while a widget has the focus."""
    page, new, path = new_page(), nbformat.v4, jupyter[1] / f"all_{app}.ipynb"
    lines = [f"from helpers.widgets.{module} import {call.split('(')[0].split('.')[0]}" for module, call in CELLS.values()]
    made = f"a, b, c = {', '.join(call for _, call in CELLS.values())}"
    cells = ["\n".join([*lines, made]), "a", "b", "c", "print(a.col, b.step, c.dx)"]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new.new_notebook(cells=[new.new_code_cell(c) for c in cells], metadata={"kernelspec": kernel}), path)
    page.set_viewport_size({"width": 1366, "height": 2200})
    open_and_run(page, jupyter, app, path.name)
    count = page.locator(".jp-Notebook .jp-Cell").count()
    for name in CELLS:
        page.wait_for_selector(HANDLE[name], state="attached")
        handle(page, name).evaluate("(e) => e.closest('.jp-Cell').scrollIntoView()")
        handle(page, name).focus()
        for key in ("a", "b", "x", "d", "d", "ArrowRight"):
            page.keyboard.press(key)
        settle(page)
        assert handle(page, name).evaluate("(e) => document.activeElement === e")
    page.wait_for_timeout(1000)
    assert page.locator(".jp-Notebook .jp-Cell").count() == count
    handle(page, "shift-explorer").focus()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    prompts = "[...document.querySelectorAll('.jp-InputPrompt')].map((p) => p.textContent).join()"
    page.wait_for_function(f"{prompts}.includes('[7]')", timeout=20_000)
    assert page.locator(".jp-Notebook .jp-Cell").nth(4).locator(".jp-OutputArea-output").inner_text().strip() == "1 2 1"


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: IdsView(np.zeros((100, 100))), ValueError, "param_ids is 100 x 100; every connection is drawn, so at most 64 x 64"),
    (lambda: IdsView(np.zeros((4000, 4000))), ValueError, "param_ids is 4000 x 4000; every connection is drawn"),
    (lambda: IdsView(np.zeros((0, 4))), ValueError, r"param_ids has shape \(0, 4\); expected \(n_out, n_in\), at least 1 x 1"),
    (lambda: IdsView(np.zeros((2, 2, 2))), ValueError, r"param_ids has shape \(2, 2, 2\); expected \(n_out, n_in\)"),
    (lambda: IdsView([[0.5]]), ValueError, "param_ids of 'layer' holds 0.5; expected whole numbers"),
    (lambda: IdsView([[np.nan]]), ValueError, "param_ids of 'layer' holds nan; expected whole numbers"),
    (lambda: IdsView("dense"), TypeError, "param_ids is a str; expected a matrix of whole numbers"),
    (lambda: IdsView([0, 1]), ValueError, r"param_ids has shape \(2,\); expected \(n_out, n_in\)"),
    (lambda: IdsView([[-2]]), ValueError, "param_ids of 'layer' holds -2; expected ids from 0 on"),
    (lambda: IdsView({"a": [[0]], "b": [[0, 1]]}), ValueError, r"param_ids\['b'\] has shape \(1, 2\); expected \(1, 1\)"),
    (lambda: IdsView([[0, 1]], in_shape=(3, 1)), ValueError, r"in_shape is \(3, 1\); expected \(height, width\) with 2 pixels"),
    (lambda: IdsView([[0, 1]], row=1), ValueError, "row is 1; expected a whole number from 0 to 0"),
    (lambda: Unroller(W_hh=np.eye(4)), ValueError, r"W_hh has shape \(4, 4\); expected \(2, 2\) or \(3, 3\)"),
    (lambda: Unroller(x=[]), ValueError, r"x has shape \(0,\); there is nothing in it"),
    (lambda: Unroller(x=[1, np.nan]), ValueError, r"x\[1\] is nan; expected finite numbers"),
    (lambda: Unroller(x=np.ones(13)), ValueError, r"x has shape \(13,\); expected 1 to 12 numbers"),
    (lambda: Unroller(x="on"), TypeError, "x is a str; expected an array of numbers"),
    (lambda: Unroller(T=13), ValueError, "T is 13; x has 12 steps"), (lambda: Unroller(T=3, step=4), ValueError, "step is 4"),
    (lambda: Unroller(activation="relu"), ValueError, "activation is 'relu'; expected 'tanh' or 'linear'"),
    (lambda: ShiftExplorer(np.zeros((0, 4))), ValueError, r"image has shape \(0, 4\); there is nothing in it"),
    (lambda: ShiftExplorer(np.zeros((8, 8, 3))), ValueError, r"image has shape \(8, 8, 3\); expected \(height, width\)"),
    (lambda: ShiftExplorer(np.zeros((4000, 4000))), ValueError, "image is 4000 × 4000; expected 6 × 6 to 40 × 40 pixels"),
    (lambda: ShiftExplorer(np.full((8, 8), np.nan)), ValueError, r"image\[0, 0\] is nan"),
    (lambda: ShiftExplorer(kernel=np.ones((3, 3, 3))), ValueError, r"kernel has shape \(3, 3, 3\); expected \(3, 3\)"),
    (lambda: ShiftExplorer(kernel=np.ones((5, 5))), ValueError, r"kernel has shape \(5, 5\); expected \(3, 3\)"),
    (lambda: ShiftExplorer(padding="same"), ValueError, "padding is 'same'; expected one of: circular, zeros, none"),
    (lambda: ShiftExplorer(pooling="min"), ValueError, "pooling is 'min'; expected one of: none, max, average"),
    (lambda: ShiftExplorer(stride=4), ValueError, "stride is 4; expected 1, 2 or 3"),
    (lambda: ShiftExplorer(dx=16), ValueError, "dx is 16; expected a whole number from -15 to 15"),
    (lambda: ShiftExplorer(dy=0.5), ValueError, "dy is 0.5"),
])
def test_wrong_input_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_frames_are_waited_for(static_page):
    """The helper of these tests itself: after `frames` a drawing is there."""
    page = static_page(Unroller())
    frames(page)
    assert page.locator(".un-drawing rect").count() > 10
