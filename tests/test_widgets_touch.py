"""Fingers instead of a mouse: a tap and a drag reach every widget, as Chromium sends them for a telephone."""
import pytest
from conftest import frames

from helpers.sharing import conv2d_ids
from helpers.widgets.ids_view import IdsView
from helpers.widgets.kernel_slider import KernelSlider
from helpers.widgets.shift_explorer import ShiftExplorer
from helpers.widgets.unroller import Unroller

IMAGE = [[float((3 * r + 5 * c) % 7) for c in range(9)] for r in range(8)]


@pytest.fixture
def touch(static_page):
    """touch(widget) opens the widget on a telephone: (page, finger); finger([(x, y), ...]) goes down, along, and up."""
    def opened(widget):
        page = static_page(widget, width=360)
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

        def finger(points):
            for k, (x, y) in enumerate(points):
                session.send("Input.dispatchTouchEvent",
                             {"type": "touchMove" if k else "touchStart", "touchPoints": [{"x": x, "y": y}]})
            session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            frames(page)

        return page, finger

    return opened


def points(page, selector, *fractions):
    """Points of an element that is brought into sight: (0, 0) is its upper left corner, (1, 1) its lower right one."""
    element = page.locator(selector).first
    element.scroll_into_view_if_needed()
    frames(page)
    box = element.bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in fractions]


def along(start, end, n=6):
    return [tuple(a + (b - a) * k / n for a, b in zip(start, end, strict=True)) for k in range(n + 1)]


def now(page, selector):
    return page.locator(selector).first.get_attribute("aria-valuetext")


@pytest.mark.parametrize("picture", [".ks-input", ".ks-output"])
def test_the_window_follows_the_finger_on_either_picture(touch, picture):
    page, finger = touch(KernelSlider(IMAGE))
    finger(along(*points(page, picture, (0.2, 0.2), (0.75, 0.75))))
    assert now(page, picture).startswith("row 5, column 5")
    assert page.evaluate("scrollX") == 0, "the page stays where it is"


def test_the_digit_follows_the_finger(touch):
    page, finger = touch(ShiftExplorer())
    finger(along(*points(page, ".se-input", (0.5, 0.5), (0.5 + 3 / 16, 0.5 - 2 / 16))))
    assert now(page, ".se-input") == "moved by \N{MINUS SIGN}2 down and 3 right"


def test_a_square_of_the_matrix_follows_the_finger(touch):
    page, finger = touch(IdsView.walk())
    box = page.locator(".iv-matrix .iv-cell")
    corners = [box.nth(k).bounding_box() for k in (0, 3 * 6 + 4)]
    finger(along(*[(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in corners]))
    assert now(page, ".iv-matrix") == "output 3, input 4: parameter 22"


def test_a_neuron_and_a_pixel_are_chosen_by_a_tap(touch):
    page, finger = touch(IdsView.walk())
    finger(points(page, ".iv-layer circle:nth-last-of-type(1)", (0.5, 0.5)))
    assert now(page, ".iv-matrix") == "output 3, input 0: parameter 18"
    page, finger = touch(IdsView(conv2d_ids(5, 5, 3), (5, 5), (3, 3)))
    finger(points(page, ".iv-pair svg:nth-child(2) rect:nth-of-type(5)", (0.5, 0.5)))
    assert now(page, ".iv-matrix").startswith("output 4, ")


def test_a_tap_goes_to_a_step_and_a_drag_scrolls_the_chain(touch):
    page, finger = touch(Unroller(T=12))
    finger(points(page, ".un-step:nth-of-type(4) .un-box", (0.5, 0.5)))
    assert page.locator(".un-words").inner_text().startswith("Step 2 of 12")
    finger(along(*points(page, ".un-scroller", (0.9, 0.3), (0.2, 0.3))))
    page.wait_for_function("document.querySelector('.un-scroller').scrollLeft > 50", timeout=5000)
    assert page.locator(".un-words").inner_text().startswith("Step 2 of 12")
