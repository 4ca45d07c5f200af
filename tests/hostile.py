"""Notebooks that attack the grader, each bounded in bytes, processes and seconds, should a wall fail; loopback only.

    python tests/hostile.py [WALL ...]      grade them all, without the walls that are named, and print what happened
"""
import io
import json
import shutil
import socket
import sys
import tempfile
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from helpers.classroom.grade import LIMITS, grade
from helpers.classroom.marked import Written, questions
from helpers.classroom.report import report

ASSIGNMENT = "assignment_1"
ASKED = {name: q for name, q in questions(ASSIGNMENT, 0).items() if not isinstance(q, Written)}
RIGHT = {name: q.solution for name, q in ASKED.items()}
FIRST = next(iter(ASKED))
FULL = sum(q.points for q in ASKED.values())
TIGHT = {**LIMITS, "seconds": 40, "cell_seconds": 2, "seconds_of_cpu": 20, "megabytes": 900, "megabytes_of_disk": 32,
         "megabytes_of_answers": 4, "processes": 24}
HONEST = ("honest A", "honest M", "honest Z")           # graded among the others; nothing may touch them


@dataclass
class Attack:
    """before: code of a cell above the answers; answers: {name: code}, in place of right ones; points: what it may get."""
    name: str
    before: str = ""
    answers: dict = field(default_factory=dict)
    points: int = FULL
    content: bytes | None = None                # the whole file, if it is no proper notebook
    change: object = None                       # change(notebook) in place
    problem: str = ""                           # part of what the report must say


