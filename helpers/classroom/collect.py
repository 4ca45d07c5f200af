"""Finds the notebooks in what a learning platform delivers: a folder or a zip, however they are named and nested.

Nothing is unpacked to the disk and no link is followed: a path inside a zip is only a name.
"""
import io
import json
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .marked import ASSIGNMENTS, questions

LARGEST, MOST, DEEPEST = 20 * 2 ** 20, 20_000, 2        # bytes of a notebook, notebooks, zips within zips
TAIL = re.compile(r"_?assignsubmission_(file|onlinetext)_?$")
MARK = re.compile(r"[\s_-]*assignment[\s_-]*\d+", re.I)
COPY = re.compile(r"\s*\(\d+\)$|-\d{1,2}$|[\s_-]*copy\d*$", re.I)


@dataclass
class Submission:
    """One notebook as it was handed in: where it lay, whose it is, its bytes; or the reason why it cannot be read."""
    path: str
    student: str = ""
    content: bytes = b""
    problem: str = ""


def collect(place):
    """All Submissions in a folder, a zip or a single notebook, in the order of their paths.

    Errors  FileNotFoundError "FOLDER_OR_ZIP is 'x'; there is no such folder or file"
            ValueError "FOLDER_OR_ZIP is 'x.zip'; expected a folder, a .zip or an .ipynb"
    """
    place = Path(place)
    if not place.exists():
        raise FileNotFoundError(f"FOLDER_OR_ZIP is {str(place)!r}; there is no such folder or file")
    if place.is_dir():
        found = list(in_folder(place))
    elif zipfile.is_zipfile(place):
        found = list(in_zip(place, "", 0))
    elif place.suffix == ".ipynb":
        found = [from_file(place, place.name)]
    else:
        raise ValueError(f"FOLDER_OR_ZIP is {str(place)!r}; expected a folder, a .zip or an .ipynb")
    found = sorted(found, key=lambda s: s.path)[:MOST]
    return named(found)


def in_folder(top):
    for folder, inner, files in os.walk(top, followlinks=False):
        inner[:] = [d for d in inner if d not in (".ipynb_checkpoints", "__MACOSX")]
        for file in files:
            path = Path(folder, file)
            name = path.relative_to(top).as_posix()
            if wanted(name):
                yield from_file(path, name)
            elif file.endswith(".zip") and not path.is_symlink() and zipfile.is_zipfile(path):
                yield from in_zip(path, f"{name}/", 1)


def from_file(path, name):
    if path.is_symlink() or not path.is_file():
        return Submission(name, problem="it is a link or no file; a link is not followed")
    if path.stat().st_size > LARGEST:
        return Submission(name, problem=too_large(path.stat().st_size))
    return Submission(name, content=path.read_bytes())


def in_zip(file, prefix, depth):
    """The notebooks in a zip, and in the zips in it. Sizes are counted while reading, not believed."""
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist()[:MOST]:
                yield from in_entry(archive, info, prefix + info.filename, depth)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        yield Submission(prefix or str(file), problem=f"the zip cannot be read: {str(error)[:100]}")


def in_entry(archive, info, name, depth):
    inner = name.endswith(".zip") and depth < DEEPEST
    if info.is_dir() or not (wanted(name) or inner):
        return
    if info.external_attr >> 28 == 0xA:
        yield Submission(name, problem="it is a link or no file; a link is not followed")
        return
    with archive.open(info) as stream:
        content = stream.read(LARGEST * (10 if inner else 1) + 1)
    if len(content) > LARGEST * (10 if inner else 1):
        yield Submission(name, problem=too_large(max(info.file_size, len(content))))
    elif inner:
        yield from in_zip(io.BytesIO(content), f"{name}/", depth + 1)
    else:
        yield Submission(name, content=content)


def wanted(name):
    path = PurePosixPath(name.replace("\\", "/"))
    return path.suffix.lower() == ".ipynb" and not path.name.startswith("._") and not (
        {".ipynb_checkpoints", "__MACOSX"} & set(path.parts))


def too_large(size):
    return (f"the file has {size / 2 ** 20:.0f} MB, more than {LARGEST // 2 ** 20}. Clear its outputs (Edit, Clear Outputs "
            "of All Cells), save and hand it in again")


