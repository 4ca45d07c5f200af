"""Widgets on a page of their own: from a file, without a kernel, in a real browser."""
import numpy as np
import pytest

from helpers.widgets.kernel_slider import KERNELS, KernelSlider

RNG = np.random.default_rng(0)
SMALL = RNG.integers(0, 10, (6, 7)).astype(float)


def write_page(folder, *widgets, replace=("", "")):
    body = "\n".join(widget.static_html().replace(*replace) for widget in widgets)
    path = folder / "page with spaces, ümlauts.html"
    path.write_text(f"<!doctype html><html lang='en'><title>Widgets</title><main><h1>Widgets</h1>{body}</main>", encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(new_page):
    """A tab; at the end of a test it has logged no error and asked nobody but this machine."""
    tab = new_page()
    tab.set_default_timeout(10_000)
    return tab


@pytest.fixture
def open_page(page, tmp_path):
    def go(*widgets):
        page.goto(write_page(tmp_path, *widgets))
        page.wait_for_selector(".ws-kernel-slider .ks-sum")
        return page
    return go


def number(text):
    return float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))


def shown(page, selector, nth=0):
    return number(page.locator(selector).nth(nth).inner_text())


def press(page, selector, *keys):
    page.locator(selector).first.focus()
    for key in keys:
        page.keyboard.press(key)
        frame(page)


def frame(page):
    page.evaluate("new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))")


def settled(page, selector, text):
    page.wait_for_function("([s, t]) => document.querySelector(s).textContent.includes(t)", arg=[selector, text], timeout=5000)


def pixels(page, selector):
    return page.locator(selector).first.evaluate("(c) => c.toDataURL()")


SWEEP = """async ([rows, columns]) => {
  const frame = () => new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)));
  const canvas = document.querySelector(".ks-output"), sums = [];
  const press = (key) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  for (let r = 0; r < rows; r++) {
    press("Home"); await frame();
    for (let c = 0; c < columns; c++) {
      sums.push(document.querySelector(".ks-sum").textContent);
      if (c < columns - 1) press("ArrowRight");
      await frame();
    }
    press("ArrowDown"); await frame();
  }
  return sums;
}"""


@pytest.mark.parametrize("options", [
    dict(kernel="edges, vertical"), dict(kernel="blur", padding=1), dict(kernel="emboss", stride=2, mode="convolution"),
    dict(kernel=RNG.integers(-3, 4, (2, 2)), dilation=2, padding=1)], ids=str)
def test_the_shown_sum_is_numpys_at_every_place(open_page, options):
    slider = KernelSlider(SMALL, **options)
    page = open_page(slider)
    y = slider.feature_map()
    sums = [number(text) for text in page.evaluate(SWEEP, list(y.shape))]
    np.testing.assert_allclose(np.reshape(sums, y.shape), y, atol=0.0006)


def test_the_mouse_moves_the_window_on_either_picture(open_page):
    page = open_page(KernelSlider(SMALL))
    for selector in (".ks-input", ".ks-output"):
        before = pixels(page, ".ks-input"), page.locator(".ks-where").inner_text()
        box = page.locator(selector).bounding_box()
        page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.6 * box["height"], steps=4)
        page.mouse.up()
        frame(page)
        assert pixels(page, ".ks-input") != before[0] and page.locator(".ks-where").inner_text() != before[1]
        press(page, ".ks-output", "Home", "PageUp")


def test_keys_stop_at_the_border(open_page):
    page = open_page(KernelSlider(SMALL))
    press(page, ".ks-input", "ArrowLeft", "ArrowUp")
    settled(page, ".ks-where", "y[0, 0]")
    press(page, ".ks-input", "End", "ArrowRight", "PageDown")
    settled(page, ".ks-where", "y[3, 4]")


def test_the_window_follows_the_pointer_until_a_click_holds_it(open_page):
    page = open_page(KernelSlider(SMALL))
    box = page.locator(".ks-output").bounding_box()
    places = []
    for x in (60, 100, "click", 140, "click", 180):
        if x == "click":
            page.mouse.down()
            page.mouse.up()
        else:
            page.mouse.move(box["x"] + x, box["y"] + 20)
        frame(page)
        places.append(page.locator(".ks-where").inner_text().split("]")[0])
    assert places == ["y[0, 1", "y[0, 2", "y[0, 2", "y[0, 2", "y[0, 3", "y[0, 4"]


def test_keys_neither_scroll_the_page_nor_race_with_play(open_page):
    page = open_page(KernelSlider(SMALL))
    page.set_viewport_size({"width": 1100, "height": 500})
    page.get_by_role("button", name="Play").click()
    page.locator(".ks-input").focus()
    before = page.evaluate("scrollY")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("PageDown")
    frame(page)
    assert page.evaluate("scrollY") == before and page.get_by_role("button", name="Play").count() == 1
    page.set_viewport_size({"width": 1366, "height": 900})


