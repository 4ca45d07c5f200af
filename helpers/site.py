"""`python -m helpers.site FOLDER`: the course as pages to read without a kernel, from a file and offline.

Each lesson is run once and becomes one self-contained page: its figures inside, its formulas as MathML, its widgets alive
in the browser. Nothing is loaded from anywhere. The exercises need Python: the pages show them unanswered.
"""
import re
import sys
from pathlib import Path

import nbformat
from latex2mathml.converter import convert
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from helpers.progress_bar import bar

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
FORMULA = re.compile(r"\$\$(?P<block>.+?)\$\$|(?<![\\$`])\$(?P<inline>[^$\n]+?)\$(?![$`])", re.DOTALL)
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
STYLE = """<style>
body { max-width: 1100px; margin: 0 auto; padding: 0 12px; }
.jp-Cell { content-visibility: visible; } .jp-RenderedHTMLCommon table { width: auto; }
img { max-width: 100%%; height: auto; }
.jp-InputPrompt, .jp-OutputPrompt { opacity: 1 !important; }
@media (max-width: 700px) { .jp-InputPrompt, .jp-OutputPrompt { display: none; } }
:root { color-scheme: light dark; --jp-mirror-editor-number-color: #007000; --jp-mirror-editor-keyword-color: #007000;
  --jp-mirror-editor-operator-color: #8a1fd0; --jp-mirror-editor-comment-color: #2f6363; }
@media (prefers-color-scheme: dark) {
%s
:root { --jp-mirror-editor-operator-color: #d28bff; --jp-mirror-editor-comment-color: #84b8b8; }
}
</style></head>"""


def build(folder, names=None, seconds=300):
    """Write the pages of all lessons, and index.html, which leads to the first.

    folder   where to; made if it is not there. Pages of the same name are written anew, nothing else is touched
    names    names of notebooks without ".ipynb"; None for all lessons
    seconds  time limit of one cell
    Returns  the paths of the pages
    Errors   ValueError "names has '99_x'; expected some of: 00_start_here, 01_dense, ..."
             nbclient's CellExecutionError, with the cell, when a lesson does not run
    """
    folder, lessons = Path(folder), {path.stem: path for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
    for name in names or ():
        if name not in lessons:
            raise ValueError(f"names has {name!r}; expected some of: {', '.join(lessons)}")
    folder.mkdir(parents=True, exist_ok=True)
    pages, chosen = [], names or list(lessons)
    for done, name in enumerate(chosen):
        bar(done, len(chosen), name)
        pages.append(folder / f"{name}.html")
        pages[-1].write_text(page(lessons[name], seconds), encoding="utf-8")
    bar(len(chosen), len(chosen), "done")
    first = "<!doctype html><html lang='en'><meta charset='utf-8'><title>Weight sharing</title>"
    link = f"<meta http-equiv='refresh' content='0; url={chosen[0]}.html'><a href='{chosen[0]}.html'>Start here</a></html>"
    (folder / "index.html").write_text(first + link, encoding="utf-8")
    return pages


def page(path, seconds):
    """One lesson as HTML."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=seconds, store_widget_state=False, resources=where).execute()
    notebook.metadata.pop("widgets", None)
    title = re.match(r"# (.*)", notebook.cells[0].source).group(1)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\((\d\d_\w+)\.ipynb\)", r"](\1.html)", with_mathml(cell.source))
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    exporter = HTMLExporter(template_name="lab", exclude_anchor_links=True)
    html, _ = exporter.from_notebook_node(notebook)
    html = re.sub(r"<th\b[^>]*></th>", "<td></td>", html)                                     # an empty corner is no heading
    head, body = html.split("<body", 1)
    body = body.replace('data-jp-theme-light="true"', "", 1)                                 # the reader's system decides
    head = re.sub(r"<script.*?</script>|<title>.*?</title>", "", head, flags=re.DOTALL)       # they would load from elsewhere
    return head.replace("</head>", f"<title>{title} · Weight sharing</title>{STYLE % dark(exporter)}", 1) + "<body" + body


def dark(exporter):
    """JupyterLab's dark theme, as nbconvert ships it."""
    places = (Path(folder) / "static" / "theme-dark.css" for folder in exporter.template_paths)
    return next(path for path in places if path.exists()).read_text(encoding="utf-8")


def with_mathml(markdown):
    """Formulas between dollar signs as MathML, which browsers draw and screen readers read; code is left alone.

    >>> with_mathml("so `$x$` is $x$").startswith("so `$x$` is <math")
    True
    """
    parts = CODE.split(markdown)
    parts[::2] = [FORMULA.sub(_mathml, part) for part in parts[::2]]
    return "".join(parts)


def _mathml(match):
    block = match["block"]
    return convert((block or match["inline"]).strip(), display="block" if block else "inline").replace("\n", " ")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("where to? python -m helpers.site FOLDER [NAME ...], such as: python -m helpers.site /tmp/course 04_convolution")
    for path in build(sys.argv[1], sys.argv[2:] or None):
        print(path)
