"""Stored tables: written with date and versions in the first line, read back as rows."""
import csv
import datetime
import platform
from importlib.metadata import version

import numpy as np

from helpers.data import FOLDER

SEEDS = range(5)


def read_table(name):
    """The stored rows of an experiment: a list of dicts, numbers as int or float, a `seed` in each.

    name    as listed by `python -m helpers.experiments`
    Errors  FileNotFoundError "... is missing. Make it with: python -m helpers.experiments NAME"
            ValueError "... is damaged, in line 7 of 12. Restore it: git checkout -- data/experiments/NAME.csv"
    """
    path = FOLDER / "experiments" / f"{name}.csv"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. Make it with: python -m helpers.experiments {name}")
    text = path.read_text("utf-8", errors="replace")
    lines = text.splitlines()
    bad = damaged_line(list(csv.reader(lines)), text)
    if bad:
        restore = f"git checkout -- data/experiments/{name}.csv   or: python -m helpers.experiments {name}"
        raise ValueError(f"{path} is damaged, in line {bad} of {len(lines)}. Restore it: {restore}")
    return [{key: number(value) for key, value in row.items()} for row in csv.DictReader(lines[1:])]


def damaged_line(rows, text):
    """The number of the first line that cannot be right, counted from 1; 0 if all can. A cut file ends amid a line."""
    if len(rows) < 3 or not rows[0][0].startswith("# "):
        return len(rows) or 1
    odd = [n for n, row in enumerate(rows[1:], start=2) if len(row) != len(rows[1]) or "\ufffd" in "".join(row)]
    return odd[0] if odd else len(rows) * (not text.endswith("\n"))


def write_table(name, rows):
    """Store rows, each a dict with the same keys, under data/experiments/; returns the path."""
    path = FOLDER / "experiments" / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {datetime.date.today()}, Python {platform.python_version()}, torch {version('torch')}\n")
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return partial.replace(path)


def spread(rows, column, **wanted):
    """The lowest, mean and highest value of a column over the rows where each named column has the wanted value.

    Returns a triple of floats.
    Errors  ValueError "no row has {'model': 'rnn'}; expected values that occur in the table"

    >>> rows = [{"model": "conv", "right": 0.9}, {"model": "conv", "right": 0.8}, {"model": "dense", "right": 0.1}]
    >>> low, mean, high = spread(rows, "right", model="conv")
    >>> round(low, 2), round(mean, 2), round(high, 2)
    (0.8, 0.85, 0.9)
    """
    values = [row[column] for row in rows if all(row[key] == value for key, value in wanted.items())]
    if not values:
        raise ValueError(f"no row has {wanted}; expected values that occur in the table")
    return float(np.min(values)), float(np.mean(values)), float(np.max(values))


def number(text):
    """`text` as int or float where it is one.

    >>> number("3"), number("0.5"), number("conv")
    (3, 0.5, 'conv')
    """
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text
