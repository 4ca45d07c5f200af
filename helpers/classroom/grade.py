"""Grade a folder or a zip of notebooks: run each behind walls, judge what it sent, keep the result.

A result is one small file, named by what was graded and by the grader's own source: what has not changed is not run
again, a run that was cut off goes on where it was, and several machines may fill the same folder.
"""
import hashlib
import json
import os
import queue
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from uuid import uuid4

from helpers.progress_bar import bar

from .collect import collect, read_notebook, which
from .judge import job, verdicts
from .marked import Written, questions

LIMITS = {"seconds": 120, "cell_seconds": 20, "seconds_of_cpu": 120, "megabytes": 3000, "megabytes_of_disk": 64,
          "megabytes_of_answers": 8, "processes": 32, "without": ()}
BROKEN_OFF = "it ended its own process, so not every answer could be tried"
TRIES = 2                                       # a notebook that brought the grader down twice is left alone
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
SOURCES = Path(__file__).parents[1]


def grade(place, out, jobs=None, shard=(0, 1), limits=LIMITS):
    """Grade what lies in `place`, keep the results in out/results and return them, in the order of the paths.

    place   folder, zip or notebook;  out   folder for results, made if it is not there
    jobs    how many at once; None: one for each core
    shard   (i, n): only the i-th of n parts, for grading on several machines; all parts together are everything
    limits  as LIMITS
    """
    supported()
    found = [s for s in collect(place) if part(s.path, shard[1]) == shard[0]]
    folder = Path(out, "results")
    folder.mkdir(parents=True, exist_ok=True)
    results, todo = {}, []
    for submission in found:
        key, task = prepare(submission)
        kept = load(folder / f"{key}.json")
        if kept is None and task is not None:
            todo.append((submission, key, task))
        else:
            results[submission.path] = kept or keep(folder, key, submission, task, [], submission.problem)
    for done, (submission, key, task, answer) in enumerate(run_all(todo, folder, jobs or os.cpu_count(), limits), 1):
        results[submission.path] = keep(folder, key, submission, task, answer["lines"], answer["problem"])
        bar(done, len(todo), submission.student)
    return [results[s.path] for s in found]


def part(path, parts):
    """Which of so many parts a path belongs to, on every machine the same."""
    return int(hashlib.sha256(path.encode()).hexdigest(), 16) % parts


def prepare(submission):
    """(key of its result, task); the task is None, and the problem is set, for what is no notebook of ours."""
    task = None
    if not submission.problem:
        try:
            cells, metadata = read_notebook(submission.content)
            assignment, variant, remark = which(cells, metadata, submission.path)
            task = {"cells": cells, "assignment": assignment, "variant": variant, "remark": remark}
            if assignment is None:
                task, submission.problem = None, "it is none of the assignments"
        except ValueError as error:
            submission.problem = str(error)
    graded = "\0".join([submission.student, submission.problem, own_source()]).encode() + b"\0" + submission.content
    return f"{digest(submission.path.encode())}-{digest(graded)}", task


def digest(content):
    return hashlib.sha256(content).hexdigest()[:24]


@cache
def own_source():
    """A fingerprint of what decides: grader, assignments and engine."""
    files = sorted([*SOURCES.glob("classroom/*.py"), *(p for p in SOURCES.glob("exercises/*.py") if "lesson" not in p.name)])
    return hashlib.sha256(b"\0".join(p.read_bytes() for p in files)).hexdigest()


@cache
def asked(assignment, variant):
    return questions(assignment, variant)


def keep(folder, key, submission, task, lines, problem):
    """Judge, and store the result: whole or not at all."""
    result = {"path": submission.path, "student": submission.student, "problem": problem, "assignment": None,
              "variant": None, "remark": "", "verdicts": {}, "written": {}, "cells": [], "walls": []}
    if task:
        known = asked(task["assignment"], task["variant"])
        result |= {k: task[k] for k in ("assignment", "variant", "remark")}
        result |= {"verdicts": verdicts(known, lines), "written": written(known, task["cells"]),
                   "cells": [[m["cell"], *map(str, m["error"])] for m in lines if proper_cell(m)][:50],
                   "walls": next((m["walls"] for m in lines if isinstance(m.get("walls"), list)), [])}
    store(folder / f"{key}.json", json.dumps(result, ensure_ascii=False, indent=1))
    only(folder, key)
    (folder / f"{key}.tried").unlink(missing_ok=True)
    return load(folder / f"{key}.json")


