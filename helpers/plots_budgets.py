"""How good are nets, drawn against what they cost: the same results, once for each way to count."""
from .plots import FAINT, INK, decorate

MARKS = dict(zip("osD^v<", ["#0072B2", "#D55E00", "#009E73", "#CC79A7", INK, FAINT], strict=True))


def draw_against(rows, ax, by, cost, value, even=None, **labels):
    """One mark for each row: its cost to the right, on a scale of powers of ten, and its value upwards.

    rows      dicts, such as `read_table` gives
    by        name of the column that makes a group; each group has a mark and a colour of its own, for up to six groups
    cost, value  names of the columns drawn
    even      the group to compare with: a dotted line at its cost. Who stands on the line costs as much
    """
    names = list(dict.fromkeys(row[by] for row in rows))
    for name, (mark, color) in zip(names, MARKS.items(), strict=False):
        group = [row for row in rows if row[by] == name]
        ax.plot([row[cost] for row in group], [row[value] for row in group], mark, color=color, ms=7, alpha=0.75, label=name)
        if name == even:
            ax.axvline(group[0][cost], color=FAINT, ls=":", lw=1.5, zorder=0)
    ax.set(xscale="log", ylim=(0, 1.03))
    return decorate(ax, **labels)
