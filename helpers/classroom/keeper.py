"""A process that starts a child for each notebook, watches it, and clears away what it leaves. Runs no answer itself.

It reads jobs and writes results, a line of JSON each. It has loaded what notebooks need before the first job, so that a
child is only a copy of it; and it has never loaded a solution, so that there is none in its memory to be found.
"""
import contextlib
import json
import os
import random
import select
import shutil
import tempfile
import time
import warnings
from pathlib import Path

import psutil

from . import child, walls
from .wire import send

LOOK_EVERY = 0.1                                # seconds


def main():
    walls.end_with_parent()
    jobs, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    prepare()
    for line in jobs:
        send(results, **keep(json.loads(line), close=[jobs.fileno(), results.fileno()]))


def prepare():
    """Load what notebooks use; no network of threads, no window, the same random numbers each time."""
    os.environ.update(MPLBACKEND="agg", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", PYTHONHASHSEED="0")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in 0, 1, 2:
        os.dup2(null, stream)
    warnings.simplefilter("ignore")
    import IPython.core.interactiveshell  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import numpy as np
    random.seed(0)
    np.random.seed(0)
    walls.adopt_orphans()


def keep(job, close):
    """{"lines": what the child sent, "problem": why it was ended, or ""}."""
    room, (read, write) = tempfile.mkdtemp(prefix="room_"), os.pipe()
    process = os.fork()
    if process == 0:
        try:
            for number in (*close, read):
                os.close(number)
            child.run(job, write, room)
        finally:
            os._exit(70)
    os.close(write)
    try:
        text, problem = watch(process, read, room, job)
    finally:
        os.close(read)
        clear_away()
        shutil.rmtree(room, ignore_errors=True)
    return {"lines": readable_lines(text), "problem": problem}


def watch(process, read, room, job):
    """(bytes that came, problem), at the latest when the time, the memory, the disk or the answer is used up."""
    now, text = time.monotonic(), b""
    until, look = now + job["seconds"], now + LOOK_EVERY
    while True:
        if select.select([read], [], [], LOOK_EVERY)[0]:
            piece = os.read(read, 1 << 16)
            text += piece
            if not piece:
                return text, ""
        elif os.waitpid(process, os.WNOHANG)[0]:
            return text + rest(read), ""
        if time.monotonic() > look:
            look = time.monotonic() + LOOK_EVERY
            problem = too_much(len(text), until, room, job)
            if problem:
                return text, problem


def too_much(size, until, room, job):
    """What is used up, in words; "" if nothing is."""
    if time.monotonic() > until:
        return f"the notebook had not ended after {job['seconds']} seconds"
    if size > job["megabytes_of_answers"] * walls.MIB:
        return f"the answers were larger than {job['megabytes_of_answers']} MB"
    family = psutil.Process().children(recursive=True)
    if len(family) > job["processes"] + len(job["cells"]) + 2:
        return f"it started more than {job['processes']} processes"
    if memory(family) > job["megabytes"] * walls.MIB:
        return f"it used more than {job['megabytes']} MB of memory"
    if folder_size(room) > job["megabytes_of_disk"] * walls.MIB:
        return f"it wrote more than {job['megabytes_of_disk']} MB"
    return ""


def memory(processes):
    """Bytes in use by all of them together; what copies share is counted once (Linux)."""
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            total += process.memory_info().rss
    return sum(map(fair_share, processes)) if total > 500 * walls.MIB else total


def fair_share(process):
    with contextlib.suppress(psutil.Error, OSError):
        used = process.memory_full_info()
        return getattr(used, "pss", used.rss)
    return 0


def folder_size(room):
    total = 0
    for path in Path(room).rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_size
    return total


def rest(read):
    """What is still in the pipe, although a process that should be gone may hold it open."""
    os.set_blocking(read, False)
    text = b""
    with contextlib.suppress(BlockingIOError):
        while piece := os.read(read, 1 << 16):
            text += piece
    return text


def clear_away():
    """End every process that came out of a notebook: hold all first, so that none starts another, then end them."""
    for _ in range(200):
        family = psutil.Process().children(recursive=True)
        for act in psutil.Process.suspend, psutil.Process.kill:
            for process in family:
                with contextlib.suppress(psutil.Error):
                    act(process)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not family:
            return
        time.sleep(0.01)


def readable_lines(text):
    """The messages among the bytes; a notebook may have written anything between them."""
    found = []
    for line in text.split(b"\n"):
        with contextlib.suppress(ValueError, RecursionError):
            message = json.loads(line)
            if isinstance(message, dict):
                found.append(message)
    return found


if __name__ == "__main__":
    main()
