"""Grade a folder or a zip of notebooks: run each behind walls, judge what it sent, keep the result.

A result is one small file, named by what was graded and by the grader's own source: what has not changed is not run
again, a run that was cut off goes on where it was, and several machines may fill the same folder.
"""
import hashlib
import json
import os
from functools import cache, partial
from pathlib import Path

from helpers.progress_bar import bar

from .collect import collect, read_notebook, which
from .files import load, store
from .judge import job, verdicts
from .marked import Written, questions
from .pool import run_all

LIMITS = {"seconds": 120, "cell_seconds": 20, "seconds_of_cpu": 120, "megabytes": 3000, "megabytes_of_disk": 64,
          "megabytes_of_answers": 8, "processes": 32, "without": ()}
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
    answers = run_all(todo, partial(as_job, limits), folder, jobs or os.cpu_count())
    for done, ((submission, key, task), answer) in enumerate(answers, 1):
        results[submission.path] = keep(folder, key, submission, task, answer["lines"], answer["problem"])
        bar(done, len(todo), submission.student)
    return [results[s.path] for s in found]


def as_job(limits, item):
    _, _, task = item
    return job(task["cells"], asked(task["assignment"], task["variant"]), limits)


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


def supported():
    """Grading needs processes that can copy themselves.

    Errors  OSError "grading runs on Linux and macOS; on Windows use WSL or the container ..."
    """
    if not hasattr(os, "fork"):
        raise OSError("grading runs on Linux and macOS; on Windows use WSL or the container that README.md names")
