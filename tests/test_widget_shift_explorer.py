"""The shift explorer: both maps and the error are numpy's, for every move, padding, stride and pooling; dragging moves."""
import itertools

import numpy as np
import pytest

from helpers.widgets.shift_explorer import PADDINGS, POOLINGS, ShiftExplorer

RNG = np.random.default_rng(0)
IMAGES = {True: RNG.normal(size=(6, 7)), False: RNG.integers(0, 5, (7, 6)) / 4}      # as a ring, and with an edge
BODY = """const { shape, values } = m.unpack(packed), image = { rows: shape[0], columns: shape[1], values };
return moves.map(([dy, dx]) => {
  const all = m.compare(image, options, dy, dx, ring);
  return { first: [...all.first.values], plain: [...all.plain.values], error: all.error, s: all.s, top: m.maximum(all.first),
    mean: m.mean(all.first) };
})"""


def test_everything_is_numpys_for_every_control(node):
    """Each padding, stride and pooling, ring or not, and each of the 11 x 13 moves that leave a row and a column in."""
    compared = 0
    for ring, padding, stride, pooling in itertools.product((True, False), PADDINGS, (1, 2, 3), POOLINGS):
        image = IMAGES[ring]
        widget = ShiftExplorer(image, RNG.normal(size=(3, 3)), ring=ring, padding=padding, stride=stride, pooling=pooling)
        H, W = image.shape
        moves = [(dy, dx) for dy in range(1 - H, H) for dx in range(1 - W, W)]
        options = dict(kernel=widget.kernel, stride=stride, padding=padding, pooling=pooling)
        answers = node("shift_explorer", BODY, packed=widget.picture, options=options, ring=ring, moves=moves)
        for (dy, dx), answer in zip(moves, answers, strict=True):
            widget.dy, widget.dx = dy, dx
            first, plain = widget.maps()
            np.testing.assert_allclose(answer["first"], first.ravel(), atol=1e-12)
            np.testing.assert_allclose(answer["plain"], plain.ravel(), atol=1e-12)
            assert answer["s"] == widget.total_stride() and answer["top"] == pytest.approx(first.max())
            assert answer["mean"] == pytest.approx(first.mean(), abs=1e-12)
            expected = widget.error()
            assert (answer["error"] is None) == (expected is None)
            assert expected is None or answer["error"] == pytest.approx(expected, abs=1e-9)
            compared += 1
    assert compared == 2 * 3 * 3 * 3 * 11 * 13 == 7_722


def shown(page):
    page.wait_for_timeout(100)
    return page.locator(".se-big").inner_text(), page.locator(".se-verdict").inner_text()


def test_arrows_move_the_picture_and_the_error_is_shown(static_page):
    page = static_page(ShiftExplorer())
    page.locator(".se-input").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert shown(page) == ("0", "Equivariant: the map moved along exactly.")
    assert page.locator(".se-input").get_attribute("aria-valuetext") == "moved by 1 down and 2 right"
    page.get_by_label("Stride").fill("2")
    number, words = shown(page)
    assert number == "–" and "the map moves by one when the picture moves by 2, and 1 is no multiple of 2" in words
    page.keyboard.press("Home")


def test_zero_padding_breaks_it_at_the_border_and_the_number_is_numpys(static_page):
    page = static_page(ShiftExplorer(padding="zeros", dx=9))
    expected = ShiftExplorer(padding="zeros", dx=9).error()
    number, words = shown(page)
    assert float(number) == pytest.approx(expected, abs=6e-4) and expected > 0.1
    assert words == "Not equivariant: the two maps differ."


def test_the_picture_is_dragged(static_page):
    page = static_page(ShiftExplorer())
    box = page.locator(".se-input").bounding_box()
    pixel = box["width"] / 16
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 100 + 3 * pixel, box["y"] + 100 - 2 * pixel, steps=4)
    page.mouse.up()
    page.wait_for_timeout(100)
    assert page.locator(".se-input").get_attribute("aria-valuetext") == "moved by \N{MINUS SIGN}2 down and 3 right"
    page.get_by_role("button", name="Back").click()
    page.wait_for_timeout(100)
    assert page.locator(".se-input").get_attribute("aria-valuetext") == "moved by 0 down and 0 right"


def test_global_pooling_is_kept_apart_from_equivariance(static_page):
    """On a ring the global maximum stays; with the picture cut off at the border it changes."""
    page = static_page(ShiftExplorer(dx=5), ShiftExplorer(dx=12, ring=False, padding="none"))
    assert "maximum" in (words := page.locator(".se-global").nth(0).inner_text()) and words.count("stays") == 2
    assert "changes" in page.locator(".se-global").nth(1).inner_text()