def only(folder, key):
    """Remove earlier results of the same path: what was handed in has changed since, or the grader has."""
    for other in folder.glob(f"{key.partition('-')[0]}-*.json"):
        if other.stem != key:
            other.unlink(missing_ok=True)


def proper_cell(message):
    return isinstance(message.get("cell"), int) and isinstance(message.get("error"), list) and len(message["error"]) == 2


def written(known, cells):
    """{name: text} of the answers in words; a cell that lost its tag is looked for below the question's title."""
    found = {}
    for name in (n for n, q in known.items() if isinstance(q, Written)):
        tagged = [text for kind, text, tags in cells if f"written:{name}" in tags]
        below = [cells[i + 1][1] for i, (_, text, _) in enumerate(cells[:-1]) if known[name].text.strip() in text]
        texts = [t.strip() for t in tagged or below]
        found[name] = "\n\n".join(t[:20_000] for t in texts if t and t != "*Your answer here.*")
    return found


def store(path, text):
    """Write a file whole: beside it first, then in its place in one step."""
    part = beside(path)
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def beside(path):
    """A name for a file that is not finished yet; no two writers have the same."""
    return path.with_name(f"{path.name}.{uuid4().hex[:8]}.part")


def load(path):
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def run_all(todo, folder, jobs, limits):
    """(submission, key, task, {"lines", "problem"}) of each, as they come; several at once, each with its keeper."""
    free, started = queue.SimpleQueue(), []
    with ThreadPoolExecutor(max(1, min(jobs, len(todo)))) as pool:
        waiting = {pool.submit(run_one, item, folder, limits, free, started): item for item in todo}
        try:
            for future in as_completed(waiting):
                yield *waiting[future], future.result()
        finally:                                # all done, or stopped by the teacher: nothing goes on
            pool.shutdown(wait=False, cancel_futures=True)
            for keeper in started:
                keeper.kill()
    for keeper in started:
        keeper.communicate()


def run_one(item, folder, limits, free, started):
    """One notebook through a keeper; a mark on the disk counts how often it was tried."""
    submission, key, task = item
    mark = folder / f"{key}.tried"
    tries = load(mark) or 0
    if tries >= TRIES:
        return {"lines": [], "problem": f"the grader was ended {tries} times while it ran this notebook; look at it by hand"}
    store(mark, json.dumps(tries + 1))
    keeper = start_keeper(started) if free.empty() else free.get()
    try:
        keeper.stdin.write(json.dumps(job(task["cells"], asked(task["assignment"], task["variant"]), limits)).encode() + b"\n")
        keeper.stdin.flush()
        answer = json.loads(keeper.stdout.readline())
        free.put(keeper)
        whole = any(m.get("whole") is True for m in answer["lines"])
        return answer if whole or answer["problem"] else {**answer, "problem": BROKEN_OFF}
    except (OSError, ValueError):
        return {"lines": [], "problem": "it ended the process that watched over it"}


def start_keeper(started):
    """A new keeper; of the teacher's environment it knows only what Python needs to start."""
    env = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    started.append(subprocess.Popen([sys.executable, "-m", "helpers.classroom.keeper"], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=SOURCES.parent, env=env,
                                    start_new_session=True))
    return started[-1]


def supported():
    """Grading needs processes that can copy themselves.

    Errors  OSError "grading runs on Linux and macOS; on Windows use WSL or the container ..."
    """
    if not hasattr(os, "fork"):
        raise OSError("grading runs on Linux and macOS; on Windows use WSL or the container that README.md names")