def test_unshared_the_counter_climbs_and_shared_it_stays(open_page):
    page = open_page(KernelSlider(SMALL, shared=True))
    counts = []
    for _ in range(3):
        press(page, ".ks-output", "ArrowRight")
        counts.append(shown(page, ".ks-big"))
    assert counts == [9, 9, 9]
    page.get_by_label("Shared").uncheck()
    frame(page)
    assert shown(page, ".ks-big") == 9 * 4
    press(page, ".ks-output", "ArrowRight")
    assert shown(page, ".ks-big") == 9 * 5


def test_the_kernel_is_edited_in_place(open_page):
    slider = KernelSlider(SMALL, "identity")
    page = open_page(slider)
    page.get_by_label("kernel, row 0, column 2").fill("1/2")
    frame(page)
    assert shown(page, ".ks-sum") == SMALL[1, 1] + SMALL[0, 2] / 2


def test_every_kernel_can_be_chosen_by_name(open_page):
    page = open_page(KernelSlider(SMALL))
    for name in KERNELS:
        page.get_by_label("Kernel", exact=True).select_option(name)
        frame(page)
        assert shown(page, ".ks-sum") == pytest.approx(KernelSlider(SMALL, name).feature_map()[0, 0], abs=0.0006)


def test_the_gradient_adds_up_place_by_place(open_page):
    slider = KernelSlider(SMALL, gradient=True, dy=RNG.integers(-2, 3, (4, 5)).astype(float))
    page = open_page(slider)
    page.get_by_role("button", name="Fill all").click()
    frame(page)
    dw = page.get_by_role("table", name="dw").locator("td").all_inner_texts()
    np.testing.assert_allclose(np.reshape([number(v) for v in dw], (3, 3)), slider.kernel_gradient(), atol=0.0006)


def test_sizes_that_do_not_fit_are_said_in_words(open_page):
    page = open_page(KernelSlider(SMALL))
    page.get_by_label("Stride").fill("2")
    frame(page)
    assert "pixels are in no window" in page.locator(".ks-pane").nth(1).inner_text()
    page.get_by_label("Dilation").fill("4")
    frame(page)
    assert "There is no place for the window." in page.locator(".ks-pane").nth(1).inner_text()


def test_the_state_is_told_to_a_screen_reader(open_page):
    page = open_page(KernelSlider(SMALL, "identity"))
    press(page, ".ks-output", "ArrowRight")
    settled(page, "[role=status]", "y[0, 1] is")
    assert "parameters, shared" in page.locator("[role=status]").inner_text()


def test_two_sliders_on_a_page_leave_each_other_alone(open_page):
    page = open_page(KernelSlider(SMALL, "identity"), KernelSlider(2 * SMALL, "identity"))
    press(page, ".ks-output", "ArrowRight")
    where = page.locator(".ks-where").all_inner_texts()
    assert where[0].startswith("y[0, 1]") and where[1].startswith("y[0, 0]")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_it_fits_on_a_telephone(open_page):
    page = open_page(KernelSlider(RNG.random((40, 60))))
    page.set_viewport_size({"width": 360, "height": 800})
    frame(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1366, "height": 900})


@pytest.mark.parametrize("motion, steps", [("reduce", 5), ("no-preference", 19)])
def test_play_is_slow_where_less_motion_is_asked_for(open_page, page, motion, steps):
    """One step in 1.2 s instead of one in 0.16 s; at the end of the map it stops by itself."""
    page.emulate_media(reduced_motion=motion)
    page.clock.install()
    open_page(KernelSlider(SMALL))
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(6100)
    assert shown(page, ".ks-big", 1) == 1 + steps
    assert page.get_by_role("button", name="Play").count() == (motion == "no-preference")


def table(page, name, rows, columns):
    cells = page.get_by_role("table", name=name, exact=True).locator("td").all_inner_texts()
    return np.reshape([number(text) for text in cells], (rows, columns))


def test_patch_products_and_sum_are_numpys(open_page):
    kernel = np.array([[1., -2, 0], [0.5, 3, 0]])
    page = open_page(KernelSlider(SMALL, kernel, stride=2, dilation=2))
    press(page, ".ks-output", "ArrowRight", "ArrowDown")
    patch = SMALL[2:6:2, 2:8:2]
    np.testing.assert_array_equal(table(page, "patch", 2, 3), patch)
    np.testing.assert_array_equal(table(page, "products", 2, 3), patch * kernel)
    assert shown(page, ".ks-sum") == (patch * kernel).sum()


def test_a_colour_picture_has_three_patches_and_one_kernel(open_page):
    image, kernel = RNG.integers(0, 9, (4, 5, 3)).astype(float), np.array([[1., -2], [3, 4]])
    page = open_page(KernelSlider(image, kernel))
    press(page, ".ks-input", "ArrowRight")
    for k, name in enumerate(("red", "green", "blue")):
        np.testing.assert_array_equal(table(page, f"patch, {name}", 2, 2), image[:2, 1:3, k])
        np.testing.assert_array_equal(table(page, f"products, {name}", 2, 2), image[:2, 1:3, k] * kernel)
    assert shown(page, ".ks-sum") == (image[:2, 1:3] * kernel[:, :, None]).sum()


