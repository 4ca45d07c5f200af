"""Pictures: each draw_* takes numbers that are already computed, draws them on one ax, and gives the ax back.

One colour is one parameter, through a whole notebook. Blank is no connection. Rows are outputs.
Activations are grey; signed values are blue below zero and red above it.
"""
import base64
import html
import io

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.colors import to_rgb
from PIL import Image

from .sharing import NO_EDGE

OKABE_ITO = ["#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#444444"]
INK, FAINT = "#1a1a1a", "#767676"


def show(picture, alt):
    """Display a figure (or an ax's figure) with a sentence, `alt`, for those who cannot see it; then close it.

    The sentence says what to see. It reaches screen readers in JupyterLab and on exported pages; tests compare it.
    Errors  ValueError "alt is 'a plot'; expected a sentence that says what to see"
    """
    if not isinstance(alt, str) or len(alt) < 30:
        raise ValueError(f"alt is {alt!r}; expected a sentence that says what to see")
    fig, buffer = picture.figure, io.BytesIO()
    fig.savefig(buffer, format="png", dpi=100, bbox_inches="tight", facecolor="white")
    plt.close(fig)
    png = base64.b64encode(_smaller(buffer)).decode()
    display({"text/html": f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{png}">',
             "image/png": png, "text/plain": f"Figure: {alt}"}, raw=True)


def _smaller(buffer):
    """The picture with 64 greys and 192 colours of its own: a third of the bytes, and grey stays grey."""
    picture, out = Image.open(buffer).convert("RGB"), io.BytesIO()
    rgb = np.asarray(picture)
    coloured = np.ptp(rgb, axis=2) > 0
    if not coloured.any():
        picture.convert("L").save(out, "png", optimize=True)
        return out.getvalue()
    colours = Image.fromarray(rgb[coloured][None]).quantize(192, dither=Image.Dither.NONE)
    levels = (rgb[..., 0] * (63 / 255)).round().astype(np.uint8)
    levels[coloured] = 64 + np.asarray(colours)[0]
    small = Image.fromarray(levels, "P")
    small.putpalette([*np.linspace(0, 255, 64).round().astype(int).repeat(3).tolist(), *colours.getpalette()])
    small.save(out, "png", optimize=True)
    return out.getvalue()


def panels(*titles, size=(10, 3), widths=None):
    """One titled ax for each title, side by side. `size` in inches, `widths` relative to each other."""
    fig, axes = plt.subplots(1, len(titles), figsize=size, layout="constrained", squeeze=False, width_ratios=widths)
    for ax, title in zip(axes[0], titles, strict=True):
        ax.set_title(title, fontsize=11)
    return axes[0]


def grid(n_rows, n_cols, size=(10, 6)):
    """A grid of bare axes, (n_rows, n_cols), for small multiples."""
    fig, axes = plt.subplots(n_rows, n_cols, figsize=size, layout="constrained", squeeze=False)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
    return axes


def decorate(ax, **labels):
    """Set xlabel, ylabel, title and so on; leave only the two spines that carry numbers."""
    ax.set(**labels)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def color_of(k, n):
    """The colour of parameter k of n: Okabe-Ito up to eight, viridis beyond, never repeated."""
    return OKABE_ITO[k] if n <= len(OKABE_ITO) else plt.cm.viridis(k / (n - 1))


