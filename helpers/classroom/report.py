"""From results to what a teacher hands on: grades.csv, to_mark.csv, and pages for the students and for the teacher."""
import csv
import hashlib
import io
import re
from collections import defaultdict
from pathlib import Path

from .files import store
from .grade import asked
from .marked import Written
from .pages import class_page, student_page

TO_MARK = ("student", "assignment", "question", "points", "out_of", "answer")


def report(results, out):
    """Write everything anew from the results, each file in one step; returns the rows of grades.csv.

    What a teacher wrote into the column `points` of to_mark.csv is kept and counted.
    Errors  ValueError "to_mark.csv, line 7: points is 'x'; expected a number from 0 to 4"
    """
    out = Path(out)
    marks = read_marks(out / "to_mark.csv")
    best = choose(results, marks)
    rows = [row(result, marks) for result in best]
    (out / "feedback").mkdir(parents=True, exist_ok=True)
    for result, one in zip(best, rows, strict=True):
        store(out / "feedback" / page_name(result), student_page(result, one, known(result), marks_of(result, marks)))
    store(out / "class.html", class_page(best, rows, known))
    store(out / "to_mark.csv", table(TO_MARK, open_marks(best, marks)))
    store(out / "grades.csv", table(columns(rows), rows))
    return rows


def known(result):
    return asked(result["assignment"], result["variant"]) if result["assignment"] else {}


def choose(results, marks):
    """One result for each student and assignment: the one with most points, and of equals the last by its path."""
    groups = defaultdict(list)
    for result in results:
        groups[result["student"], result["assignment"] or result["path"]].append(result)
    best = []
    for group in groups.values():
        group.sort(key=lambda r: (row(r, marks)["points"], r["path"]))
        others = len(group) - 1
        note = f"{others + 1} notebooks were handed in; the best one counts" if others else ""
        best.append({**group[-1], "remark": "; ".join(filter(None, [group[-1]["remark"], note]))})
    return sorted(best, key=lambda r: (r["assignment"] or "", r["student"], r["path"]))


def row(result, marks):
    """A line of grades.csv: points for each question; what is still to be marked is empty and counts nothing yet."""
    questions, given = known(result), marks_of(result, marks)
    points = {}
    for name, q in questions.items():
        if isinstance(q, Written):
            points[name] = given.get(name, "" if result["written"].get(name) else 0)
        else:
            points[name] = q.points if result["verdicts"][name][0] == "right" else 0
    got = sum(p for p in points.values() if p != "")
    out_of = sum(q.points for q in questions.values())
    still = sum(questions[n].points for n, p in points.items() if p == "")
    remarks = "; ".join(filter(None, [result["problem"], result["remark"]]))
    return {"student": result["student"], "assignment": result["assignment"] or "", "variant": result["variant"],
            "points": tidy(got), "out_of": out_of, "percent": round(100 * got / out_of) if out_of else 0, "to_mark": still,
            **points, "remarks": remarks, "path": result["path"], "feedback": page_name(result)}


def tidy(number):
    return int(number) if number == int(number) else number


def marks_of(result, marks):
    return {name: p for (student, assignment, name), (p, _) in marks.items()
            if (student, assignment) == (result["student"], result["assignment"]) and p != ""}


def page_name(result):
    """A file name that every system takes: letters, digits, and a few signs of a hash, as two names may look alike."""
    mark = hashlib.sha256(f"{result['student']}\0{result['assignment'] or result['path']}".encode()).hexdigest()[:6]
    name = re.sub(r"[^\w]+", "_", result["student"]).strip("_")[:60]
    return "-".join(filter(None, [name, result["assignment"], mark])) + ".html"


def columns(rows):
    """The columns of all rows, in the order in which they come; the last three at the end."""
    last = ["remarks", "path", "feedback"]
    return [c for c in dict.fromkeys(c for r in rows for c in r) if c not in last] + last


def open_marks(best, marks):
    """Every answer in words, with the points that it has got; rows of notebooks that are gone are kept."""
    rows = {}
    for result in best:
        for name, text in result["written"].items():
            key = result["student"], result["assignment"], name
            if text or key in marks:
                points, out_of = marks.get(key, ("", 0))[0], known(result)[name].points
                rows[key] = dict(zip(TO_MARK, (*key, points, out_of, text), strict=True))
    for key, (points, old) in marks.items():
        rows.setdefault(key, {**old, "points": points})
    return [rows[key] for key in sorted(rows)]


def read_marks(path):
    """{(student, assignment, question): (points or "", row)} from to_mark.csv, if there is one."""
    if not path.exists():
        return {}
    marks = {}
    for number, one in enumerate(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")), 2):
        one = {k: plain(v or "") for k, v in one.items() if k}
        if not set(TO_MARK) <= set(one):
            raise ValueError(f"{path.name}: expected the columns {', '.join(TO_MARK)}; it has {', '.join(one)}")
        marks[one["student"], one["assignment"], one["question"]] = as_points(one, f"{path.name}, row {number}"), one
    return marks


def as_points(one, where):
    text, most = one["points"].strip().replace(",", "."), one["out_of"]
    if not text:
        return ""
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) > float(most):
        raise ValueError(f"{where}: points is {one['points']!r}; expected a number from 0 to {most}")
    return tidy(float(text))


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
