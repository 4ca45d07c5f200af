"""A learner runs cells again, on another machine, in another folder: the same comes out. Slow."""
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
MACHINES = {
    "2 threads": {"OMP_NUM_THREADS": "2"},
    "4 threads": {"OMP_NUM_THREADS": "4"},
    "an old processor": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "OPENBLAS_CORETYPE": "Nehalem",
                         "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX2 FMA3"},
    "a common processor": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Haswell",
                           "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX"},
}
pytestmark = pytest.mark.slow
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)


def said(outputs):
    """What can be read: printed text and the text of results; not pictures, not errors' colours."""
    return [o.get("text") or o.get("data", {}).get("text/plain") or o.get("ename") for o in outputs]


def code_cells(notebook):
    return [(i, c) for i, c in enumerate(notebook.cells) if c.cell_type == "code"]


@each_lesson
def test_every_cell_can_run_twice(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, coalesce_streams=True, resources={"metadata": {"path": str(tmp_path)}})
    with client.setup_kernel():
        for i, cell in code_cells(notebook):
            first = said(client.execute_cell(cell, i).outputs)
            assert said(client.execute_cell(cell, i).outputs) == first, cell.source


@pytest.mark.parametrize("machine", MACHINES)
@each_lesson
def test_the_same_is_printed_on_every_machine(path, machine, tmp_path, monkeypatch):
    """CPU levels are those of the numerical libraries, switched by their own variables."""
    import numpy as np
    known = set(np._core._multiarray_umath.__cpu_features__)
    wanted = dict(MACHINES[machine])
    if "NPY_DISABLE_CPU_FEATURES" in wanted:
        dispatched = set(np._core._multiarray_umath.__cpu_dispatch__)
        wanted["NPY_DISABLE_CPU_FEATURES"] = " ".join(
            f for f in wanted["NPY_DISABLE_CPU_FEATURES"].split() if f in known & dispatched)
    for name, value in wanted.items():
        monkeypatch.setitem(os.environ, name, value)
    notebook = nbformat.read(path, as_version=4)
    saved = [said(c.outputs) for _, c in code_cells(notebook)]
    NotebookClient(notebook, timeout=240, coalesce_streams=True, resources={"metadata": {"path": str(tmp_path)}}).execute()
    for (_, cell), before in zip(code_cells(notebook), saved, strict=True):
        assert said(cell.outputs) == before, cell.source
