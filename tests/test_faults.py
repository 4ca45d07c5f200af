"""What may go wrong on a learner's computer: a folder or a disk that takes nothing, a kernel that dies, old locales, odd paths,
damaged files, two notebooks at once. The lesson runs, or a sentence says what to do.

Root may write anywhere, so as root these tests give that up first (setpriv); where neither works they are skipped.
"""
import json
import os
import shutil
import subprocess
import sys

import psutil
import pytest
from sweep import LESSONS, ROOT, play, straight

from helpers.exercises.lesson_00 import ALL
from helpers.exercises.progress import all_lessons

START = LESSONS[0]
IS_ROOT = getattr(os, "geteuid", lambda: 1)() == 0
POWERLESS = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if IS_ROOT else []
FULL_DISK = ["unshare", "--map-root-user", "--mount", "sh", "-c",
             'mount -t tmpfs -o size=64k none . && cd "$PWD" && cat /dev/zero > filler 2> /dev/null; exec "$@"', "sh"]
C_LOCALE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
PLAY = f"""import json, sys, pathlib
sys.path.insert(0, {str(ROOT / "tests")!r})
import sweep
print(json.dumps(sweep.play(pathlib.Path(sys.argv[1]), folder=".").differences))"""
SOLVE = f"""from helpers.exercises.engine import check, progress
from helpers.exercises import lesson_00 as ex
check(ex.colours, {ALL["colours"].solution.split("=")[1].strip()})
progress()"""


def python(code, *arguments, folder, inside=(), **environment):
    """What a Python of its own says; started in `folder`, by way of `inside`."""
    done = subprocess.run([*inside, sys.executable, "-c", code, *map(str, arguments)], cwd=folder, text=True,
                          env={**os.environ, **environment}, capture_output=True, encoding="utf-8", errors="replace")
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def differences(lesson, **options):
    return json.loads(python(PLAY, lesson, **options).splitlines()[-1])


def possible(inside, folder):
    try:
        return not inside or subprocess.run([*inside, "true"], cwd=folder, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(params=["must not be written", "full"])
def stuck(request, tmp_path):
    """A folder that takes nothing, and the way into it: {folder, inside}."""
    folder = tmp_path / "stuck"
    folder.mkdir()
    inside = POWERLESS if request.param == "must not be written" else FULL_DISK
    if os.name == "nt" or not possible(inside, folder):
        pytest.skip(f"this system cannot make a folder that is {request.param}")
    if request.param == "must not be written":
        folder.chmod(0o555)
    yield {"folder": folder, "inside": inside}
    folder.chmod(0o755)
    assert list(folder.iterdir()) == []


def test_in_a_folder_that_takes_nothing_answers_are_judged_and_the_learner_knows(stuck):
    said = python(SOLVE, **stuck)
    assert said.startswith("colours: correct") and "Solved 0 of" in said
    assert said.endswith("What you solve is not kept: nothing can be written in this folder.\n")


def test_a_lesson_runs_in_a_folder_that_takes_nothing(stuck):
    """The last cell of lesson 0 shows the progress."""
    found = differences(START, **stuck)
    assert len(found) == 1 and found[0].startswith("progress()") and "nothing can be written" in found[0]


@pytest.mark.slow
@pytest.mark.parametrize("stuck", ["must not be written"], indirect=True)
@pytest.mark.parametrize("path", LESSONS[1:], ids=lambda p: p.stem)
def test_every_lesson_runs_in_a_folder_that_takes_nothing(path, stuck):
    assert differences(path, **stuck) == []


def test_without_a_place_for_matplotlibs_cache_it_says_so_and_all_is_drawn(tmp_path):
    """The sentence is matplotlib's own: it names the folder and what to set."""
    if os.name == "nt" or not possible(POWERLESS, tmp_path):
        pytest.skip("this system cannot take the right to write away")
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    found = differences(START, folder=tmp_path, inside=POWERLESS, MPLCONFIGDIR=str(locked / "x"))
    assert len(found) == 1 and "MPLCONFIGDIR" in found[0] and "temporary cache directory" in found[0]


in_ascii = pytest.mark.skipif(not str(ROOT).isascii(), reason="there Python cannot read where the course lies, in an old locale")


@in_ascii
@pytest.mark.parametrize("path", [START, pytest.param(LESSONS[13], marks=pytest.mark.slow)], ids=lambda p: p.stem)
def test_a_lesson_says_the_same_where_text_is_not_utf_8(path, tmp_path):
    """Lesson 13 prints names with all their accents."""
    said = python("import locale, sys; print(locale.getpreferredencoding(False))", folder=tmp_path, **C_LOCALE)
    if "utf" in said.lower():
        pytest.skip("this system always uses UTF-8")
    assert differences(path, folder=tmp_path, **C_LOCALE) == []


@in_ascii
def test_the_commands_work_where_text_is_not_utf_8(tmp_path):
    code = "from helpers.site import build; build('pages', ['00_start_here'])"
    python(code, folder=tmp_path, **C_LOCALE)
    assert "·" in (tmp_path / "pages" / "00_start_here.html").read_text(encoding="utf-8")
    listed = python("import runpy; runpy.run_module('helpers.experiments', run_name='__main__')", folder=tmp_path, **C_LOCALE)
    assert "names_longer" in listed


@pytest.fixture
def copy(tmp_path):
    """The course in a folder with a difficult name; its Python packages are those of the copy."""
    folder = tmp_path / "Kurs für alle, 日本 & mehr"
    for name in ("helpers", "data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*", "progress.json"))
    shutil.copy(ROOT / "requirements.txt", folder)
    return folder


