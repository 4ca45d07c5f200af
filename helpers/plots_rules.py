"""Pictures of the last lessons: how often parameters are used."""
from .plots import OKABE_ITO, decorate


def draw_gauge(uses, ax):
    """Horizontal bars on a logarithmic scale, uses per parameter by name, with the number written beside each."""
    names, values = list(uses), list(uses.values())
    ax.barh(names, values, color=OKABE_ITO[4])
    for n, value in enumerate(values):
        ax.text(max(value, 1) * 1.1, n, f"{value:,.0f}", va="center", fontsize=10)
    ax.invert_yaxis()
    ax.set(xscale="log", xlim=(0.8, max(values) * 3))
    return decorate(ax)
