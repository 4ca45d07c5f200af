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
