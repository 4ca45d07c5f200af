"""The course as pages: from a file and offline, formulas drawn, links that lead on, every widget alive, no script of others."""
import re

import pytest
from conftest import frames
from test_jupyter import HANDLES

from helpers.site import NOTEBOOKS, build, with_mathml

LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
FAST = ["06_equivariance", "11_backprop_through_time"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site with ümlauts")
    build(folder, FAST)
    return folder


@pytest.fixture(scope="module")
def whole_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    assert [page.stem for page in build(folder)] == LESSONS
    return folder


@pytest.mark.parametrize("name", FAST)
def test_a_page_asks_nobody_and_its_widgets_move(site, new_page, axe, name):
    look_at(new_page(), site / f"{name}.html", axe)


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_every_lessons_page_asks_nobody_its_widgets_move_and_its_links_lead_on(whole_site, new_page, axe, name):
    page = whole_site / f"{name}.html"
    look_at(new_page(), page, axe)
    for target in re.findall(r'href="([^"#:]+\.html)"', page.read_text(encoding="utf-8")):
        assert (whole_site / target).exists(), target


def look_at(tab, path, axe):
    """Requests and errors of a tab are looked at when the test ends."""
    tab.goto(path.as_uri())
    frames(tab)
    title = tab.title()
    assert title.endswith("· Weight sharing") and tab.locator("h1").count() == 1
    assert ".ipynb" not in " ".join(tab.locator("a").evaluate_all("(all) => all.map((a) => a.getAttribute('href') || '')"))
    assert "$" not in "".join(tab.locator(".jp-MarkdownCell p").all_inner_texts()), "a formula that is not drawn"
    alts = tab.locator(".jp-OutputArea img").evaluate_all("(all) => all.map((i) => i.alt)")
    assert alts and all(len(alt) > 30 for alt in alts)
    for name in HANDLES:
        for n in range(tab.locator(f".ws-{name}").count()):
            press_an_arrow(tab, name, n)
    for scheme, white in (("light", True), ("dark", False)):
        tab.emulate_media(color_scheme=scheme)
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'") is white
        violations, passed = axe(tab, "html")
        assert violations == [] and passed > 20, scheme


def press_an_arrow(tab, name, n):
    """An arrow key on the n-th widget of a kind: what it tells screen readers changes."""
    said = tab.locator(f".ws-{name} + .ws-said").nth(n)
    tab.wait_for_timeout(600)
    before = said.inner_text()
    tab.locator(f".ws-{name} {HANDLES[name]}").nth(n).focus()
    tab.keyboard.press("ArrowLeft" if re.search(r"Step (\d+) of \1\b", before) else "ArrowRight")
    tab.wait_for_timeout(700)
    assert said.inner_text() != before, name


def test_formulas_become_mathml_and_code_stays():
    text = with_mathml("Price `$5` and $x_t$, then\n\n$$\\frac{a}{b}$$\n\n```\ncost = '$y$'\n```")
    assert text.count("<math") == 2 and "`$5`" in text and "'$y$'" in text and "<mfrac>" in text


def test_a_lesson_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match="names has '99_x'; expected some of: 00_start_here, 01_dense"):
        build(tmp_path, ["99_x"])
    assert list(tmp_path.iterdir()) == []
