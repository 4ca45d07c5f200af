"""Binder: what its image is built from, and that every lesson lives with one core, 2 GB and no network."""
import os
import re
import shutil
import stat
import subprocess
import sys

import pytest
from sweep import LESSONS, ROOT

FOLDER = ROOT / ".binder"
DOCKERFILE = {
    "a Python as new as the course needs": r"environment\.py-3\.12\.lock|environment-2epy-2d3-2e12-2dlinux",
    "the whole course is there before anything is installed": r"COPY [^\n]*src/ \$\{REPO_DIR\}/[\s\S]*RUN [^\n]*pip install",
    "installed from the course's folder, where `-e .` is right": r'WORKDIR \$\{REPO_DIR\}[\s\S]*-r "\.binder/requirements\.txt"',
    "installed by the user who owns the folder": r"USER \$\{NB_USER\}\nRUN [^\n]*pip install",
    "started by way of .binder/start": r'R2D_ENTRYPOINT="\$\{REPO_DIR\}/\.binder/start"',
}


def test_the_requirements_are_the_courses_own_with_torch_for_processors_first():
    """Without the index line pip brings several gigabytes of CUDA, and the image never gets built."""
    lines = (FOLDER / "requirements.txt").read_text(encoding="utf-8").split("\n")
    assert lines == ["--extra-index-url https://download.pytorch.org/whl/cpu", "-r ../requirements.txt", ""]
    assert "-e ." in (ROOT / "requirements.txt").read_text(encoding="utf-8").split("\n")


def test_there_is_nothing_else_that_repo2docker_would_read():
    """Another file here (environment.yml, setup.py, apt.txt) would choose another way to build."""
    assert sorted(path.name for path in FOLDER.iterdir()) == ["requirements.txt", "runtime.txt", "start"]


@pytest.mark.skipif(os.name == "nt", reason="there is no bash")
def test_start_gives_one_thread_and_hands_over(tmp_path):
    """16 threads on one core run four times slower than one."""
    start = FOLDER / "start"
    assert start.stat().st_mode & stat.S_IXUSR
    code = "import os, sys; print(os.environ['OMP_NUM_THREADS'], sys.argv[1:])"
    done = subprocess.run([start, sys.executable, "-c", code, "a b"], capture_output=True, text=True,
                          env=os.environ | {"OMP_NUM_THREADS": "7"})
    assert done.stdout == "1 ['a b']\n"


def test_the_python_asked_for_is_one_that_the_course_runs_on():
    wanted = (FOLDER / "runtime.txt").read_text(encoding="utf-8").strip()
    newest = re.search(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8")).group(1)
    assert re.fullmatch(r"python-3\.\d+", wanted) and int(wanted.split(".")[1]) >= int(newest)


@pytest.mark.slow
def test_the_dockerfile_of_repo2docker(tmp_path):
    """repo2docker writes the recipe without a docker engine. It goes into an environment of its own: it needs old packages."""
    venv, copy = tmp_path / "venv", tmp_path / "course"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", "*.egg-info", ".*cache"))
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    pip = [venv / "bin" / "pip", "install", "-q", "jupyter-repo2docker==2026.4.0"]
    installed = subprocess.run(pip, capture_output=True, text=True)
    if installed.returncode:
        pytest.skip(f"repo2docker cannot be installed: {installed.stderr[-300:]}")
    user = ["--user-id", "1000", "--user-name", "jovyan"]
    done = subprocess.run([venv / "bin" / "jupyter-repo2docker", "--no-build", "--debug", *user, "."], cwd=copy,
                          capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "python=3.12" in said, said[-2000:]
    assert [what for what, pattern in DOCKERFILE.items() if not re.search(pattern, said)] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_a_lesson_needs_no_network_and_little_memory(path):
    """One thread, one lesson, the network cut off where the system allows it; its kernel is ended at 2,000 MB."""
    command = [FOLDER / "start", sys.executable, ROOT / "tests" / "sweep.py", "--quick", path.stem]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