CELL = """(canvas, [r, c, rows, columns]) => {
  const ratio = canvas.width / parseFloat(canvas.style.width), rim = 7 * ratio;
  const high = (canvas.height - 2 * rim) / rows, wide = (canvas.width - 2 * rim) / columns;
  const { data } = canvas.getContext("2d").getImageData(rim + c * wide + 4, rim + r * high + 4, wide - 8, high - 8);
  return [...data];
}"""


def test_what_is_not_computed_yet_is_hatched_and_tells_nothing(open_page):
    """A computed 0 is a full white square; a place not visited shows some lines, whatever its value will be."""
    hatched = []
    for last in (1, 9):
        image = np.zeros((5, 5))
        image[4, 4] = last
        page = open_page(KernelSlider(image, [[1.]]))
        pictures = [np.reshape(page.locator(".ks-output").evaluate(CELL, [*at, 5, 5]), (-1, 4)) for at in ((0, 0), (4, 4))]
        assert (pictures[0][:, 3] == 255).all()
        assert 0.02 < (pictures[1][:, 3] > 0).mean() < 0.3
        hatched.append(pictures[1])
    np.testing.assert_array_equal(*hatched)


def test_pixels_that_no_window_reads_are_marked(open_page):
    """Stride 2 on seven columns with a kernel two wide leaves the last column out: it changes, the others do not."""
    pictures = []
    for stride in (1, 2):
        page = open_page(KernelSlider(SMALL, np.ones((2, 2)), stride=stride))
        pictures.append([page.locator(".ks-input").evaluate(CELL, [5, c, 6, 7]) for c in range(7)])
    assert [one != two for one, two in zip(*pictures, strict=True)] == [False] * 6 + [True]
    assert "6 of 42 pixels are in no window" in page.locator(".ks-pane").nth(1).inner_text()


def test_unshared_an_edit_stays_in_its_place(open_page):
    """Shared, the same edit changes the sum everywhere."""
    for shared, expected in ((False, [SMALL[1, 2], 2 * SMALL[1, 1]]), (True, [2 * SMALL[1, 2], 2 * SMALL[1, 1]])):
        page = open_page(KernelSlider(SMALL, "identity", shared=shared))
        page.get_by_label("kernel, row 1, column 1").fill("2")
        press(page, ".ks-output", "ArrowRight")
        away = shown(page, ".ks-sum")
        press(page, ".ks-output", "ArrowLeft")
        assert [away, shown(page, ".ks-sum")] == expected


def test_keys_in_a_kernel_square_count_up_and_down(open_page):
    page = open_page(KernelSlider(SMALL, "identity"))
    press(page, "[aria-label='kernel, row 1, column 1']", "ArrowUp", "ArrowUp", "Shift+ArrowDown")
    assert shown(page, ".ks-sum") == pytest.approx(2.9 * SMALL[1, 1])
    page.get_by_label("kernel, row 1, column 1").fill("two")
    assert page.get_by_label("kernel, row 1, column 1").get_attribute("aria-invalid") == "true"


def test_dw_grows_by_what_the_place_adds(open_page):
    slider = KernelSlider(SMALL, gradient=True, dy=RNG.integers(-2, 3, (4, 5)).astype(float))
    page, total = open_page(slider), 0
    for c in range(3):
        total = total + slider.dy[0, c] * SMALL[0:3, c:c + 3]
        np.testing.assert_array_equal(table(page, "dw", 3, 3), total)
        np.testing.assert_array_equal(table(page, "this place adds", 3, 3), slider.dy[0, c] * SMALL[0:3, c:c + 3])
        press(page, ".ks-output", "ArrowRight")


def test_forced_colours_leave_everything_readable(open_page, page):
    page.emulate_media(forced_colors="active")
    open_page(KernelSlider(SMALL))
    press(page, ".ks-output", "ArrowRight")
    assert page.locator(".ks-where").inner_text().startswith("y[0, 1]")
    page.emulate_media(forced_colors="none")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page, page, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    open_page(KernelSlider(SMALL, gradient=True), KernelSlider(RNG.random((20, 30, 3)), shared=False))
    page.wait_for_timeout(700)
    violations, passed = axe(page, "main")
    assert violations == [] and passed > 10
    page.emulate_media(color_scheme="light")


def test_a_page_without_scripts_says_what_to_do():
    html = KernelSlider(SMALL).static_html()
    assert html.startswith("<div class='ws-static'>") and html.endswith("</div>")
    assert "Run this cell to use it." in html.split("<style>")[0]


def test_a_broken_module_does_not_pass_unnoticed(page, tmp_path):
    """What would happen to these tests if the JavaScript were wrong: no slider, and an error that is seen."""
    page.goto(write_page(tmp_path, KernelSlider(SMALL), replace=("function sumAt(", "function sumAt((")))
    page.wait_for_timeout(500)
    assert page.locator(".ks-sum").count() == 0 and page.errors
    page.errors.clear()
