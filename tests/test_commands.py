"""Lessons by command, as teachers and servers run them: nbconvert and nbclient's `jupyter execute`, with time limits. Slow."""
import subprocess
import sys

import nbformat
import pytest
from sweep import LESSONS, said

pytestmark = pytest.mark.slow
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
CELL, LESSON = "120", 400                                   # seconds: a hanging lesson is a failure, not a pause


def command(*words, folder):
    done = subprocess.run([sys.executable, "-m", *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=LESSON)
    assert done.returncode == 0, done.stderr[-2000:]


@each_lesson
def test_nbconvert_runs_it_and_shows_the_same(path, tmp_path):
    """To HTML: every figure with its sentence, and every widget (nbconvert's own way asks the network for them; helpers.site
    does not)."""
    limit = f"--ExecutePreprocessor.timeout={CELL}"
    command("nbconvert", "--to", "html", "--execute", limit, "--output-dir", tmp_path, path, folder=tmp_path)
    page, source = (tmp_path / f"{path.stem}.html").read_text(encoding="utf-8"), path.read_text(encoding="utf-8")
    assert page.count("<img alt=") >= source.count("<img alt=")
    assert page.count("application/vnd.jupyter.widget-view+json") >= source.count("class='ws-static'")
    assert "Traceback" not in page


def test_jupyter_execute_runs_it_and_prints_the_same(tmp_path):
    """One lesson: it is the same nbclient that runs all of them in the sweep, with a time limit, too."""
    path, out = LESSONS[0], tmp_path / "done.ipynb"
    command("jupyter", "execute", f"--timeout={CELL}", f"--output={out}", path, folder=tmp_path)
    printed, stored = ([text(cell) for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == "code"]
                       for file in (out, path))
    assert printed == stored


def text(cell):
    """All that was printed, however many pieces it came in."""
    return "".join(words or "" for words in said(cell.outputs))
