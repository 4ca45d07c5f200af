"""Does every lesson say the same everywhere? One command, one table: python tests/sweep.py [--quick] [NN ...]

Each lesson runs in a fresh kernel with 1, 2 and 4 threads and at three CPU levels (this computer's own and two older
ones), with every cell twice, and with a restart in the middle followed by "run all above". What is printed is compared
with what the notebook has stored. Beside it: the seconds of the first of these runs, by the clock and of the processors,
and the most memory of its kernel and of what that starts. --quick does the first run alone. Where the system allows it the
network is cut off. The end is an error if something differs or needs more memory than LIMIT.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import namedtuple
from contextlib import contextmanager
from pathlib import Path

import nbformat
import numpy as np
import psutil
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from helpers.progress_bar import bar

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
LIMIT = 500                                                 # MB a lesson may need; Binder ends a kernel at 2,000
ONE_THREAD = {"OMP_NUM_THREADS": "1"}
NEWER = "X86_V4 AVX512_ICL AVX512_SPR"                       # numpy's names for what came after 2013
MACHINES = {
    "1 thread": ONE_THREAD,
    "2 threads": {"OMP_NUM_THREADS": "2"},
    "4 threads": {"OMP_NUM_THREADS": "4"},
    "CPU 2013": {**ONE_THREAD, "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Haswell",
                 "MKL_ENABLE_INSTRUCTIONS": "AVX2", "NPY_DISABLE_CPU_FEATURES": NEWER},
    "CPU 2008": {**ONE_THREAD, "ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41",
                 "OPENBLAS_CORETYPE": "Nehalem", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
                 "NPY_DISABLE_CPU_FEATURES": f"{NEWER} X86_V3"},
}
Run = namedtuple("Run", "differences seconds cpu megabytes others")     # differences: the cells that printed something else


def said(outputs):
    """What can be read: printed text and the text of results; not pictures, not errors' colours."""
    return [o.get("text") or o.get("data", {}).get("text/plain") or o.get("ename") for o in outputs]


# Three ways through a lesson: each plays cells and yields (cell, what it printed).

def straight(client, cells):
    """From top to bottom."""
    for i, cell in cells:
        yield cell, said(client.execute_cell(cell, i).outputs)


def every_cell_twice(client, cells):
    for i, cell in cells:
        yield from straight(client, [(i, cell)] * 2)


def restart_in_the_middle(client, cells):
    """Half of the lesson, a restart, "run all above", and on from there."""
    middle = len(cells) // 2
    yield from straight(client, cells[:middle])
    run_sync(client.km.restart_kernel)(now=True)
    run_sync(client.kc.wait_for_ready)(timeout=60)
    yield from straight(client, cells[:middle])
    yield from straight(client, cells[middle:])


def play(path, way=straight, folder=None, limit=2000, **environment):
    """Go through a lesson in a fresh kernel, compare each output with the stored one, and measure; gives a Run."""
    notebook = nbformat.read(path, as_version=4)
    cells = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    stored = {cell.id: said(cell.outputs) for _, cell in cells}
    with tempfile.TemporaryDirectory() as empty, fresh_kernel(notebook, folder or empty, environment) as client:
        with watched(client.km.provisioner.pid, limit) as measured:
            found = list(differences(way(client, cells), stored))
    return Run(found, *measured)


def differences(played, stored):
    try:
        for cell, now in played:
            if now != stored[cell.id]:
                yield f"{cell.source}\nstored: {stored[cell.id]}\nnow: {now}"
    except (CellExecutionError, DeadKernelError, TimeoutError) as error:
        yield f"{type(error).__name__}: {error}"


@contextmanager
def fresh_kernel(notebook, folder, environment):
    options = dict(timeout=240, coalesce_streams=True, extra_arguments=["--log-level=ERROR"])
    client = NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}, **options)
    with client.setup_kernel(env={**os.environ, **environment}):
        yield client


