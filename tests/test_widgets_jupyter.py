"""All four widgets in one notebook, in JupyterLab and Notebook 7: what is sent, both themes, and a kernel that has died."""
import nbformat
import pytest
from test_jupyter import at_rest, both_apps, open_and_run, settle

CELLS = {"ks-input": ("kernel_slider", "KernelSlider([[1.0 * (3 * r + c) for c in range(6)] for r in range(5)])"),
         "iv-matrix": ("ids_view", "IdsView.walk()"), "un-drawing": ("unroller", "Unroller(T=6, backward=True)"),
         "se-input": ("shift_explorer", "ShiftExplorer()")}
ROOTS = {"ks-input": ".ws-kernel-slider", "iv-matrix": ".ws-ids-view", "un-drawing": ".ws-unroller",
         "se-input": ".ws-shift-explorer"}


@pytest.fixture
def opened(new_page, jupyter):
    """opened("lab") -> the page, with all four widgets run."""
    def go(app):
        page, new, path = new_page(), nbformat.v4, jupyter[1] / f"four_{app}.ipynb"
        page.set_viewport_size({"width": 1366, "height": 1600})
        page.sent = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: page.sent.append(frame)))
        cells = [new.new_code_cell(f"from helpers.widgets.{module} import {made.split('(')[0].split('.')[0]}\n{made}")
                 for module, made in CELLS.values()]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(new.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
        open_and_run(page, jupyter, app, path.name)
        return page
    return go


def shown(page, name):
    return page.locator(f".{name}").get_attribute("aria-valuetext")


def told(page):
    """How many messages of widgets have gone to the kernel since the last look."""
    frames = [frame if isinstance(frame, bytes) else str(frame).encode() for frame in page.sent]
    page.sent.clear()
    return sum(b"comm_msg" in frame for frame in frames)


@pytest.mark.slow
@both_apps
def test_the_kernel_hears_nothing_while_a_key_is_held_and_of_the_rest_afterwards(opened, app):
    """What goes over the wire: nothing for seven presses of a held key, something half a second after it is let go."""
    page = opened(app)
    for name, root in ROOTS.items():
        at_rest(page, root, f".{name}").focus()
        page.wait_for_timeout(300)
        told(page)
        for _ in range(7):
            page.keyboard.down("ArrowRight")
            page.wait_for_timeout(100)
        assert told(page) == 0, name
        page.keyboard.up("ArrowRight")
        page.wait_for_timeout(1500)
        assert told(page) >= 1, name


@pytest.mark.slow
@both_apps
def test_every_widget_answers_keys_when_the_kernel_is_dead(opened, app):
    page = opened(app)
    page.evaluate("void jupyterapp.shell.currentWidget.sessionContext.session.kernel.shutdown()")
    page.wait_for_timeout(3000)
    page.errors.clear()                                  # what Jupyter says about the end of its kernel
    for name, root in ROOTS.items():
        handle = at_rest(page, root, f".{name}")
        before = shown(page, name)
        handle.focus()
        page.keyboard.press("ArrowRight")
        settle(page)
        assert shown(page, name) != before, name
    page.wait_for_timeout(500)
    jupyters = "Could not send widget sync message"
    assert [error for error in page.errors if not error.startswith(jupyters)] == []
    page.errors.clear()


def test_axe_finds_nothing_in_either_theme(opened, axe):
    page = opened("lab")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        page.evaluate("(theme) => void jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        page.wait_for_function("(t) => document.body.dataset.jpThemeName === t", arg=theme, timeout=20_000)
        for name, root in ROOTS.items():
            at_rest(page, root, f".{name}")
            violations, passed = axe(page, root)
            assert violations == [] and passed > 10, (theme, name)
