"""A progress bar for commands that take a while."""
import sys

WIDTH = 30


def bar(done, total, name=""):
    """Draw it anew on one line of the terminal (stderr), and end the line when all is done."""
    full = round(WIDTH * done / total) if total else WIDTH
    end = "\n" if done == total else ""
    print(f"\r[{'#' * full}{'.' * (WIDTH - full)}] {done} of {total} {name:<30.30}", end=end, file=sys.stderr, flush=True)