@contextmanager
def watched(pid, limit, measured=None):
    """Gives a list that holds, at the end, [seconds, seconds of the processors, MB at most, MB of its children at most].

    More than `limit` MB together, and the process is ended. Of the children only what is their own counts: torch's code
    lies in memory once for all of them.
    """
    measured, done, kernel, start = [0, 0, 0, 0], threading.Event(), psutil.Process(pid), time.monotonic()

    def watch():
        while not done.wait(0.05) and kernel.is_running():
            measured[1:] = map(max, measured[1:], look(kernel))
            if measured[2] + measured[3] > limit:
                kernel.kill()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield measured
    finally:
        done.set()
        watcher.join()
        measured[0] = time.monotonic() - start


def look(kernel):
    """(seconds of the processors, MB of the kernel, MB of its children) now; zeros of what has just ended."""
    try:
        cpu, own, children = sum(kernel.cpu_times()[:4]), kernel.memory_info().rss, kernel.children(recursive=True)
    except psutil.Error:
        return 0, 0, 0
    return cpu, own / 1e6, sum(map(private, children)) / 1e6


def private(process):
    try:
        return process.memory_full_info().uss
    except (psutil.Error, FileNotFoundError):
        return 0


def machine(name):
    """The variables that make the numerical libraries behave as on another computer; numpy accepts only names it knows."""
    known = np._core._multiarray_umath.__cpu_dispatch__
    features = "NPY_DISABLE_CPU_FEATURES"
    return {key: " ".join(f for f in value.split() if f in known) if key == features else value
            for key, value in MACHINES[name].items()}


CHECKS = {
    **{name: lambda path, name=name: play(path, **machine(name)) for name in MACHINES},
    "twice": lambda path: play(path, every_cell_twice, **ONE_THREAD),
    "restart": lambda path: play(path, restart_in_the_middle, **ONE_THREAD),
}


def sweep(paths, checks):
    """Print a row for each lesson; give what went wrong, as sentences."""
    wrong, total = [], len(paths) * len(checks)
    print("lesson".ljust(26), *(name.rjust(9) for name in checks), "  wall s    CPU s       MB  children")
    for n, path in enumerate(paths):
        runs = {}
        for k, check in enumerate(checks):
            bar(n * len(checks) + k, total, f"{path.stem}: {check}")
            runs[check] = CHECKS[check](path)
        bar((n + 1) * len(checks), total, "done")
        print("\r", end="", file=sys.stderr, flush=True)
        print(row(path.stem, list(runs.values())), flush=True)
        wrong += [f"{path.stem}, {check}: {found}" for check, run in runs.items() for found in run.differences]
        wrong += [f"{path.stem} needs {runs[checks[0]].megabytes:.0f} MB"] * (runs[checks[0]].megabytes > LIMIT)
    return wrong


def row(name, runs):
    words = " ".join(f"{'DIFFERS' if run.differences else 'same':>9}" for run in runs)
    _, seconds, cpu, megabytes, others = runs[0]
    return f"{name:26} {words}{seconds:9.1f}{cpu:9.1f}{megabytes:9.0f}{others:10.0f}"


def cut_off():
    """Start again where there is no network but the loopback, if this system allows it; tell whether it is so."""
    if "SWEEP_OFFLINE" not in os.environ:
        inside = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
        allowed = bool(shutil.which("unshare")) and subprocess.run([*inside, "true"], capture_output=True).returncode == 0
        os.environ["SWEEP_OFFLINE"] = str(int(allowed))
        if allowed:
            os.execvp(inside[0], [*inside, sys.executable, *sys.argv])
    return os.environ["SWEEP_OFFLINE"] == "1"


if __name__ == "__main__":
    print("Network cut off." if cut_off() else "With network: this system does not allow to cut it off.")
    names = [name for name in sys.argv[1:] if name != "--quick"]
    chosen = [path for path in LESSONS if not names or path.stem.startswith(tuple(names))]
    wrong = sweep(chosen, list(CHECKS)[:1] if "--quick" in sys.argv else list(CHECKS)) if chosen else ["no such lesson"]
    sys.exit("\n\n".join(wrong) or None)