def ink_on(color):
    """Black or white, whichever is easier to read on `color` (WCAG relative luminance)."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color))
    return "white" if 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.179 else "black"


def draw_ids(param_ids, ax, text=None, fontsize=10, xlabel="input", ylabel="output", n_params=None):
    """One square for each connection, coloured by its parameter.

    text      numbers to write in the squares, the shape of param_ids; None writes the id
    fontsize  0 writes nothing
    n_params  how many colours there are in all, if other pictures use the same ones
    """
    n_out, n_in = param_ids.shape
    n = n_params or param_ids.max() + 1
    colors = np.ones((n_out, n_in, 3))
    for i, j in zip(*np.nonzero(param_ids != NO_EDGE), strict=True):
        colors[i, j] = to_rgb(color_of(param_ids[i, j], n))
        if fontsize:
            label = param_ids[i, j] if text is None else f"{text[i, j]:g}"
            ax.text(j, i, label, ha="center", va="center", fontsize=fontsize, color=ink_on(colors[i, j]))
    ax.imshow(colors, aspect="equal", interpolation="nearest")
    if max(n_out, n_in) <= 60:
        ax.set_xticks(np.arange(n_in + 1) - 0.5, minor=True)
        ax.set_yticks(np.arange(n_out + 1) - 0.5, minor=True)
        ax.grid(which="minor", color="white", lw=1)
        ax.tick_params(which="minor", length=0)
    ax.set(xticks=_ticks(n_in), yticks=_ticks(n_out), xlabel=xlabel, ylabel=ylabel)
    return ax


def _ticks(n):
    return range(0, n, 1 if n < 12 else 5 if n < 60 else 100)


def draw_frame(ax, row, col, n_rows, n_cols, color=INK):
    """A thick frame around a block of squares."""
    ax.add_patch(plt.Rectangle((col - 0.5, row - 0.5), n_cols, n_rows, fill=False, edgecolor=color, lw=3,
                               clip_on=False, zorder=5))
    return ax


def draw_layer(param_ids, ax, inputs="input", outputs="output"):
    """The layer as neurons and lines: inputs below, outputs above, one line a connection, one colour a parameter."""
    n_out, n_in = param_ids.shape
    x_in, x_out = (np.arange(n) - (n - 1) / 2 for n in (n_in, n_out))
    for i, j in zip(*np.nonzero(param_ids != NO_EDGE), strict=True):
        ax.plot([x_in[j], x_out[i]], [0, 1], color=color_of(param_ids[i, j], param_ids.max() + 1), lw=2.5, zorder=1)
    for x, y in [(x_in, 0), (x_out, 1)]:
        ax.scatter(x, np.full(len(x), y), s=150, color="white", edgecolor=INK, zorder=2)
    for y, name in [(0, inputs), (1, outputs)]:
        ax.text(min(x_in[0], x_out[0]) - 0.6, y, name, ha="right", va="center", fontsize=10)
    ax.set(ylim=(-0.25, 1.25), xlim=(min(x_in[0], x_out[0]) - 2, max(x_in[-1], x_out[-1]) + 0.5))
    ax.axis("off")
    return ax


def draw_image(values, ax, limit=None, digits=None):
    """An image or a small array, on bare axes.

    values  (H, W) or (H, W, 3). limit None: activations, 0 is black and 1 is white.
    limit   a number: signed values, blue at -limit, white at 0, red at +limit
    digits  how many decimals to write in the squares; None writes nothing
    """
    look = dict(cmap="gray", vmin=0, vmax=1) if limit is None else dict(cmap="RdBu_r", vmin=-limit, vmax=limit)
    picture = ax.imshow(values, **look, interpolation="nearest")
    if digits is not None:
        for (i, j), v in np.ndenumerate(values):
            label = f"{v:.{digits}f}" if limit is None else f"{v:+.{digits}f}"
            ink = ink_on(picture.cmap(picture.norm(v)))
            ax.text(j, i, label.replace("-", "\N{MINUS SIGN}"), ha="center", va="center", color=ink, fontsize=9)
    ax.set(xticks=[], yticks=[])
    return ax


def draw_bars(values, ax, names=None, limit=None, digits=2):
    """Horizontal bars with their numbers written beside them; values is a dict, or an array with names."""
    names, values = (list(values), list(values.values())) if names is None else (names, values)
    ax.barh(names, values, color=OKABE_ITO[4])
    for i, v in enumerate(values):
        ax.text(v, i, f" {v:,.{digits}f}", va="center", ha="left", fontsize=10)
    ax.invert_yaxis()
    ax.set_xlim(0, limit or max(values) * 1.2)
    return decorate(ax)


def draw_lines(x, ys, ax, spread=None, **labels):
    """Named lines over x; `spread` holds (low, high) for each name, drawn as a band: the range over seeds."""
    styles = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1))]
    for (name, y), style, color in zip(ys.items(), styles, ["#0072B2", "#D55E00", "#009E73", "#CC79A7", INK, FAINT],
                                       strict=False):
        ax.plot(x, y, linestyle=style, color=color, lw=2, label=name)
        if spread and name in spread:
            ax.fill_between(x, *spread[name], color=color, alpha=0.2, lw=0)
    if len(ys) > 1:
        ax.legend(frameon=False)
    return decorate(ax, **labels)