def code(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def notebook(before="", answers=(), change=None):
    """A submission as a dictionary: the answers, right ones unless others are given, after a cell `before`."""
    cells = [code("import numpy as np\nfrom try_out import try_out\nVARIANT = 0"), *([code(before)] if before else [])]
    for name, source in {**RIGHT, **dict(answers)}.items():
        cells += [code(source, tags=[f"exercise:{name}"]), code(f'{name} = try_out("{name}", {name})')]
    book = {"cells": cells, "metadata": {"classroom": {"assignment": ASSIGNMENT, "variant": 0}}, "nbformat": 4,
            "nbformat_minor": 5}
    if change:
        change(book)
    return book


def every(source):
    """The same code as the answer to every question."""
    return {name: source.replace("NAME", name) for name in ASKED}


SWALLOW = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
FORGE = """import json, os
for fd in range(3, 64):
    for name in NAMES:
        line = {"answer": name, "callable": True, "parameters": [], "verdict": "right", "points": 99, "again": None,
                "outcomes": [{"value": 1.0, "several": False, "changed": [], "printed": "", "place": None, "error": None}] * 9}
        try: os.write(fd, json.dumps(line).encode() + b"\\n")
        except OSError: pass
""".replace("NAMES", repr(list(ASKED)))
EQUAL = """class Equal(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __array__(self, *args, **kwargs): return np.zeros(3)
    def __getattr__(self, name): return lambda *args, **kwargs: True
NAME = lambda *args: Equal(1)"""
PATCHED = """import json, os, select, time, builtins, numpy
numpy.allclose = numpy.array_equal = numpy.isclose = lambda *a, **k: True
numpy.all = lambda *a, **k: True
json.dumps = lambda *a, **k: '{"answer": "FIRST"}'
time.monotonic = lambda: 0
select.select = lambda *a: ([1], [], [])
builtins.isinstance = lambda *a: True""".replace("FIRST", FIRST)
CHECKER = """import gc, types
for thing in gc.get_objects():
    if isinstance(thing, types.FunctionType) and "helpers" in str(thing.__module__):
        if thing.__name__ in ("same", "did_the_same", "agree", "judge", "diagnose", "verdict"):
            thing.__code__ = (lambda *a, **k: True).__code__"""
SEARCH = """import gc, sys
found = [m for m in sys.modules if "assignment" in m] + [o for o in gc.get_objects() if type(o).__name__ in ("Marked", "Exercise")]
assert not found, found
for base in PLACES:
    try:
        text = open(base + "/helpers/classroom/assignment_1.py").read()
        raise SystemExit("the solutions lie open")
    except OSError: pass
import helpers.classroom.assignment_1"""
FORKS = """import os, time
for _ in range(60):
    if os.fork() == 0:
        time.sleep(20)
        os._exit(0)"""
DAEMON = """import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(8)
        open("MARK", "w").write("still here")
    os._exit(0)"""


def attacks(place, port):
    """All attacks. place: the folder of the run, for who wants to write there; port: one that listens on the loopback."""
    def without_metadata(book):
        book["metadata"] = {}
        for cell in book["cells"]:
            cell["metadata"] = {}

    def copied(book):
        book["cells"] += [dict(c) for c in book["cells"][1:]]

    def reordered(book):
        book["cells"][1:] = [c for pair in zip(book["cells"][-2::-2], book["cells"][::-2], strict=False) for c in pair
                             if c is not book["cells"][0]]

    deep = b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    none = dict(answers={}, points=0)
    return [
        Attack("endless loop", "while True:\n    pass"),
        Attack("loop that swallows interrupts", SWALLOW),
        Attack("loop in an answer", answers={FIRST: f"def {FIRST}(*args):\n    while True:\n        pass"},
               points=FULL - ASKED[FIRST].points),
        Attack("loop in an answer that swallows interrupts",
               answers={FIRST: f"def {FIRST}(*args):\n    " + SWALLOW.replace("\n", "\n    ")}, points=FULL - ASKED[FIRST].points),
        Attack("alarm switched off, then a loop",
               "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True:\n    pass"),
        Attack("memory, 4 GB at once", "a = np.ones(2 ** 29)"),
        Attack("memory, 40 times 100 MB", "a = [np.ones(2 ** 20 * 13) for _ in range(40)]"),
        Attack("memory in six processes, 400 MB each",
               "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n        a = np.ones(2 ** 20 * 50)\n"
               "        time.sleep(15)\n        os._exit(0)\ntime.sleep(5)", points=None, problem="memory"),
        Attack("disk, 100 files of 2 MB", "for i in range(100):\n    open(f'f{i}', 'wb').write(b'x' * 2 ** 21)"),
        Attack("disk, one file of 200 MB", "with open('f', 'wb') as f:\n    for i in range(100):\n        f.write(b'x' * 2 ** 21)"),
        Attack("60 processes", FORKS, points=None),
        Attack("a daemon that stays", DAEMON.replace("MARK", str(place / "daemon_was_here"))),
        Attack("numpy and json replaced", PATCHED, answers=every("NAME = lambda *args: 1"), points=0),
        Attack("checker replaced in memory", CHECKER, answers=every("NAME = lambda *args: 1"), points=0),
        Attack("forged results", FORGE, answers=every("NAME = lambda *args: 1"), points=0),
        Attack("always-equal objects", answers=every(EQUAL), points=0),
        Attack("input transformer", "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
               points=0, problem=""),
        Attack("IPython's run_cell replaced", "get_ipython().run_cell = lambda *a, **k: None", points=0),
        Attack("os._exit", "import os\nos._exit(0)"),
        Attack("sys.exit", "import sys\nsys.exit(1)"),
        Attack("ends its parent process", "import os, signal\nos.kill(os.getppid(), signal.SIGTERM)", points=None,
               problem="ended its own process"),
        Attack("recursion without end", "def f(x):\n    return f(x)\nf(1)"),
        Attack("reads the solutions", SEARCH.replace("PLACES", repr([str(Path(__file__).parents[1])]))),
        Attack("reads another student's notebook", f"open({str(place / 'sub' / HONEST[0] / 'assignment_1.ipynb')!r}).read()\n"
               f"open({str(place / 'leak')!r}, 'w').write('read')"),
        Attack("writes into the grades", f"open({str(place / 'out' / 'grades.csv')!r}, 'a').write('me,100')"),
        Attack("writes outside by a shell", f"!touch {place / 'shell_was_here'}"),
        Attack("loads what it wrote by a link", f"import os\nos.symlink({str(place)!r}, 'here')\nopen('here/link_was_here', 'w')"),
        Attack("looks for secrets in the environment", "import os\nraise ValueError(os.environ['SECRET_OF_THE_TEACHER'])"),
        Attack("network", f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)"),
        Attack("prints 40 MB", "for i in range(40):\n    print('x' * 2 ** 20)"),
        Attack("answers of 80 MB", answers=every("NAME = lambda *args: np.ones(10 ** 7)"), points=0),
        Attack("texts of 20 MB", answers=every("NAME = 'B' * 20_000_000"), points=0),
        Attack("deleted cells", change=lambda b: b.update(cells=b["cells"][:3]), points=ASKED[FIRST].points),
        Attack("copied cells", change=copied),
        Attack("reordered cells", change=reordered),
        Attack("renamed answers", answers={FIRST: RIGHT[FIRST].replace(FIRST, "mine")}, points=FULL - ASKED[FIRST].points),
        Attack("lost metadata", change=without_metadata),
        Attack("metadata of odd types", change=lambda b: b.update(metadata={"classroom": [1, 2]})),
        Attack("broken JSON", content=b'{"cells": [', problem="no notebook", **none),
        Attack("foreign JSON", content=b'{"name": "x", "cells": {"a": 1}}', problem="no notebook", **none),
        Attack("a list", content=b"[1, 2, 3]", problem="no notebook", **none),
        Attack("empty file", content=b"", problem="no notebook", **none),
        Attack("bytes that are no text", content=bytes(range(256)), problem="no notebook", **none),
        Attack("nested 100,000 deep", content=deep, problem="no notebook", **none),
        Attack("another notebook", content=json.dumps({"cells": [code("1 + 1")], "metadata": {}}).encode(),
               problem="metadata are lost", **none),
        Attack("100 MB", content=b" " * 100_000_000, problem="Clear its outputs", **none),
        Attack("a warning and a print in a right answer",
               answers={FIRST: RIGHT[FIRST].replace("\n", "\n    import warnings; warnings.warn('old'); print('hello')\n", 1)}),
        Attack("<script>alert(1)", answers={FIRST: f"def {FIRST}(*args):\n    raise ValueError('<script>alert(1)</script>')"},
               points=FULL - ASKED[FIRST].points),
        Attack("=HYPERLINK(1)"), Attack("Zoë Ünal"), Attack("李小龙"), Attack("Анна Каренина"), Attack("مريم"), Attack("👩‍🎓 x"),
        Attack("x" * 150), Attack("'; DROP TABLE grades; --"),
    ]


def build(place, all_attacks):
    """Write the submissions: a folder each, a zip with path tricks, links."""
    folder = place / "sub"
    everybody = {a.name: a for a in all_attacks} | {name: Attack(name) for name in HONEST}
    for name, attack in everybody.items():
        content = attack.content
        if content is None:
            content = json.dumps(notebook(attack.before, attack.answers, attack.change)).encode()
        home = folder / name.replace("/", "∕")
        home.mkdir(parents=True)
        (home / "assignment_1.ipynb").write_bytes(content)
    (folder / "a link").mkdir()
    (folder / "a link" / "assignment_1.ipynb").symlink_to("/etc/passwd")
    (folder / "a linked folder").symlink_to(place)
    (folder / "tricks.zip").write_bytes(tricks())


def tricks():
    """A zip with paths that point outside, a link, a notebook of zeros, and a right notebook in a zip within."""
    right, inner, outer = json.dumps(notebook()).encode(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("In a zip_77_assignsubmission_file/assignment_1 (1).ipynb", right)
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in "../../../climbed/assignment_1.ipynb", "/rooted/assignment_1.ipynb", "C:\\drive\\assignment_1.ipynb":
            archive.writestr(path, right)
        link = zipfile.ZipInfo("zip link/assignment_1.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("zeros/assignment_1.ipynb", b"0" * 60_000_000)
        archive.writestr("deeper.zip", inner.getvalue())
    return outer.getvalue()


def run(place, jobs=2, without=()):
    """(attacks, {student: row}, {student: result}, how many connections arrived) after grading all of them.

    without   names of walls to leave out
    """
    arrived, server = [], socket.create_server(("127.0.0.1", 0))

    def listen():
        while True:
            try:
                arrived.append(server.accept())
            except OSError:
                return
    threading.Thread(target=listen, daemon=True).start()
    all_attacks = attacks(place, server.getsockname()[1])
    build(place, all_attacks)
    results = grade(place / "sub", place / "out", jobs, limits={**TIGHT, "without": without})
    rows = report(results, place / "out")
    server.close()
    return all_attacks, {r["student"]: r for r in rows}, {r["student"]: r for r in results}, len(arrived)


def main(without=()):
    place = Path(tempfile.mkdtemp(prefix="hostile_"))
    try:
        all_attacks, rows, results, arrived = run(place, without=without)
        print(f"| attack | points of {FULL} | what the report says |\n|---|---|---|")
        for a in all_attacks:
            told = [f"cell {n}: {name}: {text}" for n, name, text in results[a.name]["cells"][:1]] if a.before else []
            said = "; ".join(filter(None, [rows[a.name]["remarks"], *told]))
            print(f"| {a.name[:50]} | {rows[a.name]['points']} | {said[:110]} |")
        print(f"\nhonest: {[rows[h]['points'] for h in HONEST]} of {FULL}; connections that arrived: {arrived}; "
              f"beside the submissions: {sorted(p.name for p in place.iterdir())}")
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main(sys.argv[1:])
