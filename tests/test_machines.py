"""Data-parallel training on real processes: the sum is one process's gradient, failures are told, nothing hangs or stays."""
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from helpers.dense import dense_backward
from helpers.machines import reduced_gradients

RNG = np.random.default_rng(0)
X, Y, W = RNG.normal(size=(9, 4)), RNG.normal(size=(9, 3)), RNG.normal(size=(3, 4))


def shards(*cuts):
    return list(zip(np.split(X, cuts), np.split(Y, cuts), strict=True))


def one_process():
    """The gradient of the summed loss, all examples at once."""
    return dense_backward(X @ W.T - Y, X, W)[1]


@pytest.mark.parametrize("cuts", [(3,), (2, 4)], ids=["two machines", "three machines"])
def test_the_sum_over_machines_is_the_gradient_of_one(cuts):
    own, total = reduced_gradients(shards(*cuts), W, loss="sum")
    np.testing.assert_allclose(total, one_process(), rtol=1e-12)
    np.testing.assert_allclose(own.sum(axis=0), total, rtol=1e-12)


def test_the_mean_of_means_is_wrong_for_unequal_shards():
    own, _ = reduced_gradients(shards(2), W)
    assert not np.allclose(own.mean(axis=0), one_process() / 9)
    np.testing.assert_allclose((own * [[[2]], [[7]]]).sum(axis=0) / 9, one_process() / 9, rtol=1e-12)


@pytest.mark.parametrize(("how", "message"), [("raise", "machine 1 stopped: ValueError: a fault that was asked for"),
                                              ("raise", r"Its lines before that:(\n    .*){2,5}in work\n +raise ValueError"),
                                              ("exit", "machine 1 stopped: no word, exit code 3"),
                                              ("kill", "machine 1 stopped: no word, (ended by signal 9|exit code)")])
def test_a_machine_that_fails_is_named_and_the_other_is_ended(how, message):
    start = time.monotonic()
    with pytest.raises(RuntimeError, match=message):
        reduced_gradients(shards(4), W, fault=(1, how))
    assert time.monotonic() - start < 50 and not workers()


def test_a_machine_that_hangs_is_ended_with_all_others():
    with pytest.raises(TimeoutError, match="machines 0, 1 were not done after 8 seconds; all were ended"):
        reduced_gradients(shards(4), W, seconds=8, fault=(1, "hang"))
    assert not workers()


def workers():
    """Workers that this test process started and that still run; looked up only where there is /proc."""
    lines = [Path(f"/proc/{pid}/cmdline").read_text() for pid in children(os.getpid())]
    return [line for line in lines if "machines_worker" in line]


def children(parent):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        if int(text.rpartition(")")[2].split()[1]) == parent:
            found.append(stat.parent.name)
    return found


@pytest.mark.parametrize(("arguments", "message"), [
    (dict(shards=shards()[:1], W=W), "shards has 1 entry; expected at least 2, one for each machine"),
    (dict(shards=shards(4), W=W, loss="median"), "loss is 'median'; expected 'mean' or 'sum'"),
    (dict(shards=shards(4), W=W, seconds=0), "seconds is 0; expected a number above 0"),
    (dict(shards=shards(4), W=W[:, :2]), "shards[0][0] has shape (4, 4); expected (N, 2)"),
    (dict(shards=[shards(4)[0], (X[:2], Y[:3])], W=W), "shards[1][1] has shape (3, 3); expected (2, 3)"),
])
def test_bad_input_is_named_before_any_process_starts(arguments, message):
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        reduced_gradients(**arguments)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at sockets through /proc")
def test_errors_come_without_colours(monkeypatch):
    """Kernels ask for colours, and Python 3.13 colours its errors where it is asked to."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with pytest.raises(RuntimeError, match="^machine 1 stopped: ValueError: a fault that was asked for") as caught:
        reduced_gradients(shards(4), W, fault=(1, "raise"))
    assert "\x1b" not in str(caught.value)


def test_only_the_loopback_is_used():
    """While two machines wait for a third that hangs, every socket of theirs is bound to 127.0.0.1 or ::1."""
    code = ("import numpy as np; from helpers.machines import reduced_gradients as r; x = np.ones((2, 2));"
            "r([(x, x), (x, x), (x, x)], np.ones((2, 2)), seconds=15, fault=(2, 'hang'))")
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen = set()
    while parent.poll() is None:
        seen |= addresses(parent.pid)
        time.sleep(0.05)
    assert seen and seen <= {"127.0.0.1", "::1"}, seen


def addresses(parent):
    """Local addresses of the TCP sockets of a process's children."""
    own = {f"socket:[{line.split()[9]}]": line.split()[1].split(":")[0]
           for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]}
    return {readable(own[link]) for pid in children(parent) for link in links(pid) if link in own}


def links(pid):
    """What a process has open; nothing of what it closes or ends while we look."""
    for entry in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            yield os.readlink(entry)
        except OSError:
            continue


def readable(hexadecimal):
    if len(hexadecimal) == 8:
        return ".".join(str(b) for b in reversed(bytes.fromhex(hexadecimal)))
    last = hexadecimal[-8:]
    return "::1" if hexadecimal[:-8] == "0" * 24 and last == "01000000" else hexadecimal
