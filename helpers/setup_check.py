"""Does this computer have what the course needs? One sentence says so, or what to do."""
import sys
from importlib import metadata
from pathlib import Path

from .data import FOLDER, read

NEEDED = Path(__file__).parents[1] / "requirements.txt"
REMEDY = "In a terminal, in the folder of the course: .venv/bin/pip install -r requirements.txt, then restart Jupyter."


def check_setup():
    """Print "Everything works." or, one a line, what is missing and what to do about it. Used in lesson 00."""
    problems = find_problems()
    for_pip = [problem for problem in problems if "Restore it" not in problem]
    print(*problems, *[REMEDY] * bool(for_pip), *["Everything works. Go on."] * (not problems), sep="\n")


def find_problems(requirements=NEEDED, version=sys.version_info):
    """What is wrong, one sentence each: Python's age, packages that are missing or of another version, data files."""
    old = f"Python {version[0]}.{version[1]} is too old; the course needs 3.11 or newer."
    problems = [] if version >= (3, 11) else [old]
    for line in Path(requirements).read_text("utf-8").splitlines():
        name, _, wanted = line.partition("==")
        if wanted:
            problems += _package_problem(name.strip(), wanted.strip())
    return problems + _data_problems()


def _data_problems():
    """Each data file is read and compared with its checksum."""
    problems = []
    try:
        for line in (FOLDER / "SHA256SUMS").read_text("utf-8", errors="replace").splitlines():
            read(line.rpartition(" ")[2])
    except (OSError, ValueError) as error:
        problems.append(str(error))
    return problems


def _package_problem(name, wanted):
    try:
        found = metadata.version(name).partition("+")[0]
    except metadata.PackageNotFoundError:
        return [f"{name} is missing."]
    return [] if found == wanted else [f"{name} is {found}; the course was tested with {wanted}."]
