"""Lessons in the real thing: JupyterLab and Notebook 7, driven in a browser as a learner would."""
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from conftest import TOKEN

from helpers.data import load_photo
from helpers.widgets.kernel_slider import KernelSlider

ROOT = Path(__file__).parents[1]
LESSONS = sorted(p.name for p in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
PATHS = {"lab": "lab/tree", "notebook": "notebooks"}
KERNEL_IDLE = "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
COMMAND = "(name) => void jupyterapp.commands.execute(name)"
IDLE = """() => {
  const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map((p) => p.textContent.trim());
  return prompts.length > 0 && prompts.every((text) => /^\\[\\d+\\]:$/.test(text));
}"""
both_apps = pytest.mark.parametrize("app", ["lab", "notebook"])


def open_and_run(page, server, app, name, seconds=120):
    """Open a lesson and Run All; come back when every cell has its number.

    What Jupyter logs while it starts is its own affair (Notebook 7.6 always logs something); from Run All on it is ours.
    """
    query = "&reset" if app == "lab" else ""
    page.goto(f"{server[0]}/{PATHS[app]}/{name}?token={TOKEN}{query}", wait_until="domcontentloaded")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_function(KERNEL_IDLE, timeout=60_000)
    page.errors.clear()
    page.evaluate(COMMAND, "notebook:clear-all-cell-outputs")
    page.evaluate(COMMAND, "notebook:run-all-cells")
    page.wait_for_function(IDLE, timeout=seconds * 1000)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0


@pytest.fixture
def page(new_page):
    """A tab; at the end of a test it has logged no error and asked nobody but this machine."""
    tab = new_page()
    tab.set_viewport_size({"width": 1366, "height": 900})
    return tab


def settle(page):
    page.evaluate("new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))")


def place_and_sum(page):
    r, c, total = re.fullmatch(r"y\[(\d+), (\d+)\] = (.*)", page.locator(".ks-where").inner_text()).groups()
    return int(r), int(c), float(total.replace("\N{MINUS SIGN}", "-"))


def agrees_with_numpy(page):
    r, c, total = place_and_sum(page)
    y = KernelSlider(load_photo(height=40), kernel="edges, vertical").feature_map()
    np.testing.assert_allclose(total, y[r, c], atol=0.0006)
    return r, c


def slider(page):
    """The slider's map, once its cell is in sight (Jupyter lays out no cell that is not) and has come to rest."""
    return at_rest(page, ".ws-kernel-slider", ".ks-output")


def at_rest(page, widget, part, n=0):
    """The part of the n-th such widget, brought into sight again and again until it has been in one place for half a second."""
    page.wait_for_selector(widget, state="attached", timeout=30_000)
    wanted, boxes = page.locator(f"{widget} {part}").nth(n), []
    for _ in range(600):
        page.locator(widget).nth(n).evaluate("(e) => e.closest('.jp-Cell').scrollIntoView()")
        boxes = [*boxes[-5:], wanted.bounding_box() if wanted.is_visible() else None]
        if len(boxes) == 6 and boxes[0] and all(box == boxes[0] for box in boxes):
            return wanted
        page.wait_for_timeout(100)
    raise AssertionError(f"{part} did not come to rest: {boxes}")


@both_apps
def test_the_slider_moves_by_mouse_and_by_keys(page, jupyter, app):
    open_and_run(page, jupyter, app, "00_start_here.ipynb")
    output = slider(page)
    before = output.evaluate("(c) => c.toDataURL()")
    box = output.bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 90, steps=5)
    page.mouse.up()
    settle(page)
    by_mouse = agrees_with_numpy(page)
    assert by_mouse != (0, 0) and output.evaluate("(c) => c.toDataURL()") != before
    output.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    settle(page)
    assert agrees_with_numpy(page) == (by_mouse[0] + 1, by_mouse[1] + 1)


