"""Several keepers at work at once, and what happens if one of them is brought down."""
import json
import os
import queue
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from .files import load, store

BROKEN_OFF = "it ended its own process, so not every answer could be tried"
TRIES = 2                                       # a notebook that brought the grader down twice is left alone
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
ROOT = Path(__file__).parents[2]


def run_all(todo, as_job, folder, jobs):
    """(item, {"lines", "problem"}) of each item of `todo`, as they come; several at once, each with its keeper.

    todo    (submission, key, task) each;  as_job(item)  what a keeper is sent;  folder  where tries are counted
    """
    free, started = queue.SimpleQueue(), []
    with ThreadPoolExecutor(max(1, min(jobs, len(todo)))) as pool:
        waiting = {pool.submit(run_one, item, as_job, folder, free, started): item for item in todo}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:                                # all done, or stopped by the teacher: nothing goes on
            pool.shutdown(wait=False, cancel_futures=True)
            for keeper in started:
                keeper.kill()
    for keeper in started:
        keeper.communicate()


def run_one(item, as_job, folder, free, started):
    """One notebook through a keeper; a mark on the disk counts how often it was tried."""
    mark = folder / f"{item[1]}.tried"
    tries = load(mark) or 0
    if tries >= TRIES:
        return {"lines": [], "problem": f"the grader was ended {tries} times while it ran this notebook; look at it by hand"}
    store(mark, json.dumps(tries + 1))
    keeper = free_keeper(free) or start_keeper(started)
    try:
        keeper.stdin.write(json.dumps(as_job(item)).encode() + b"\n")
        keeper.stdin.flush()
        answer = json.loads(keeper.stdout.readline())
        free.put(keeper)
        whole = any(m.get("whole") is True for m in answer["lines"])
        return answer if whole or answer["problem"] else {**answer, "problem": BROKEN_OFF}
    except (OSError, ValueError):               # the keeper is gone, and this process is still there
        mark.unlink(missing_ok=True)
        return {"lines": [], "problem": "it ended the process that watched over it"}


def free_keeper(free):
    """One that waits for work, or None."""
    try:
        return free.get_nowait()
    except queue.Empty:
        return None


def start_keeper(started):
    """A new keeper; of the teacher's environment it knows only what Python needs to start."""
    env = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    started.append(subprocess.Popen([sys.executable, "-m", "helpers.classroom.keeper"], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=env,
                                    start_new_session=True))
    return started[-1]
