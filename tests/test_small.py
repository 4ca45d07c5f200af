"""Small: the repository, the notebooks, and what an import brings along. Modules are counted, not seconds."""
import subprocess
import sys

import pytest
from test_house import ROOT, tracked

BEFORE = "import sys, numpy, matplotlib.pyplot, IPython.display, PIL.Image, PIL.PngImagePlugin; before = set(sys.modules);"
AFTER = "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))"
MODULES = sorted(path.stem for path in (ROOT / "helpers").glob("*.py"))
OTHERS = {"models": {"torch"}, "train": {"torch"}, "site": {"latex2mathml", "nbclient", "nbconvert", "nbformat"}}


def brings(statement):
    """The packages that a statement loads in addition to numpy, matplotlib and what a kernel has anyway."""
    done = subprocess.run([sys.executable, "-c", f"{BEFORE} {statement}; {AFTER}"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_import_helpers_brings_nothing_but_itself():
    assert brings("import helpers") == {"helpers"}


def test_helpers_need_numpy_and_matplotlib_alone():
    """All but the few in OTHERS, one after the other."""
    imports = "; ".join(f"import helpers.{name}" for name in MODULES if name not in OTHERS and name != "__init__")
    assert brings(imports) <= {"helpers", "numpy", "matplotlib", "PIL", "mpl_toolkits", "IPython"}


@pytest.mark.parametrize("module", OTHERS)
def test_the_few_others_load_what_they_are_about(module):
    brought = brings(f"import helpers.{module}")
    assert OTHERS[module] <= brought and ("torch" in brought) == ("torch" in OTHERS[module])


def test_the_repository_is_small():
    """20 MB are the limit; no file is over 1.5 MB."""
    sizes = {name: (ROOT / name).stat().st_size for name in tracked() if (ROOT / name).is_file()}
    assert len(sizes) > 100 and sum(sizes.values()) < 20e6
    assert max(sizes.values()) < 1.5e6, max(sizes, key=sizes.get)


def test_the_notebooks_are_small_together():
    """They are what everybody downloads and what each change stores again."""
    assert 1e6 < sum(path.stat().st_size for path in (ROOT / "notebooks").glob("*.ipynb")) < 8e6
