"""The house: what the README promises, what a new machine gets, what must stay out."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import plots, setup_check

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tracked():
    run = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        pytest.skip("not a git checkout")
    return run.stdout.split("\n")[:-1]


def test_nothing_else_lies_at_the_top():
    top = {name.split("/")[0] for name in tracked()}
    assert top == {"README.md", "LICENSE", "pyproject.toml", "requirements.txt", "notebooks", "helpers", "data",
                   "tests", ".binder", ".ci", ".github", ".gitignore"}


def test_readme_has_the_two_commands():
    lines = [line.strip() for line in README.split("\n") if line.startswith("    ")]
    assert ("python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && "
            ".venv/bin/jupyter lab notebooks/00_start_here.ipynb") in lines
    assert any(line.startswith("python3 -m venv .venv && ") and line.endswith(" && .venv/bin/pytest") for line in lines)


def test_requirements_are_pinned_and_torch_is_the_one_that_was_tested():
    pins = (ROOT / "requirements.txt").read_text().split()
    assert "torch==2.13.0" in pins and pins[-2:] == ["-e", "."]
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", pin) for pin in pins[:-2])


def test_readme_names_the_torch_version_of_the_requirements():
    assert "pip install torch==2.13.0 --index-url" in README


def test_helpers_import_no_torch():
    """The lessons by hand start in a second, and fit on a small machine. Two modules are about torch nets."""
    modules = [p.stem for p in (ROOT / "helpers").glob("*.py") if p.stem not in ("__init__", "models", "train")]
    code = (f"import sys, importlib\nfor m in {modules!r}: importlib.import_module('helpers.' + m)\n"
            "assert 'torch' not in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_python_files_and_notebooks_pass_ruff():
    run = subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_setup_check_finds_nothing_wrong_here():
    assert setup_check.find_problems() == []


def test_setup_check_says_what_is_wrong_and_what_to_do(tmp_path, capsys, monkeypatch):
    pins = tmp_path / "requirements.txt"
    pins.write_text("numpy==1.0\nno-such-package==3.1\n-e .\n")
    problems = setup_check.find_problems(pins, version=(3, 9))
    assert problems[0] == "Python 3.9 is too old; the course needs 3.11 or newer."
    assert re.match(r"numpy is 2[.\d]+; the course was tested with 1.0", problems[1])
    assert problems[2] == "no-such-package is missing."
    monkeypatch.setattr(setup_check, "find_problems", lambda: problems)
    setup_check.check_setup()
    assert "pip install -r requirements.txt" in capsys.readouterr().out


def test_figures_need_a_sentence():
    ax = plots.panels("empty")[0]
    with pytest.raises(ValueError, match="alt is 'plot'; expected a sentence"):
        plots.show(ax, alt="plot")


@pytest.mark.parametrize("background", plots.OKABE_ITO + ["#440154", "#fde725", "#21918c"])
def test_numbers_in_squares_are_readable(background):
    """WCAG contrast of at least 4.5 between a square and the id written in it."""
    def luminance(color):
        rgb = plots.to_rgb(color)
        return sum(k * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
                   for k, c in zip((0.2126, 0.7152, 0.0722), rgb, strict=True))
    light, dark = sorted([luminance(background), luminance(plots.ink_on(background))], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_more_than_eight_parameters_never_share_a_colour():
    """A palette that starts again would claim sharing where there is none."""
    assert len({plots.to_rgb(plots.color_of(k, 24)) for k in range(24)}) == 24
