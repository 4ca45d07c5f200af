"""The ids view: counts, uses and inputs in the browser's module are numpy's, at every place of every stage; it lights up."""
import numpy as np
import pytest

from helpers.ids import NO_EDGE, counts
from helpers.sharing import conv2d_ids, dense_ids, local2d_ids
from helpers.widgets.ids_view import IdsView

VIEWS = [*(IdsView.walk(n, k) for n in range(3, 10) for k in range(1, 4)),
         *(IdsView.unrolled(T, n_x, n_h) for T in range(1, 5) for n_x in (1, 2) for n_h in (1, 2, 3)),
         IdsView(conv2d_ids(6, 6, 3), (6, 6), (4, 4)), IdsView(local2d_ids(5, 4, 2), (5, 4), (4, 3)), IdsView(dense_ids(64, 64)),
         IdsView([[-1, -1], [3, 3]])]
BODY = """return stages.map(({ ids }) => {
  const table = m.asMatrix(m.unpack(ids));
  return { table, counts: m.countsOf(table), seen: table.map((_, i) => m.inputsOf(table, i)),
    uses: table.map((row) => row.map((id) => m.usesOf(table, id).length)) };
})"""


def test_every_count_is_numpys_at_every_place_of_every_stage(node):
    places = 0
    for view in VIEWS:
        answers = node("ids_view", BODY, stages=view.stages)
        for ids, answer in zip(view.matrices.values(), answers, strict=True):
            assert answer["table"] == ids.tolist()
            c = counts(ids)
            assert answer["counts"] == {"connections": c.connections, "parameters": c.parameters, "uses": pytest.approx(c.uses)}
            assert answer["seen"] == [np.flatnonzero(row != NO_EDGE).tolist() for row in ids]
            assert answer["uses"] == [[0 if k == NO_EDGE else int((ids == k).sum()) for k in row] for row in ids]
            places += ids.size
    assert len(VIEWS) > 45 and places > 6_000


def lit(page):
    """How many squares of the matrix are bright, and how many lines are thick."""
    squares = page.locator(".iv-matrix .iv-cell.iv-lit").count()
    return squares, page.locator(".iv-layer line[stroke-width='5']").count()


def test_a_parameter_lights_up_in_the_matrix_and_in_the_picture(static_page):
    page = static_page(IdsView.walk())
    assert lit(page) == (1, 1)
    for stage, uses in ((1, 1), (2, 4)):
        page.get_by_label("Stage").fill(str(stage))
        page.wait_for_timeout(100)
        assert lit(page) == (uses, uses)
    assert "Parameter 0 is used 4 times. Output 0 sees 3 of 6 inputs." in page.locator(".iv-words").inner_text()
    assert page.locator(".iv-big").all_inner_texts() == ["12", "3", "4"]


def test_keys_and_pointer_choose_a_place(static_page):
    page = static_page(IdsView.walk())
    page.get_by_label("Stage").fill("2")
    page.locator(".iv-matrix").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    assert page.locator(".iv-matrix").get_attribute("aria-valuetext") == "output 1, input 2: parameter 1"
    page.keyboard.press("Home")
    page.wait_for_timeout(100)
    assert page.locator(".iv-matrix").get_attribute("aria-valuetext") == "output 1, input 0: no connection"
    page.locator(".iv-matrix g").nth(3 * 6 + 5).hover()
    page.wait_for_timeout(100)
    assert page.locator(".iv-matrix").get_attribute("aria-valuetext") == "output 3, input 5: parameter 2"


def test_in_pictures_the_output_sees_its_window_and_all_users_are_marked(static_page):
    page = static_page(IdsView(conv2d_ids(5, 5, 3), (5, 5), (3, 3), row=4, col=12))
    colours = "(all) => all.map((r) => r.getAttribute('fill'))"
    fills = [page.locator(f".iv-pair svg:nth-child({n}) rect").evaluate_all(colours) for n in (1, 2)]
    window = [k for k, fill in enumerate(fills[0]) if fill != "#fff"]
    assert window == [r * 5 + c for r in (1, 2, 3) for c in (1, 2, 3)] and len(set(fills[1])) == 1 and "#fff" not in fills[1]


def test_python_counts_the_stage_that_is_shown():
    view = IdsView.walk()
    assert view.counts().parameters == 24
    view.stage = 2
    assert view.counts().parameters == 3
