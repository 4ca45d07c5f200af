"""Sharing over machines: one gradient from several processes, which meet through torch.distributed and add up.

Each process has a copy of the weights and a shard of the examples. It works out its own gradient; `all_reduce` adds up
those of all, and everybody gets the sum. Here the machines are processes on this computer, talking over the loopback.
"""
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from .shapes import array


def reduced_gradients(shards, W, loss="mean", seconds=60, fault=None):
    """One step of data-parallel training of y = W x with half the squared error: a real process for each shard.

    shards   a list of (x, y): x (N_i, n_in) and y (N_i, n_out), the examples of each machine; N_i may differ
    W        (n_out, n_in), which every machine has a copy of
    loss     "mean" or "sum" over the examples of a shard
    seconds  for everything; after that all processes are ended
    fault    for trying out failures: (rank, how), how "raise", "exit", "hang" or "kill", which ends it amid the meeting
    Returns  own (machines, n_out, n_in), each machine's gradient before they met, and sum (n_out, n_in), after it
    Errors   ValueError "shards has 1 entry; expected at least 2, one for each machine"
             RuntimeError "machine 1 stopped: ValueError: ..." and its last lines, when it fails; the others are ended
             TimeoutError "machines 0, 1 were not done after 60 seconds; all were ended"
    Second road  one process, all examples, by `dense_backward`: test_machines.py. Taught in lesson 14.
    Source   Dean et al. 2012, "Large scale distributed deep networks"; all-reduce: Patarasuk & Yuan 2009
    """
    if len(shards) < 2:
        raise ValueError(f"shards has {len(shards)} entry; expected at least 2, one for each machine")
    if loss not in ("mean", "sum"):
        raise ValueError(f"loss is {loss!r}; expected 'mean' or 'sum'")
    if not seconds > 0:
        raise ValueError(f"seconds is {seconds!r}; expected a number above 0")
    array("W", W, ("n_out", "n_in"))
    for rank, (x, y) in enumerate(shards):
        array(f"shards[{rank}][0]", x, ("N", W.shape[1]))
        array(f"shards[{rank}][1]", y, (len(x), len(W)))
    with tempfile.TemporaryDirectory() as folder:
        for rank, (x, y) in enumerate(shards):
            np.savez(Path(folder, f"in_{rank}.npz"), x=x, y=y, W=W)
        processes = [_start(rank, len(shards), folder, loss, seconds, fault) for rank in range(len(shards))]
        try:
            _wait(processes, folder, time.monotonic() + seconds, seconds)
        finally:
            for process in processes:
                process.kill()
                process.wait()
        results = [np.load(Path(folder, f"out_{rank}.npz")) for rank in range(len(shards))]
        own, sums = (np.stack([result[key] for result in results]) for key in ("own", "sum"))
    if not (sums == sums[0]).all():
        raise RuntimeError("the machines hold different sums after meeting; they have to be equal bit for bit")
    return own, sums[0]


def _start(rank, world, folder, loss, seconds, fault):
    how = fault[1] if fault and fault[0] == rank else "none"
    command = [sys.executable, "-m", "helpers.machines_worker", *map(str, (rank, world, folder, loss, seconds, how))]
    plain = {"OMP_NUM_THREADS": "1", "PYTHON_COLORS": "0"}          # Python 3.13 would colour its errors
    environment = {**os.environ, **plain, **_loopback()}
    with Path(folder, f"log_{rank}").open("w") as log:
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def _loopback():
    """Gloo, torch's messenger, is told to use the loopback only, where the system can name it."""
    names = {name for _, name in socket.if_nameindex()} if hasattr(socket, "if_nameindex") else set()
    return next(({"GLOO_SOCKET_IFNAME": name} for name in ("lo", "lo0") if name in names), {})


def _wait(processes, folder, end, seconds):
    """Until all are done; the first that fails, or the time, ends it with an error."""
    while waiting := [rank for rank, process in enumerate(processes) if process.poll() is None]:
        _raise_if_failed(processes, folder)
        if time.monotonic() > end:
            who = ", ".join(map(str, waiting))
            raise TimeoutError(f"machines {who} were not done after {seconds} seconds; all were ended")
        time.sleep(0.02)
    _raise_if_failed(processes, folder)


def _raise_if_failed(processes, folder):
    """A machine that lost its partner fails as well; the first to have failed is the one that says why."""
    failed = [rank for rank, process in enumerate(processes) if process.poll() not in (None, 0)]
    if failed:
        rank = min(failed, key=lambda rank: Path(folder, f"log_{rank}").stat().st_mtime)
        said = Path(folder, f"log_{rank}").read_text(errors="replace")
        raise RuntimeError(f"machine {rank} stopped: {_last_words(said, processes[rank].returncode)}")


def _last_words(said, code, most=6):
    """The last line of what a machine wrote, and below it the lines before."""
    lines = [line for line in said.splitlines() if line.strip()]
    if not lines:
        return f"no word, ended by signal {-code}" if code < 0 else f"no word, exit code {code}"
    before = "".join(f"\n    {line}" for line in lines[-most:-1])
    return lines[-1] + (f"\nIts lines before that:{before}" if before else "")
