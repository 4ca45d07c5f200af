"""Results of several machines, put together: each graded its part of the same notebooks."""
import argparse
import re
import shutil
from pathlib import Path

from .files import beside, load
from .grade import only


def as_shard(text):
    """(i, n) with i from 0, from "3/10".

    >>> as_shard("3/10")
    (2, 10)
    """
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise argparse.ArgumentTypeError(f"shard is {text!r}; expected I/N with I from 1 to N, such as 1/4")
    return int(match[1]) - 1, int(match[2])


def merge(folders, out):
    """Copy all results into out/results and return them, in the order of the paths.

    Errors  ValueError "'x' holds no results; expected folders that `grade` has written"
    """
    target = Path(out, "results")
    target.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        files = sorted(Path(folder, "results").glob("*.json"))
        if not Path(folder, "results").is_dir():
            raise ValueError(f"{str(folder)!r} holds no results; expected folders that `grade` has written")
        for file in files:
            if not (target / file.name).exists():
                part = beside(target / file.name)
                shutil.copyfile(file, part)
                part.replace(target / file.name)
            only(target, file.stem)
    results = filter(None, map(load, sorted(target.glob("*.json"))))
    return sorted(results, key=lambda r: r["path"])
