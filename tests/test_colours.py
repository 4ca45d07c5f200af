"""Where a colour carries meaning, everybody can tell it from the others, and read what is written on it."""
import itertools
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from colours import EYES, contrast, distance, lab

from helpers import plots
from helpers.plots_time import BACK, IN
from helpers.widgets.base import compose

EVERYBODY = pytest.mark.parametrize("eyes", EYES)
FAR = 15                                                    # six times what is just noticeable
JUPYTER = {"--jp-layout-color0": {"light": "#ffffff", "dark": "#111111"},
           "--jp-ui-font-color0": {"light": "#000000", "dark": "#ffffff"}}


def test_the_simulation_agrees_with_what_is_known():
    """Red and green of equal lightness: far apart for most, near for those without red or green cones, not without blue."""
    red, green = "#b5651d", "#6b8e23"
    near = {eyes: distance(red, green, eyes) for eyes in EYES}
    assert near["no green cones"] < 20 < 40 < near["all three cones"]
    assert np.allclose(lab("white"), [100, 0, 0], atol=0.02) and np.allclose(lab("#777777", "no red cones")[1:], 0, atol=0.1)
    assert contrast("white", "black") == pytest.approx(21) and distance("white", "black", "no blue cones") == pytest.approx(100)


@EVERYBODY
@pytest.mark.parametrize("n", range(2, 9))
def test_up_to_eight_parameters_have_colours_that_everybody_tells_apart(n, eyes):
    """From each other, and from white, which is no connection."""
    colours = ["white", *(plots.color_of(k, n) for k in range(n))]
    assert min(distance(a, b, eyes) for a, b in itertools.combinations(colours, 2)) > FAR


@EVERYBODY
def test_more_than_eight_parameters_go_from_dark_to_light(eyes):
    """Neighbours are close: the squares have their ids written in them. The order is seen by everybody."""
    lightness = [lab(plots.color_of(k, 24), eyes)[0] for k in range(24)]
    assert np.all(np.diff(lightness) > 0.3) and lightness[-1] - lightness[0] > 60


@EVERYBODY
def test_blue_below_zero_and_red_above_it_are_two_colours_for_everybody(eyes):
    """In figures, and in widgets."""
    for t in (0.05, 0.2, 0.35):
        assert distance(plt.cm.RdBu_r(t)[:3], plt.cm.RdBu_r(1 - t)[:3], eyes) > FAR
    assert distance("#b2182b", "#2166ac", eyes) > FAR


@EVERYBODY
def test_the_two_weights_of_a_recurrent_net_are_told_apart(eyes):
    assert distance(IN, BACK, eyes) > FAR


@EVERYBODY
def test_curves_differ_in_colour_or_else_in_their_dashes(eyes):
    """Six curves have six styles of line; the first four differ in colour as well."""
    ax = plots.draw_lines([0, 1], {str(k): [k, k] for k in range(6)}, plots.panels("six")[0])
    lines = ax.get_lines()
    assert len({str(line.get_linestyle()) + str(line._dash_pattern) for line in lines}) == 6
    colours = [line.get_color() for line in lines[:4]]
    assert min(distance(a, b, eyes) for a, b in itertools.combinations(colours, 2)) > FAR
    assert min(contrast(line.get_color(), "white") for line in lines) > 3
    plt.close(ax.figure)


def widget_colours(theme):
    """{"--ws-ink": "#1a1a1a", ...} of the widgets' style sheet in the light or the dark theme of JupyterLab."""
    sheet = compose("kernel_slider")[1]
    blocks = [re.search(r"\n\.ws \{(.*?)\n\}", sheet, re.S)]
    if theme == "dark":
        blocks.append(re.search(r'data-jp-theme-light="false"\] \.ws \{(.*?)\n\}', sheet, re.S))
    found = {}
    for block in blocks:
        found |= dict(re.findall(r"(--ws-\w+): (.*?);", block.group(1)))
    return {name: JUPYTER[value[4:].split(",")[0]][theme] if value.startswith("var") else value for name, value in found.items()}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_widgets_can_be_read_in_both_themes(theme):
    colours = widget_colours(theme)
    assert len(colours) == 10
    for ground in ("--ws-paper", "--ws-panel"):
        text = {name: contrast(colours[name], colours[ground]) for name in ("--ws-ink", "--ws-soft", "--ws-good", "--ws-bad")}
        marks = {name: contrast(colours[name], colours[ground]) for name in ("--ws-line", "--ws-window", "--ws-focus")}
        assert min(text.values()) >= 4.5 and min(marks.values()) >= 3, (ground, text, marks)


@EVERYBODY
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("pair", [("--ws-window", "--ws-focus"), ("--ws-window", "--ws-ink")])
def test_marks_of_widgets_are_told_apart(theme, eyes, pair):
    one, other = (widget_colours(theme)[name] for name in pair)
    assert distance(one, other, eyes) > FAR


def test_figures_and_widgets_have_the_same_palette():
    """One colour is one parameter, in a figure and in the widget below it."""
    palette = re.search(r"OKABE_ITO = (\[.*?\])", compose("kernel_slider")[0]).group(1)
    assert re.findall(r"#\w{6}", palette) == plots.OKABE_ITO