def in_copy(copy):
    return {"folder": copy / "notebooks", "PYTHONPATH": str(copy)}


def test_a_lesson_runs_in_a_path_with_spaces_and_umlauts(copy):
    assert python("import helpers; print(ascii(helpers.__file__))", **in_copy(copy)).startswith(ascii(str(copy))[:-1])
    assert differences(copy / "notebooks" / START.name, **in_copy(copy)) == []


@pytest.mark.parametrize("name", ["digits.npz", "chelsea.png", "names.tsv", "el_nino.csv"])
def test_the_set_up_names_a_damaged_file_and_how_to_restore_it(copy, name):
    path = copy / "data" / name
    path.write_bytes(path.read_bytes()[:-100])
    said = python("from helpers.setup_check import check_setup; check_setup()", **in_copy(copy))
    assert "is damaged" in said and f"git checkout -- data/{name}" in said and "pip" not in said


def test_a_lesson_that_needs_a_damaged_file_stops_with_the_same_sentence(copy):
    path = copy / "data" / "chelsea.png"
    path.write_bytes(path.read_bytes()[:5000])
    found = differences(copy / "notebooks" / START.name, **in_copy(copy))
    assert "git checkout -- data/chelsea.png" in found[-1] and "is damaged" in found[-1]


@pytest.mark.parametrize("damage", [lambda t: b"", lambda t: t[:300], lambda t: t.replace(b",", b"", 7), lambda t: t[:-1]])
def test_a_damaged_table_is_named(copy, damage):
    path = copy / "data" / "experiments" / "budgets.csv"
    path.write_bytes(damage(path.read_bytes()))
    code = "from helpers.experiments import read_table\ntry: read_table('budgets')\nexcept ValueError as e: print(e)"
    assert "git checkout -- data/experiments/budgets.csv" in python(code, **in_copy(copy))


def test_a_kernel_that_dies_leaves_nothing_behind(tmp_path):
    """The next kernel runs the lesson as if nothing had been."""
    def killed(client, cells):
        yield from straight(client, cells[:5])
        psutil.Process(client.km.provisioner.pid).kill()
        yield from straight(client, cells[5:])

    assert "DeadKernelError" in play(START, killed, tmp_path).differences[-1]
    assert list(tmp_path.iterdir()) == []
    assert play(START, folder=tmp_path).differences == [] and list(tmp_path.iterdir()) == []


def test_a_progress_file_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "progress.json"
    path.write_text('{"lesson_00": ["col')
    sentence = "What you solve is not kept: progress.json in this folder cannot be read. Delete it, and a new one is begun.\n"
    assert python(SOLVE, folder=tmp_path).endswith(sentence)
    if os.name != "nt" and possible(POWERLESS, tmp_path):
        path.chmod(0)
        assert python(SOLVE, folder=tmp_path, inside=POWERLESS).endswith(sentence)
    path.unlink()
    assert "not kept" not in python(SOLVE, folder=tmp_path)


RUSH = """import sys
from importlib import import_module
from helpers.exercises import progress
for exercise in import_module(f"helpers.exercises.lesson_{sys.argv[1]}").ALL.values():
    progress.remember(exercise)"""


@pytest.mark.skipif(os.name == "nt", reason="there are no locks on folders there")
def test_notebooks_at_once_in_one_folder_lose_nothing(tmp_path):
    """Ten kernels solve all exercises of a lesson each, in the same moment."""
    numbers = [f"{n:02}" for n in range(10)]
    rush = [subprocess.Popen([sys.executable, "-c", RUSH, n], cwd=tmp_path) for n in numbers]
    assert [process.wait() for process in rush] == [0] * 10
    kept = json.loads((tmp_path / "progress.json").read_text(encoding="utf-8"))
    assert kept == {name: sorted(all_lessons()[name]) for name in (f"lesson_{n}" for n in numbers)}
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]