@both_apps
def test_keys_stay_with_the_widget_and_commands_with_jupyter(page, jupyter, app):
    """In command mode "a" adds a cell and "d d" deletes one: not while the slider has the focus."""
    open_and_run(page, jupyter, app, "00_start_here.ipynb")
    slider(page).focus()
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    for key in ("a", "b", "x", "d", "d", "ArrowDown", "ArrowUp", "Home", "End"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert page.evaluate("document.activeElement.className") == "ks-output"
    with page.expect_request(lambda r: r.method == "PUT" and "/api/contents" in r.url, timeout=10_000):
        page.keyboard.press("Control+s")


CELLS = ["""import numpy as np
from helpers.widgets.kernel_slider import KernelSlider
slider = KernelSlider(np.arange(30.).reshape(5, 6) ** 2)""", "slider", "print(slider.row, slider.col, slider.kernel_name)"]


@both_apps
def test_python_is_told_and_shift_enter_still_runs_the_cell(page, jupyter, app):
    """After a pause `slider.col` is where the window is; Shift+Enter on the picture runs its cell and goes on to the next."""
    new, path = nbformat.v4, jupyter[1] / f"told_{app}.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new.new_notebook(cells=[new.new_code_cell(c) for c in CELLS], metadata={"kernelspec": kernel}), path)
    open_and_run(page, jupyter, app, path.name)
    said = page.locator(".jp-Notebook .jp-Cell").nth(2).locator(".jp-OutputArea-output")
    assert said.inner_text().strip() == "0 0 edges, vertical"
    page.get_by_label("Kernel", exact=True).select_option("blur")
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1000)
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("document.querySelectorAll('.jp-InputPrompt')[1].textContent.includes('[4]')", timeout=20_000)
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("document.querySelectorAll('.jp-InputPrompt')[2].textContent.includes('[5]')", timeout=20_000)
    assert said.inner_text().strip() == "0 2 blur"


def test_axe_finds_nothing_in_either_theme(page, jupyter, axe):
    open_and_run(page, jupyter, "lab", "00_start_here.ipynb")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.evaluate("(theme) => void jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        page.wait_for_function("(t) => document.body.dataset.jpThemeName === t", arg=theme, timeout=20_000)
        slider(page)
        page.wait_for_timeout(600)
        violations, passed = axe(page, ".ws")
        assert violations == [] and passed > 10
    page.evaluate("(theme) => void jupyterapp.commands.execute('apputils:change-theme', { theme })", "JupyterLab Light")


HANDLES = {"kernel-slider": ".ks-output", "ids-view": ".iv-matrix", "unroller": ".un-drawing", "shift-explorer": ".se-input"}


def press_an_arrow(page, name, n):
    """An arrow key on the n-th widget of a kind: what it tells screen readers changes; gives both sentences."""
    handle, said = at_rest(page, f".ws-{name}", HANDLES[name], n), page.locator(f".ws-{name} + .ws-said").nth(n)
    before = said.text_content()
    handle.focus()
    page.keyboard.press("ArrowLeft" if re.search(r"Step (\d+) of \1\b", before) else "ArrowRight")
    for _ in range(30):
        page.wait_for_timeout(100)
        if said.text_content() != before:
            break
    return before, said.text_content()


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
@both_apps
def test_every_lesson_runs_and_every_widget_in_it_moves(page, jupyter, app, name):
    """Run All, no error, nothing asked from elsewhere, every picture has a sentence; then a key for each widget."""
    made = (ROOT / "notebooks" / name).read_text(encoding="utf-8").count("class='ws-static'")
    open_and_run(page, jupyter, app, name)
    page.wait_for_timeout(500)
    alts = page.locator(".jp-OutputArea img").evaluate_all("(all) => all.map((i) => i.alt)")
    assert all(len(alt) > 30 for alt in alts), alts
    page.wait_for_function("(n) => document.querySelectorAll('.ws').length === n", arg=made, timeout=30_000)
    found = [(kind, n) for kind in HANDLES for n in range(page.locator(f".ws-{kind}").count())]
    assert len(found) == made
    for kind, n in found:
        before, after = press_an_arrow(page, kind, n)
        assert before != after and len(after) > 20, (name, kind, n, before)
