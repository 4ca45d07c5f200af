"""Pictures of things that happen one after the other: an unrolled cell, and signals over time."""
import numpy as np
from matplotlib import colormaps
from matplotlib.patches import FancyBboxPatch

from .plots import FAINT, INK, OKABE_ITO, decorate

IN, BACK = OKABE_ITO[0], OKABE_ITO[1]


def draw_unrolled(xs, hs, ax, untied=False, numbers=True):
    """An RNN of one neuron, one box a step: x_t comes in from below, h_{t-1} from the left.

    xs  (T,) inputs;  hs  (T + 1,) states, hs[0] before the first step. numbers: write them into the picture.
    The arrows of W_xh all have one colour, those of W_hh another. untied: every step has two colours of its own.
    """
    shades = colormaps["viridis"](np.linspace(0, 1, 2 * len(xs)))
    for t, (x, h) in enumerate(zip(xs, hs[1:], strict=True)):
        c_in, c_back = shades[2 * t:2 * t + 2] if untied else (IN, BACK)
        _arrow(ax, (2 * t, -0.85), (2 * t, -0.33), c_in)
        _arrow(ax, (2 * t - 1.65, 0), (2 * t - 0.35, 0), c_back)
        ax.text(2 * t, -1.05, f"$x_{{{t + 1}}}$" + f" = {_number(x)}" * numbers, ha="center", va="center", fontsize=11)
        _box(ax, 2 * t, f"$h_{{{t + 1}}}$", f"{h:.2f}" * numbers)
    _box(ax, -2, "$h_0$", f"{hs[0]:.2f}" * numbers, face="#eeeeee")
    ax.set(xlim=(-2.6, 2 * len(xs) - 1.4), ylim=(-1.3, 0.5), aspect="equal")
    ax.axis("off")
    return ax


def _arrow(ax, start, end, color):
    ax.annotate("", end, start, arrowprops=dict(arrowstyle="-|>", color=color, lw=3.5, mutation_scale=18))


def _number(v):
    return f"{v:g}".replace("-", "\N{MINUS SIGN}")


def _box(ax, x, name, value, face="white"):
    ax.add_patch(FancyBboxPatch((x - 0.3, -0.25), 0.6, 0.5, "round,pad=0.05", facecolor=face, edgecolor=INK, lw=1.5))
    ax.text(x, 0.1 if value else 0, name, ha="center", va="center", fontsize=11)
    ax.text(x, -0.13, value.replace("-", "\N{MINUS SIGN}"), ha="center", va="center", fontsize=10)


def draw_events(x, ax, **labels):
    """Events over time as stems: up is +1, down is -1, nothing is 0."""
    t = np.flatnonzero(x)
    ax.vlines(t, 0, x[t], color=INK, lw=2)
    ax.plot(t, x[t], "o", color=INK, ms=5)
    ax.axhline(0, color=FAINT, lw=0.8)
    return decorate(ax, xlim=(-0.5, len(x) - 0.5), ylim=(-1.4, 1.4), **labels)


def draw_signal(ys, ax, **labels):
    """Named signals over time as steps, one line style and colour each."""
    looks = [("-", OKABE_ITO[4]), ("--", OKABE_ITO[5]), (":", INK)]
    for (name, y), (style, color) in zip(ys.items(), looks, strict=False):
        ax.step(np.arange(len(y)), y, style, where="mid", color=color, lw=2, label=name)
    ax.axhline(0, color=FAINT, lw=0.8)
    ax.legend(frameon=False, loc="upper right", ncols=len(ys), bbox_to_anchor=(1, 1.28))
    return decorate(ax, xlim=(-0.5, len(y) - 0.5), **labels)


def draw_gates(presses, gates, cell, axes):
    """Five strips over time: two buttons, the gates i and f, the candidate g, and the cell.

    presses  (T, 2);  gates  (4, T) in the order i, f, g, o;  cell  (T,);  axes  five. Returns the axes.
    """
    t = np.arange(len(cell))
    for button, sign in enumerate([1, -1]):
        axes[0].vlines(t[presses[:, button] > 0], 0, sign, color=INK, lw=2)
    strips = [("i: let in", gates[0], OKABE_ITO[0], 0), ("f: keep", gates[1], OKABE_ITO[1], 0),
              ("g: candidate", gates[2], OKABE_ITO[6], -1), ("c: cell", cell, INK, -max(1, np.abs(cell).max()))]
    for ax, (name, values, color, low) in zip(axes, [("buttons", np.zeros(len(t)), INK, -1), *strips], strict=True):
        ax.fill_between(t, values, step="mid", color=color, alpha=0.75)
        ax.axhline(0, color=FAINT, lw=0.8)
        ax.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10)
        ax.set(xlim=(-0.5, len(t) - 0.5), ylim=(1.15 * low, 1.15 * max(1, -low)))
        ax.spines[["top", "right", "bottom"]].set_visible(False)
    axes[4].set(xlabel="time step", xticks=range(0, len(t), 5))
    return axes
