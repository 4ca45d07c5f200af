"""Run notebooks from top to bottom and save what they show: python tests/save_notebooks.py notebooks/*.ipynb

A second run of an unchanged notebook changes nothing in the file. What only a browser needs is left out of the saved
outputs: of a widget they keep the sentence that tells the reader to run the cell.
"""
import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
STATIC = re.compile(r"(?s)<div class='ws-static'><p class='ws-note'>(.*?)</p>.*</div>")


def save(path, timeout=600):
    """Execute one notebook with a fresh kernel in its own folder, and write it back with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    run(notebook, Path(path).parent, timeout)
    tidy(notebook)
    nbformat.write(notebook, path)


def run(notebook, folder, timeout):
    """Execute the cells in place; an error outside a cell tagged raises-exception stops it."""
    os.environ["OMP_NUM_THREADS"] = "1"
    NotebookClient(notebook, timeout=timeout, kernel_name="python3", record_timing=False, coalesce_streams=True,
                   resources={"metadata": {"path": str(folder.resolve())}}).execute()


def tidy(notebook):
    """Keep nothing that belongs to one machine or one run; shrink widgets to their sentence."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL} | {key: notebook.metadata[key] for key in ("classroom",) if key in notebook.metadata})
    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in ("tags", "jupyter", "nbgrader") if key in cell.metadata}
        cell.metadata = nbformat.from_dict(kept)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop(WIDGET_VIEW, None)
            if "text/html" in data:
                data["text/html"] = STATIC.sub(r"<div class='ws-static'>\1</div>", data["text/html"])


if __name__ == "__main__":
    for name in sys.argv[1:]:
        save(name)
        print(f"saved {name}")
