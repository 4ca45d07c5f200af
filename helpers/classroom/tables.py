"""Tables as files: written so that a spreadsheet opens them as they are, read back as a spreadsheet saves them."""
import csv
import io
from itertools import dropwhile
from pathlib import Path


def table(names, rows):
    """A table as CSV that spreadsheets open as it is: with a mark for UTF-8, and no cell that acts as a formula."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: harmless(v) for k, v in one.items()} for one in rows)
    return "\ufeff" + text.getvalue()


def harmless(value):
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value


def plain(value):
    """What stood there before `harmless`."""
    return value[1:] if value[:1] == "'" and value[1:2] in tuple("=+-@\t\r") else value


def read_table(path, needed):
    """[(number of the row, {column: text})], without empty rows; commas, semicolons or tabs, in any order of columns.

    Errors  ValueError "to_mark.csv: expected the columns student, points; it has a, b"
    """
    lines = list(dropwhile(lambda line: line.startswith("sep="), read_text(path).splitlines(keepends=True)))
    delimiter = max(",;\t", key="".join(lines[:1]).count)
    rows = csv.DictReader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    found = [{(k or "").strip(): plain(v or "") for k, v in one.items() if isinstance(v, str)} for one in rows]
    names = [name.strip() for name in rows.fieldnames or ()]
    if not set(needed) <= set(names):
        raise ValueError(f"{Path(path).name}: expected the columns {', '.join(needed)}; it has {', '.join(names)}")
    return [(number, one) for number, one in enumerate(found, 2) if any(v.strip() for v in one.values())]


def read_text(path):
    """The text of a file in the encoding in which an editor or a spreadsheet saved it.

    Errors  ValueError "names.txt is no text"
    """
    content = Path(path).read_bytes()
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            pass
    raise ValueError(f"{Path(path).name} is no text")
