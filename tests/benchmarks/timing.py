"""How the benchmarks measure: interleaved rounds, ratios within a round, medians; one process per thread count.

A ratio of two times taken one after the other is steadier than either time: what slows the machine slows both.
"""
import os
import statistics
import subprocess
import sys
import time
import tracemalloc

import numpy as np


def for_each_thread_count(run, counts=(1, 2)):
    """Call `run(threads)` in a fresh process per count: they read the number once, at import."""
    if "BENCHMARK_THREADS" in os.environ:
        return run(int(os.environ["BENCHMARK_THREADS"]))
    for threads in counts:
        variables = "BENCHMARK_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"
        subprocess.run([sys.executable, *sys.argv], env=os.environ | dict.fromkeys(variables, str(threads)), check=True)


def rounds(candidates, seconds=1.5, at_least=5):
    """Every candidate once a round, the order reversed every other round: {name: [seconds, one a round]}.

    candidates  {name: function without arguments}; each is called once beforehand, to warm up
    """
    times = {name: [] for name in candidates}
    for f in candidates.values():
        f()
    order, end = list(candidates), time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[order[0]]) < at_least:
        for name in order:
            start = time.perf_counter()
            candidates[name]()
            times[name].append(time.perf_counter() - start)
        order.reverse()
    return times


def quick(candidates, seconds=0.3, keep=("torch", "ours")):
    """Those candidates whose second call takes no longer than that, and `keep`; others would hold up every round."""
    def duration(f):
        f()
        start = time.perf_counter()
        f()
        return time.perf_counter() - start
    return {name: f for name, f in candidates.items() if name in keep or duration(f) <= seconds}


def ratios(times, to="torch"):
    """Median over rounds of time / time of `to` in the same round: {name: ratio}, smaller is faster."""
    return {name: statistics.median(t / one for t, one in zip(ts, times[to], strict=True))
            for name, ts in times.items()}


def milliseconds(times, name="torch"):
    """Median time of one candidate in milliseconds."""
    return 1e3 * statistics.median(times[name])


def peak_megabytes(f):
    """The most memory numpy held at once during `f()`, beyond what was there before (torch's is not counted)."""
    f()
    tracemalloc.start()
    f()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def sgemm_peak(n=1024):
    """What this machine's numpy reaches on a float32 product of two n x n matrices, in GFLOP/s."""
    A = np.random.default_rng(0).standard_normal((n, n), dtype=np.float32)
    return 2 * n**3 / min(rounds({"sgemm": lambda: A @ A}, seconds=1.0)["sgemm"]) / 1e9


def agree(results, to="torch", tolerance=1e-4):
    """Stop unless every candidate gives the numbers of `to`: {name: array or arrays}; a wrong answer has no speed."""
    for name, got in results.items():
        for one, want in zip(_tuple(got), _tuple(results[to]), strict=True):
            error = np.abs(one - want).max() / np.abs(want).max()
            assert error < tolerance, f"{name} differs from {to} by {error:.1e}"


def table(title, columns, rows):
    """Print one markdown table; rows {name: [cells]}, a number printed with two decimals, None as a dash."""
    print(f"\n### {title}\n| | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name, cells in rows.items():
        shown = ["–" if c is None else c if isinstance(c, str) else f"{c:.2f}" for c in cells]
        print(f"| {name} | {' | '.join(shown)} |", flush=True)


def _tuple(result):
    return result if isinstance(result, tuple) else (result,)
