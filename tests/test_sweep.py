"""The sweep itself: made-up lessons that are different elsewhere, and each is found out."""
import platform

import nbformat
import pytest
import sweep

COUNTED = "from pathlib import Path\nfile = Path('seen')\nprint(file.exists())"
LEVEL = "import numpy as np\nprint(np._core._multiarray_umath.__cpu_features__.get('{}'))"
THREADS = "import os\nprint(os.environ['OMP_NUM_THREADS'])"
MADE_UP = {                                                 # cells, what they print, the check that notices
    "1 thread": (["print('once', 2)"], ["once 1\n"]),
    "2 threads": ([THREADS], ["1\n"]),
    "twice": (["n = 1", "n += 1\nprint(n)"], [None, "2\n"]),
    "restart": ([COUNTED, "file.touch()", "n = 1", "n = 2"], ["False\n", None, None, None]),
    "CPU 2013": ([LEVEL.format("X86_V4")], ["True\n"]),
    "CPU 2008": ([LEVEL.format("X86_V3")], ["True\n"]),
}


def lesson(folder, cells, printed):
    new = nbformat.v4
    code = [new.new_code_cell(cell, outputs=[new.new_output("stream", text=text)] if text else [])
            for cell, text in zip(cells, printed, strict=True)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new.new_notebook(cells=code, metadata={"kernelspec": kernel}), folder / "99_made_up.ipynb")
    return folder / "99_made_up.ipynb"


@pytest.mark.parametrize("check", MADE_UP)
def test_each_check_finds_the_cell_that_differs(tmp_path, check):
    cells, printed = MADE_UP[check]
    guilty = next(cell for cell, text in zip(cells[::-1], printed[::-1], strict=True) if text)
    assert sweep.CHECKS[check](lesson(tmp_path, cells, printed)).differences[0].startswith(guilty)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the levels are those of x86 processors")
@pytest.mark.parametrize(("check", "level"), [("1 thread", None), ("CPU 2013", "AVX2"), ("CPU 2008", "DEFAULT")])
def test_older_processors_reach_numpy_and_torch(tmp_path, check, level):
    """Found out the hard way: numpy renamed its levels, and the old names switched nothing off."""
    import torch
    cells = ["import torch", "print(torch.backends.cpu.get_cpu_capability())"]
    level = level or torch.backends.cpu.get_cpu_capability()
    assert sweep.CHECKS[check](lesson(tmp_path, cells, [None, f"{level}\n"])).differences == []


def test_an_error_is_a_difference_and_a_hungry_lesson_is_ended(tmp_path):
    assert "ZeroDivisionError" in sweep.play(lesson(tmp_path, ["1 / 0"], [None])).differences[0]
    cells = ["import time", "held = bytearray(400_000_000)\ntime.sleep(60)"]
    hungry = sweep.play(lesson(tmp_path, cells, [None, None]), limit=300)
    assert "DeadKernelError" in hungry.differences[0] and hungry.megabytes > 300


def test_the_table_has_a_row_a_lesson_and_says_what_differs(tmp_path, capsys):
    wrong = sweep.sweep([lesson(tmp_path, ["print(2)"], ["1\n"])], ["1 thread"])
    assert len(wrong) == 1 and wrong[0].startswith("99_made_up, 1 thread: print(2)")
    out = capsys.readouterr().out.splitlines()
    assert out[0].split()[:3] == ["lesson", "1", "thread"] and out[1].split()[:2] == ["99_made_up", "DIFFERS"]
