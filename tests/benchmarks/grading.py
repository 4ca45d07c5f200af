"""A class of 300: how long grading takes, and how much memory, with right, wrong, blank and looping notebooks.

    python tests/benchmarks/grading.py [NUMBER]
"""
import json
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

import hostile  # noqa: E402

from helpers.classroom.grade import grade  # noqa: E402
from helpers.classroom.marked import ASSIGNMENTS, Written, questions  # noqa: E402
from helpers.classroom.report import report  # noqa: E402


def notebook(number):
    """The submission of one student: most right, some with a known mistake, some blank, one in fifty with a loop."""
    assignment, variant = ASSIGNMENTS[number % 4], number % 30
    cells = [hostile.code(f"import numpy as np\nfrom try_out import try_out\nVARIANT = {variant}")]
    cells += [hostile.code("while True:\n    pass")] if number % 50 == 7 else []
    for i, q in enumerate(questions(assignment, variant).values()):
        if not isinstance(q, Written):
            sources = [q.solution, q.solution, list(q.mistakes.values())[number % len(q.mistakes)], q.stub]
            cells.append(hostile.code(sources[(number + i) % 4]))
    return {"cells": cells, "metadata": {"classroom": {"assignment": assignment, "variant": variant}}, "nbformat": 4,
            "nbformat_minor": 5}


def most_memory(over, found):
    """Keep the largest sum of what this process and its children use, until it is over; shared pages count once."""
    me = psutil.Process()
    while not over.wait(0.5):
        total = 0
        for process in [me, *me.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                pass
        found.append(total / 2 ** 20)


def main(number):
    with tempfile.TemporaryDirectory() as place:
        for k in range(number):
            home = Path(place, "in", f"Student {k:03}_{k}_assignsubmission_file")
            home.mkdir(parents=True)
            (home / f"{ASSIGNMENTS[k % 4]}.ipynb").write_text(json.dumps(notebook(k)), encoding="utf-8")
        over, found = threading.Event(), []
        watch = threading.Thread(target=most_memory, args=(over, found))
        watch.start()
        times = []
        for _ in range(2):
            start = time.perf_counter()
            rows = report(grade(Path(place, "in"), Path(place, "out")), Path(place, "out"))
            times.append(time.perf_counter() - start)
        over.set()
        watch.join()
    cpu = psutil.Process().cpu_times()
    print(f"{len(rows)} notebooks: {times[0]:.0f} s ({times[0] / number:.2f} s each), at most {max(found):.0f} MB in use by all "
          f"processes; again, unchanged: {times[1]:.1f} s; CPU of the judge {cpu.user + cpu.system:.0f} s, of the children "
          f"{cpu.children_user + cpu.children_system:.0f} s")
    print(f"mean {sum(r['percent'] for r in rows) / len(rows):.0f} %")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 300)
