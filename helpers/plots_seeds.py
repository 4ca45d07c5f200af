"""Results over several seeds: one dot a seed, nothing averaged away."""
import numpy as np

from .plots import FAINT, INK, OKABE_ITO, decorate


def draw_seeds(rows, ax, by, value, chance=None, **labels):
    """One line for each group of rows, in order of appearance, with a dot for each row and a bar at their mean.

    rows    dicts, such as `read_table` gives;  by  names of the columns that make a group;  value  the column drawn
    chance  what guessing would get, drawn as a dotted line
    """
    groups = {}
    for row in rows:
        groups.setdefault(", ".join(str(row[key]) for key in by), []).append(row[value])
    for n, values in enumerate(groups.values()):
        ax.plot(values, np.full(len(values), n) + np.linspace(-0.15, 0.15, len(values)), "o", color=OKABE_ITO[4], ms=6,
                alpha=0.75)
        ax.plot([np.mean(values)] * 2, [n - 0.3, n + 0.3], color=INK, lw=2)
    if chance is not None:
        ax.axvline(chance, color=FAINT, ls=":", lw=1.5)
    ax.set(yticks=range(len(groups)), yticklabels=list(groups), ylim=(len(groups) - 0.5, -0.5), xlim=(0, 1.03))
    return decorate(ax, **labels)


def draw_change(rows, ax, by, before, after, **labels):
    """For each group of rows a line for every row, from one number (open dot) to another (full dot).

    rows  dicts;  by, before, after  names of columns: what makes a group, where lines start, and where they end
    """
    names = list(dict.fromkeys(row[by] for row in rows))
    for n, name in enumerate(names):
        group = [row for row in rows if row[by] == name]
        for y, row in zip(n + np.linspace(-0.25, 0.25, len(group)), group, strict=True):
            ax.plot([row[before], row[after]], [y, y], color=OKABE_ITO[4], lw=1.5)
            ax.plot(row[before], y, "o", color=INK, ms=4, markerfacecolor="white")
            ax.plot(row[after], y, "o", color=OKABE_ITO[4], ms=5)
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5), xlim=(-0.05, 1.05))
    return decorate(ax, **labels)
