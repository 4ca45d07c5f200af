"""Experiments that take minutes: run once by a command, stored with their date in data/experiments/, read by lessons.

An experiment is a function of a seed that gives rows: dicts with the same keys, one row per model or setting.
`python -m helpers.experiments` lists them, `python -m helpers.experiments NAME` runs one over SEEDS and stores it.
A lesson draws the stored table and runs one row again, to see that it still comes out.
"""
from importlib import import_module

from helpers.experiments.stored import SEEDS, read_table, spread

__all__ = ["EXPERIMENTS", "SEEDS", "experiment", "read_table", "spread"]

EXPERIMENTS = {
    "left_right": "helpers.experiments.canvas:left_right",
    "budgets": "helpers.experiments.canvas:budgets",
    "sample_efficiency": "helpers.experiments.canvas:sample_efficiency",
    "discovery": "helpers.experiments.discovery:discovery",
    "permuted": "helpers.experiments.position:permuted",
    "what_and_where": "helpers.experiments.position:what_and_where",
    "flip_flop": "helpers.experiments.memory:flip_flop",
    "adding": "helpers.experiments.memory:adding",
    "adding_starts": "helpers.experiments.memory:adding_starts",
    "names": "helpers.experiments.names:names",
    "names_longer": "helpers.experiments.names:names_longer",
    "delay": "helpers.experiments.memory:delay",
}


def experiment(name):
    """The function of a seed behind the stored table `name`.

    Errors  ValueError "name is 'budget'; expected one of ..."
    """
    if name not in EXPERIMENTS:
        raise ValueError(f"name is {name!r}; expected one of {', '.join(EXPERIMENTS) or '(none yet)'}")
    module, function = EXPERIMENTS[name].split(":")
    return getattr(import_module(module), function)
