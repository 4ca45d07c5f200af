"""The unroller keeps what did not change between two drawings: the picture must be the one that a fresh widget draws."""
import pytest

from helpers.widgets.unroller import FROM_INPUT, Unroller

TWO_VIEWS = """async ([source, state]) => {
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const frame = () => new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)));
  const render = (state) => {
    const el = document.createElement("div"), model = module.staticModel(state);
    document.querySelector("main").append(el);
    return { el, model, close: module.default.render({ model, el }), picture: () => el.querySelector(".un-drawing") };
  };
  const walked = render(state), drawn = (view) => view.picture().innerHTML.replace(/ws\\d+-\\w+-/g, "");
  window.walk = async (changes) => {
    const kept = new Set(walked.picture().children);
    Object.entries(changes).forEach(([name, value]) => walked.model.set(name, value));
    await frame();
    const now = Object.fromEntries(Object.keys(state).map((name) => [name, walked.model.get(name)])), fresh = render(now);
    await frame();
    const same = drawn(walked) === drawn(fresh), size = [walked, fresh].map((view) => view.picture().getAttribute("viewBox"));
    fresh.close(); fresh.el.remove();
    const children = [...walked.picture().children];
    return { same: same && size[0] === size[1], kept: children.filter((part) => kept.has(part)).length, all: children.length };
  };
}"""
STEPS = [dict(step=t) for t in (2, 3, 7, 12, 1, 6)]
OTHERS = [dict(backward=True), dict(step=9), dict(step=2), dict(activation="linear"), dict(T=4), dict(T=12), dict(unrolled=False),
          dict(step=5), dict(unrolled=True), dict(activation="tanh"), dict(backward=False), dict(T=1), dict(T=12, backward=True)]


@pytest.fixture(params=[dict(), dict(W_xh=FROM_INPUT)], ids=["2 states", "3 states, 2 inputs"])
def walk(request, new_page):
    page, widget = new_page(), Unroller(T=12, **request.param)
    page.set_content("<!doctype html><html lang='en'><title>Two views</title><main></main>")
    page.evaluate(TWO_VIEWS, [widget._esm, widget.state()])
    return lambda changes: page.evaluate("(changes) => walk(changes)", changes), widget


def test_after_every_change_the_picture_is_that_of_a_fresh_widget(walk):
    """Steps, length, activation, folding, the way back, one weight, one input: none leaves anything old behind."""
    change, widget = walk
    W_hh, x = [list(row) for row in widget.W_hh], [list(row) for row in widget.x]
    W_hh[1][0], x[3][0] = -0.7, 0.25
    weights = [dict(W_hh=W_hh), dict(x=x), dict(W_xh=[[-w for w in row] for row in widget.W_xh]), dict(step=3)]
    for changes in [*STEPS, *OTHERS, *STEPS, *weights]:
        assert change(changes)["same"], changes


def test_a_step_redraws_two_states_and_leaves_the_others(walk):
    change, _ = walk
    change(dict(step=5))
    answer = change(dict(step=6))
    assert answer["all"] == 16 and answer["kept"] == 13, "the band and the states 5 and 6 are new"
