"""The time limit of the checker: every road stops a loop that never ends, and leaves nothing behind."""
import signal
import sys
import threading
import time

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from helpers.exercises import limits
from helpers.exercises.engine import Exercise, diagnose

CONV = """def conv1d(x, w):
    return np.array([x[i:i + len(w)] @ w for i in range(len(x) - len(w) + 1)])"""


def verdict(code):
    """What is said to a conv1d with this body."""
    e = Exercise(name="conv1d", solution=CONV, seconds=0.5, cases=[(np.array([1., 2, 4]), np.array([1., 10]))])
    return diagnose(e, e.build("def conv1d(x, w):\n" + "".join(f"    {line}\n" for line in code.split("\n"))))


@pytest.mark.parametrize("road", [limits.alarm, limits.watchdog, limits.tracing], ids=lambda r: r.__name__)
def test_every_road_stops_an_endless_loop(road, monkeypatch):
    """The watchdog is the road of Windows, tracing that of a Python without threads."""
    monkeypatch.setattr(limits, "open_road", lambda: road)
    for code in ("while True: pass", "while True: np.ones(9) @ np.ones(9)",
                 "try:\n    while True: pass\nexcept Exception: pass"):
        start = time.monotonic()
        assert "no end after 0.5 seconds" in verdict(code).message
        assert time.monotonic() - start < 30
    assert verdict("return np.correlate(x, w, 'valid')").kind == "right"
    assert sys.gettrace() is None or road is not limits.tracing


def test_the_watchdog_leaves_nothing_behind(monkeypatch):
    """A function that ends just when its time is over must not be shot at afterwards."""
    threads = threading.active_count()
    for _ in range(200):
        try:
            limits.within(0.001, lambda: sum(range(30000)), road=limits.watchdog)
        except limits.TooSlow:
            pass
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        pass
    assert threading.active_count() == threads


def test_an_alarm_that_was_set_before_is_kept():
    before = signal.getsignal(signal.SIGALRM)
    limits.within(1, int)
    assert signal.getsignal(signal.SIGALRM) is before and signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_check_in_another_thread():
    got = []
    thread = threading.Thread(target=lambda: got.append(verdict("while True: pass")))
    thread.start()
    thread.join(30)
    assert "no end after 0.5 seconds" in got[0].message


def test_in_a_kernel():
    """A cell that never ends is stopped, the kernel lives on, and a line of the cell is quoted."""
    cells = ["import numpy as np\nfrom helpers.exercises.engine import Exercise, check\n"
             "e = Exercise(name='f', cases=[(1,)], solution='def f(n):\\n    return n', seconds=0.5)",
             "def f(n):\n    while n: pass\n\nf = check(e, f)",
             "def f(n):\n    m = n\n    return [][m]\n\nf = check(e, f)",
             "def f(n):\n    ...\n\nf = check(e, f)",
             "f(7)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, timeout=60).execute()
    said = [c.outputs[0].get("text") for c in notebook.cells[1:4]]
    assert said[0].startswith("f: stopped - no end after 0.5 seconds in line 2, `while n: pass`.")
    assert said[1].startswith("f: stopped - IndexError in line 3, `return [][m]`: list index out of range.")
    assert said[2] == "f: not attempted - replace the ... and run this cell again.\n"
    assert notebook.cells[4].outputs[0].data["text/plain"] == "7"