def named(found):
    """The Submissions with their students: the first folder that is not shared by all, or what else the name says."""
    parts = [path_parts(s.path) for s in found]
    shared = len(os.path.commonprefix([p[:-1] for p in parts])) if parts else 0
    classes = {z for z in {p[shared] for p in parts if len(p) > shared + 1} if holds_a_class(z, parts, shared)}
    for submission, path in zip(found, parts, strict=True):
        submission.student = student(path, shared + (path[shared] in classes))
    return found


def path_parts(path):
    """The parts of a path, without those that climb or start at a root.

    >>> path_parts("../A\\\\b.ipynb")
    ('A', 'b.ipynb')
    """
    return tuple(p for p in PurePosixPath(path.replace("\\", "/")).parts if p not in ("..", "/", "//"))


def holds_a_class(name, parts, shared):
    """Whether it is a zip of several students, and not the zip of one."""
    folders = {p[shared + 1] for p in parts if p[shared] == name and len(p) > shared + 2}
    return name.lower().endswith(".zip") and len(folders) > 1


def student(parts, shared):
    """Whose notebook it is, from its path.

    >>> student(("week 3", "Zoë Ünal_4711_assignsubmission_file", "assignment_1 (2).ipynb"), 1)
    'Zoë Ünal_4711'
    >>> student(("unalzoe_4711_99_assignment_1-1.ipynb",), 0)
    'unalzoe_4711_99'
    """
    stem = re.sub(r"\.ipynb$", "", parts[-1], flags=re.I)
    own = MARK.sub("", COPY.sub("", stem)).strip(" _-")
    folder = parts[shared] if len(parts) - 1 > shared else "" if own else parts[-2] if len(parts) > 1 else stem
    return TAIL.sub("", re.sub(r"\.zip$", "", folder or own)).strip() or "(no name)"


def read_notebook(content):
    """The cells of a notebook, as [(type, source, tags)], and its own metadata.

    Errors  ValueError "it is no notebook: ..." in words for the student
    """
    try:
        book = json.loads(content.decode("utf-8-sig"))
        cells = [as_cell(c) for c in book["cells"]]
        metadata = book.get("metadata") or {}
    except RecursionError:
        raise ValueError("it is no notebook: nested too deeply") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no notebook, or not a whole one ({type(error).__name__}): open it in Jupyter, save it and hand it "
                         "in again") from None
    return cells, metadata if isinstance(metadata, dict) else {}


def as_cell(cell):
    source = cell["source"]
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else ()
    text = source if isinstance(source, str) else "".join(source)
    return str(cell["cell_type"]), text, tuple(map(str, tags or ()))


def which(cells, metadata, path):
    """(assignment, variant, remark) of a notebook: from its metadata; if these are lost, from its name and its cells."""
    own = metadata.get("classroom")
    own = own if isinstance(own, dict) else {}
    code = "\n".join(text for kind, text, _ in cells if kind == "code")
    assignment, variant = own.get("assignment"), own.get("variant")
    stated = re.search(r"^VARIANT\s*=\s*(\d{1,6})\b", code, re.M)
    remark = ""
    if assignment not in ASSIGNMENTS:
        assignment, remark = guess(code, path), "its metadata are lost; the assignment was found by its names"
    if not isinstance(variant, int) or isinstance(variant, bool) or not 0 <= variant < 1_000_000:
        variant, remark = int(stated.group(1)) if stated else 0, remark or "its metadata are lost"
    elif stated and int(stated.group(1)) != variant:
        remark = f"VARIANT was changed to {stated.group(1)}; it was handed out as {variant}"
    return assignment, variant, remark


def guess(code, path):
    """The assignment that a file's name tells, or most of whose names are in the code; None for another notebook."""
    told = re.search(r"assignment[\s_-]*(\d+)", path.rsplit("/", 1)[-1], re.I)
    if told and f"assignment_{told.group(1)}" in ASSIGNMENTS:
        return f"assignment_{told.group(1)}"
    hits = {a: sum(bool(re.search(rf"\b{name}\b", code)) for name in questions(a, 0)) for a in ASSIGNMENTS}
    best = max(hits, key=hits.get)
    return best if hits[best] else None
