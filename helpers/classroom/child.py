"""Runs one notebook behind walls, and answers with numbers: never imported where answers are judged.

A notebook is a chain of processes. Before each cell the process copies itself; the copy runs the cell and stands for the
notebook from then on, the original waits. A cell that never ends, or ends Python, loses only itself: the original goes
on with the next cell. The answers are then tried in the same way, each in a copy of its own.
"""
import contextlib
import os
import select
import signal
import sys
import types

from helpers.exercises.limits import TooSlow, within
from helpers.exercises.plainly import said
from helpers.exercises.trial import Outcome, trial
from helpers.exercises.words import is_blank

from . import walls
from .wire import pack_outcome, send, unpack

GRACE = 2                                       # seconds between the polite end and the other one
PACKAGES_OUT_OF_REACH = ("helpers",)


def run(job, pipe, room):
    """Everything, in a fresh process: walls, cells, answers. Never returns."""
    os.setsid()
    walls.end_with_parent()
    standing = enclose(job, room)
    first = os.fork() if "namespaces" in standing else 0
    if first:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]) & 255)
    walls.end_with_parent()
    with os.fdopen(pipe, "wb") as out:
        send(out, walls=standing)
        work(job, out)
    os._exit(0)


def enclose(job, room):
    """The names of the walls that stand."""
    def stands(name, build, *args):
        return name not in job["without"] and build(*args) and not standing.append(name)
    standing = []
    if stands("namespaces", walls.namespaces):
        stands("disk", walls.disk, room, job["megabytes_of_disk"])
    os.chdir(room)
    os.environ.update(HOME=room, TMPDIR=room, IPYTHONDIR=room, MPLCONFIGDIR=room)
    stands("landlock", walls.landlock, room, PACKAGES_OUT_OF_REACH)
    stands("limits", walls.limits, job["seconds_of_cpu"], job["megabytes"], job["processes"] + len(job["cells"]))
    return standing


def work(job, out):
    shell = notebook_shell()
    for number, source in enumerate(job["cells"], 1):
        if not continues_in_a_copy(lambda n=number, s=source: run_cell(shell, n, s, job["cell_seconds"], out),
                                   job["cell_seconds"] + GRACE):
            send(out, cell=number, error=["Lost", "it never ended, or it ended Python; the notebook went on without it"])
    for question in job["questions"]:
        answer = shell.user_ns.get(question["name"], LookupError)
        if answer is not LookupError and not in_a_copy(lambda q=question, a=answer: answer_to(q, a, out),
                                                       question["seconds"] * (1 + len(question["cases"])) + GRACE):
            send(out, answer=question["name"], lost=True)
    send(out, whole=True)


def notebook_shell():
    """IPython without history: what a notebook's cells expect, magics and all."""
    from IPython.core.interactiveshell import InteractiveShell
    forget_own_modules()
    sys.modules["try_out"] = types.ModuleType("try_out")
    sys.modules["try_out"].try_out = lambda name, answer: answer
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    return shell


def forget_own_modules():
    """What is loaded here is not there to be imported by a notebook; what uses it keeps it."""
    for name in [n for n in sys.modules if n.partition(".")[0] in ("helpers", "psutil")]:
        del sys.modules[name]


def run_cell(shell, number, source, seconds, out):
    """Run one cell; an exception is told, not raised."""
    error = None
    try:
        result = within(seconds, lambda: shell.run_cell(source, store_history=False))
        error = result.error_before_exec or result.error_in_exec
    except BaseException as loud:               # such as a KeyboardInterrupt of its own
        error = loud
    if error is not None:
        text = f"no end after {seconds} seconds" if isinstance(error, TooSlow) else said(error)
        send(out, cell=number, error=[type(error).__name__[:60], text])


def answer_to(question, answer, out):
    """Try an answer on every case, the first of them twice, and send what came out."""
    cases = unpack(question["cases"])
    got = outcomes(answer, cases, question["seconds"])
    if is_blank(answer, got):
        got = [Outcome(value=...)]
    again = trial(answer, cases[0], question["seconds"]) if cases and callable(answer) and got[-1].error is None else None
    send(out, answer=question["name"], callable=callable(answer), parameters=parameters(answer),
         outcomes=[pack_outcome(o) for o in got], again=again and pack_outcome(again))


def outcomes(answer, cases, seconds):
    """As Exercise.run: none after one that was too slow. What is no function is its own outcome."""
    if not cases or not callable(answer):
        return [trial(lambda: answer, (), seconds)]
    got = []
    for args in cases:
        got.append(trial(answer, args, seconds))
        if isinstance(got[-1].error, TooSlow):
            break
    return got


def parameters(answer):
    """[name, kind, has a default] of each parameter; None if they cannot be told."""
    import inspect
    with contextlib.suppress(Exception):
        found = inspect.signature(answer).parameters.values()
        return [[str(p.name), int(p.kind), p.default is not p.empty] for p in found]
    return None


def continues_in_a_copy(action, seconds):
    """Do it in a copy of this process. In the copy: True, and life goes on there. In the original: False if the copy was
    lost before it was done; otherwise the original ends when the copy ends.
    """
    copy, told = start_copy(action)
    if copy == 0:
        return True
    if not in_time(told, seconds):
        end(copy)
        return False
    _, status = os.waitpid(copy, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 255)


def in_a_copy(action, seconds):
    """Do it in a copy of this process, which ends then; whether it was done in time."""
    copy, told = start_copy(action)
    if copy == 0:
        os._exit(0)
    done = in_time(told, seconds)
    end(copy)
    return done


def start_copy(action):
    """(0, None) in the copy, after the action; (the copy's number, a pipe that tells when it is done) in the original."""
    read, write = os.pipe()
    copy = os.fork()
    if copy == 0:
        os.close(read)
        try:
            action()
            os.write(write, b".")
        except BaseException:
            os._exit(1)
        os.close(write)
        return 0, None
    os.close(write)
    return copy, read


def in_time(told, seconds):
    """Whether the pipe says "done" before the time is over; a closed pipe says that the copy is gone."""
    done = bool(select.select([told], [], [], seconds)[0]) and os.read(told, 1) == b"."
    os.close(told)
    return done


def end(process):
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, 0)
