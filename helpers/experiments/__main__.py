"""`python -m helpers.experiments [NAME ...]`: list the experiments, or run some over all seeds and store their tables."""
import sys

from helpers.experiments import EXPERIMENTS, SEEDS, experiment
from helpers.experiments.stored import write_table
from helpers.progress_bar import bar


def run(name):
    """All rows of an experiment, over all seeds."""
    rows, once = [], experiment(name)
    for done, seed in enumerate(SEEDS):
        bar(done, len(SEEDS), name)
        rows += [{"seed": seed, **row} for row in once(seed)]
    bar(len(SEEDS), len(SEEDS), name)
    return rows


def main(names):
    """Run what is named, after looking that every name exists; without names, list them."""
    for name in names:
        experiment(name)
    for name in names:
        print(f"stored {write_table(name, run(name))}")
    for name in EXPERIMENTS if not names else ():
        print(f"{name:<20} {experiment(name).__doc__.splitlines()[0]}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ValueError as error:
        sys.exit(str(error))
