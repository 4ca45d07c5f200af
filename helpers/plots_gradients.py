"""Pictures of a gradient that is a sum: one step for each use, one picture for each use, and what a wrong sum does."""
import numpy as np

from .plots import INK, color_of, decorate, draw_frame, draw_image


def draw_steps(contributions, ax):
    """A staircase for each parameter, one step a use: contributions[use, parameter]. The total is written above it."""
    n_uses, n = contributions.shape
    ends = np.cumsum(contributions, axis=0)
    starts, step = ends - contributions, 0.7 / n_uses
    for i, k in np.ndindex(n_uses, n):
        left = k + i * step
        ax.bar(left, contributions[i, k], step, bottom=starts[i, k], align="edge", color=color_of(k, n), edgecolor=INK,
               lw=0.8)
        ax.plot([left + step, left + step * (2 if i + 1 < n_uses else 1)], [ends[i, k]] * 2, color=INK, lw=0.8)
    for k in range(n):
        ax.annotate(f"dw[{k}] = {_minus(ends[-1, k], 'g')}", (k + 0.35, max(ends[:, k].max(), 0)), (0, 5),
                    textcoords="offset points", ha="center", fontsize=10)
    ax.axhline(0, color=INK, lw=0.8)
    return decorate(ax, xticks=[], xlim=(-0.2, n), ylim=(min(ends.min(), 0) * 1.1, ends.max() * 1.2))


def draw_uses(windows, dy, uses, running, axes):
    """One column a use, three rows: the window seen, its contribution dy * window, and the sum so far.

    windows, uses, running  (n, k_h, k_w);  dy  (n,);  axes  (3, n) or wider. Returns the axes.
    """
    limit = np.abs(running).max()
    for i, ax in enumerate(axes.T[:len(uses)]):
        draw_image(windows[i], ax[0]).set_title(f"dy {_minus(dy[i], '+.2f')}", fontsize=10)
        draw_image(uses[i], ax[1], limit)
        draw_image(running[i], ax[2], limit)
    for ax, name in zip(axes[:, 0], ["window seen", "contribution\ndy * window", "sum so far"], strict=True):
        ax.set_ylabel(name, fontsize=10)
    return axes


def draw_total(dw, ax, limit, title):
    """One more picture beside the last sum, in a frame, to compare with."""
    draw_frame(draw_image(dw, ax, limit), 0, 0, *dw.shape)
    ax.set_title(title, fontsize=10, fontweight="bold")
    return ax


def draw_tangents(values, losses, at, loss_at, slopes, ax):
    """A loss over one weight and, through one point of it, a straight line for each named slope."""
    ax.plot(values, losses, color=INK, lw=3, label="the loss itself")
    for (name, slope), style, color in zip(slopes.items(), ["-", "--"], ["#0072B2", "#D55E00"], strict=True):
        ax.plot(values, loss_at + slope * (values - at), style, color=color, lw=2, label=name)
    ax.plot(at, loss_at, "o", color=INK, ms=8)
    ax.legend(frameon=False)
    return decorate(ax, xlabel="the weight", ylabel="loss")


def _minus(v, spec):
    return format(v, spec).replace("-", "\N{MINUS SIGN}")


def draw_shares(states, shares, running, axes):
    """One column a step, three rows: the state it started from, its share of dW_hh, and the sum so far.

    states  (T, n_h);  shares, running  (T, n_h, n_h);  axes  (3, T) or wider. Returns the axes. Compare `draw_uses`.
    """
    limit = np.abs(running).max()
    for t, ax in enumerate(axes.T[:len(shares)]):
        draw_image(states[t][None], ax[0], limit=1).set_title(f"step {t + 1}", fontsize=10)
        draw_image(shares[t], ax[1], limit)
        draw_image(running[t], ax[2], limit)
    for ax, name in zip(axes[:, 0], ["state before", "share\nda * state", "sum so far"], strict=True):
        ax.set_ylabel(name, fontsize=10)
    return axes


def draw_arrows(arrows, ax, limit, circle=None):
    """Arrows (x, y) from the origin, in equal scales; circle: a radius to compare their lengths with."""
    for (x, y), color in zip(arrows, ["#0072B2", "#D55E00", "#009E73"], strict=False):
        ax.annotate("", (x, y), (0, 0), arrowprops=dict(arrowstyle="-|>", color=color, lw=3, mutation_scale=18,
                                                       shrinkA=0, shrinkB=0))
    if circle:
        angle = np.linspace(0, 2 * np.pi, 100)
        ax.plot(circle * np.cos(angle), circle * np.sin(angle), color=INK, lw=1, ls=":")
    return decorate(ax, xlim=(-0.35 * limit, limit), ylim=(-0.35 * limit, 0.35 * limit), aspect="equal")
