"""What every notebook keeps to, whatever it is about."""
import ast
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LESSONS = [p for p in PATHS if re.match(r"\d\d_", p.name)]
each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)


def cells(path, kind):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def outputs(path):
    return [o for c in cells(path, "code") for o in c.outputs]


def exercises(path):
    tags = [t for c in cells(path, "code") for t in c.metadata.get("tags", [])]
    return [t for t in tags if t.startswith("exercise:")]


def text(path):
    return "\n".join(c.source for c in cells(path, "markdown"))


def test_there_are_notebooks():
    assert len(LESSONS) >= 4


@each_notebook
def test_saved_outputs_come_from_one_fresh_run(path):
    """A cell without a count would not be compared at all."""
    code = cells(path, "code")
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1))
    assert not [o for c in code for o in c.outputs if o.output_type == "error"]


@each_notebook
def test_cells_whose_output_varies_assert_something(path):
    for cell in cells(path, "code"):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source))), cell.source


@each_notebook
def test_metadata_holds_nothing_of_one_machine(path):
    notebook = nbformat.read(path, as_version=4)
    assert set(notebook.metadata) == {"kernelspec"}
    assert all(set(c.metadata) <= {"tags"} for c in notebook.cells)


@each_notebook
def test_every_figure_says_what_to_see(path):
    figures = [o.data for o in outputs(path) if "image/png" in o.get("data", {})]
    for data in figures:
        alt = re.search('alt="([^"]*)"', data["text/html"]).group(1)
        assert len(alt) > 60 and alt.endswith("."), alt


@each_notebook
def test_headings_go_down_one_step_at_a_time(path):
    levels = [len(h) for h in re.findall(r"^(#+) ", text(path), flags=re.M)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False)), levels


@each_notebook
def test_cells_are_short(path):
    lengths = sorted(len(c.source.splitlines()) for c in cells(path, "code"))
    assert lengths[-1] <= 25 and lengths[len(lengths) // 2] <= 8, lengths
    assert lengths[int(0.9 * (len(lengths) - 1))] <= 13, lengths


@each_notebook
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#\s]+)\)", text(path)):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


@each_notebook
def test_no_cell_hides_its_result_or_imports_a_star(path):
    for cell in cells(path, "code"):
        assert not cell.source.rstrip().endswith(";") and "import *" not in cell.source


@each_lesson
def test_a_lesson_has_its_furniture(path):
    number, words = int(path.stem[:2]), text(path)
    assert words.startswith(f"# {number}. ")
    assert re.search(r"^\*\*[^*]+\?\*\*", words, flags=re.M), "one question, in bold"
    assert "minutes" in words
    if number:
        assert words.count("[contents](00_start_here.ipynb)") == 2, "links at the top and at the bottom"
        assert "*Predict:*" in words and "## Recap" in words and "## Make it yours" in words
        assert len(exercises(path)) >= 3


@each_lesson
def test_the_lesson_is_listed_with_its_title(path):
    title = re.match(r"# \d+\. (.*)", text(path)).group(1)
    assert f"[{title}](notebooks/{path.name})" in (ROOT / "README.md").read_text(encoding="utf-8")
    if not path.stem.startswith("00"):
        assert f"[{title}]({path.name})" in text(ROOT / "notebooks" / "00_start_here.ipynb")


def test_each_lesson_leads_to_its_neighbours():
    for before, after in zip(LESSONS, LESSONS[1:], strict=False):
        assert re.search(rf"\[next: [^]]+\]\({after.name}\)", text(before)), f"{before.name} leads to {after.name}"
        assert re.search(rf"\[previous: [^]]+\]\({before.name}\)", text(after)), f"{after.name} leads back"


def test_no_notebook_is_heavy():
    assert all(p.stat().st_size < 1_500_000 for p in PATHS)
