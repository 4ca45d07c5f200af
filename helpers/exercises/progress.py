"""What was solved in this folder: one small file beside the notebooks, which a learner may delete.

The file is never needed. If it cannot be read or written, it is simply not used.
"""
import contextlib
import importlib
import json
import os
import pkgutil
import sys
import time
from pathlib import Path

FILE = "progress.json"                          # in the folder of the running notebook


def remember(exercise):
    """Write down that `exercise` was solved, if it belongs to a lesson and was not solved before."""
    lesson = lesson_of(exercise)
    if lesson is None or was_solved(exercise):
        return
    with one_at_a_time():
        solved = read()
        if solved is not None:
            solved[lesson] = sorted({*solved.get(lesson, []), exercise.name})
            _write(json.dumps(solved, indent=1, sort_keys=True) + "\n")


def was_solved(exercise):
    """Whether the file says that `exercise` was solved."""
    return exercise.name in (read() or {}).get(lesson_of(exercise), [])


def progress():
    """Print what was solved in this folder, lesson by lesson, and what comes next."""
    solved, lessons = read() or {}, all_lessons()
    left = [(lesson, name) for lesson, names in lessons.items() for name in names if name not in solved.get(lesson, [])]
    total = sum(map(len, lessons.values()))
    print(f"Solved {total - len(left)} of {total} exercises in this folder.")
    for lesson, names in lessons.items():
        done = [name for name in names if name in solved.get(lesson, [])]
        if done:
            print(f"Lesson {lesson[-2:]}: {len(done)} of {len(names)} ({', '.join(done)}).")
    if left:
        print(f"Next: {left[0][1]} in lesson {left[0][0][-2:]}.")
    print(trouble(), end="")


def trouble():
    """A sentence, if what is solved cannot be kept; nothing otherwise."""
    if read() is None:
        return f"What you solve is not kept: {FILE} in this folder cannot be read. Delete it, and a new one is begun.\n"
    return "" if _write("{}", keep=False) else "What you solve is not kept: nothing can be written in this folder.\n"


def lesson_of(exercise):
    """'lesson_04' for an exercise of that lesson; None for any other."""
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{__package__}.lesson_") and getattr(module, "ALL", {}).get(exercise.name) is exercise:
            return name.rpartition(".")[2]
    return None


def all_lessons():
    """{'lesson_00': the names of its exercises, ...} in the order of the course."""
    folder = importlib.import_module(__package__).__path__
    names = sorted(m.name for m in pkgutil.iter_modules(folder) if m.name.startswith("lesson_"))
    return {n: list(importlib.import_module(f"{__package__}.{n}").ALL) for n in names}


def read():
    """What the file says, {'lesson_04': ['kernel_grad']}; {} if there is none, None if it cannot be used."""
    try:
        solved = json.loads(Path(FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        return None
    fits = isinstance(solved, dict) and all(isinstance(names, list) for names in solved.values())
    return solved if fits and all(isinstance(n, str) for names in solved.values() for n in names) else None


@contextlib.contextmanager
def one_at_a_time(seconds=2):
    """Two notebooks in one folder wait for each other, so that none undoes what the other wrote; not on Windows."""
    try:
        import fcntl
        folder = os.open(".", os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        for _ in range(int(seconds / 0.01)):
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:                     # some network folders know no locks
                break
        yield
    finally:
        os.close(folder)


def _write(text, keep=True):
    """All or nothing: a new file, moved into the place of the old one. `keep=False` only tries. Tells whether it went."""
    draft = Path(f"{FILE}.{os.getpid()}.tmp")
    try:
        draft.write_text(text, encoding="utf-8")
        if keep:
            draft.replace(FILE)
        return True
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
