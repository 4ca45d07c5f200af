"""Hand out, collect, grade, report.

    python -m helpers.classroom release FOLDER [--variants 30 | --students FILE] [--only assignment_1 ...] [--nbgrader]
    python -m helpers.classroom grade FOLDER_OR_ZIP [--out FOLDER] [--roster variants.csv] [--jobs N] [--shard 1/4]
    python -m helpers.classroom merge FOLDER [FOLDER ...] --out FOLDER

release   writes what the students get: notebooks without answers, in as many variants as you like
grade     runs what they hand in, behind walls, and writes grades.csv, to_mark.csv, class.html and feedback/
merge     puts results of several machines together and writes the same files from them
"""
import argparse
import sys
from pathlib import Path

from .grade import LIMITS, grade
from .merge import as_shard, merge
from .release import release
from .report import report


def parser():
    p = argparse.ArgumentParser(prog="python -m helpers.classroom", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = p.add_subparsers(dest="command", required=True)
    give = commands.add_parser("release", help="write what the students get")
    give.add_argument("folder", type=Path)
    give.add_argument("--variants", type=int, default=1, help="how many variants (default: 1)")
    give.add_argument("--students", type=Path, help="a text file, a student a line: each gets a folder and a variant")
    give.add_argument("--only", nargs="+", metavar="ASSIGNMENT", help="these assignments; default: all")
    give.add_argument("--nbgrader", action="store_true", help="write a source folder for nbgrader, with the answers, for you")
    take = commands.add_parser("grade", help="grade what they hand in")
    take.add_argument("place", metavar="FOLDER_OR_ZIP", type=Path)
    take.add_argument("--jobs", type=int, help="how many at once; default: one for each core")
    take.add_argument("--shard", type=as_shard, default=(0, 1), metavar="I/N", help="only the I-th of N parts, I from 1")
    take.add_argument("--seconds", type=int, default=LIMITS["seconds"], help=f"for a notebook (default: {LIMITS['seconds']})")
    take.add_argument("--megabytes", type=int, default=LIMITS["megabytes"], help=f"memory (default: {LIMITS['megabytes']})")
    both = commands.add_parser("merge", help="put the results of several machines together")
    both.add_argument("folders", nargs="+", type=Path)
    for command in take, both:
        command.add_argument("--roster", type=Path, help="variants.csv of `release`: tells who handed in another's variant")
        command.add_argument("--out", type=Path, help="where to; default: beside FOLDER_OR_ZIP, with _grades at the end"
                             if command is take else "where to", required=command is both)
    return p


def main(argv=None):
    a = parser().parse_args(argv)
    if a.command == "release":
        for path in release(a.folder, a.variants, a.students, a.only, a.nbgrader):
            print(path)
        return
    if a.command == "grade":
        a.out = a.out or a.place.with_name(f"{a.place.stem}_grades")
        results = grade(a.place, a.out, a.jobs, a.shard, {**LIMITS, "seconds": a.seconds, "megabytes": a.megabytes})
    else:
        results = merge(a.folders, a.out)
    print(in_short(report(results, a.out, a.roster), a.out))


def in_short(rows, out):
    """What was written, where, and what is left to do."""
    odd, still = sum(bool(r["remarks"]) for r in rows), sum(bool(r["to_mark"]) for r in rows)
    return (f"{len(rows)} notebooks: {out / 'grades.csv'}; class.html and feedback/ beside it"
            + (f"; {odd} worth a look, at the end of class.html" if odd else "")
            + (f"; {still} with answers in words to read, in to_mark.csv" if still else ""))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(str(error))
