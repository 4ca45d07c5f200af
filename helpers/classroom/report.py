"""From results to what a teacher hands on: grades.csv, to_mark.csv, and pages for the students and for the teacher."""
import hashlib
import re
from collections import defaultdict
from pathlib import Path

from .files import store
from .grade import asked
from .marked import Written
from .pages import class_page, student_page
from .roster import compared, missing
from .tables import read_table, table

KEY = ("student", "assignment", "question")
TO_MARK = (*KEY, "points", "out_of", "comment", "answer")


def report(results, out, roster=None):
    """Write everything anew from the results, each file in one step; returns the rows of grades.csv.

    What a teacher wrote into the columns `points` and `comment` of to_mark.csv is kept, counted and shown.
    roster  the variants.csv that `release` wrote: class.html says who handed in nothing, or somebody else's variant
    Errors  ValueError "to_mark.csv, row 7: points is 'x'; expected a number from 0 to 4"
    """
    out = Path(out)
    marks = read_marks(out / "to_mark.csv")
    best = compared(choose(results, marks), roster)
    rows = [row(result, marks) for result in best]
    (out / "feedback").mkdir(parents=True, exist_ok=True)
    for result, one in zip(best, rows, strict=True):
        store(out / "feedback" / page_name(result), student_page(result, one, known(result), said_of(result, marks)))
    store(out / "class.html", class_page(best, rows, known, unused(best, marks), missing(best, roster)))
    store(out / "to_mark.csv", table(TO_MARK, open_marks(best, marks)))
    store(out / "grades.csv", table(columns(rows), rows))
    return rows


def known(result):
    return asked(result["assignment"], result["variant"]) if result["assignment"] else {}


def choose(results, marks):
    """One result for each student and assignment: the one with most points, and of equals the last by its path.

    What is only for the teacher stands under "for_teacher".
    """
    groups = defaultdict(list)
    for result in results:
        groups[result["student"], result["assignment"] or result["path"]].append(result)
    best = []
    for group in groups.values():
        group.sort(key=lambda r: (row(r, marks)["points"], r["path"]))
        others = len(group) - 1
        note = f"{others + 1} notebooks were handed in; the best one counts" if others else ""
        best.append({**group[-1], "remark": joined(group[-1]["remark"], note),
                     "for_teacher": changed(group[-1], marks)})
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
    remarks = joined(result["problem"], result["remark"], result.get("for_teacher"))
    return {"student": result["student"], "assignment": result["assignment"] or "", "variant": result["variant"],
            "points": tidy(got), "out_of": out_of, "percent": round(100 * got / out_of) if out_of else 0, "to_mark": still,
            **points, "remarks": remarks, "path": result["path"], "feedback": page_name(result)}


def joined(*remarks):
    return "; ".join(filter(None, remarks))


def tidy(number):
    return int(number) if number == int(number) else number


def marks_of(result, marks):
    """{question: points} that the teacher gave."""
    return {name: points for name, (points, _) in said_of(result, marks).items() if points != ""}


def said_of(result, marks):
    """{question: (points or "", comment)} of one student."""
    return {name: (points, one.get("comment", "").strip()) for (student, assignment, name), (points, one) in marks.items()
            if (student, assignment) == (result["student"], result["assignment"])}


def unused(best, marks):
    """What is in to_mark.csv and belongs to no notebook, such as a name that a spreadsheet has changed: rows in words."""
    there = {(r["student"], r["assignment"], name) for r in best for name in r["written"]}
    return [(*key, points) for key, (points, _) in marks.items() if points != "" and key not in there]


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
    """Every answer in words, with the points that it has got; rows of notebooks that are gone are kept.

    An answer that has points stays as it was when it was marked.
    """
    rows = {}
    for result in best:
        for name, text in result["written"].items():
            key = result["student"], result["assignment"], name
            if text or key in marks:
                points, old = marks.get(key, ("", {}))
                answer = old["answer"] if is_another(text, points, old) else text
                rows[key] = dict(zip(KEY, key, strict=True)) | {
                    "points": points, "out_of": known(result)[name].points, "comment": old.get("comment", ""), "answer": answer}
    for key, (points, old) in marks.items():
        rows.setdefault(key, {**{k: old.get(k, "") for k in TO_MARK}, "points": points})
    return [rows[key] for key in sorted(rows)]


def changed(result, marks):
    """The remark on answers that are not what was marked any more."""
    names = [name for name, text in result["written"].items()
             for points, old in [marks.get((result["student"], result["assignment"], name), ("", {}))]
             if is_another(text, points, old)]
    return (f"{', '.join(names)}: the answer has changed since it was marked; to mark it anew, empty its points in to_mark.csv "
            "and grade again") if names else ""


def is_another(text, points, old):
    """Whether an answer has got points that were meant for another one."""
    return points != "" and bare(old.get("answer", text)) != bare(text)


def bare(text):
    """What a spreadsheet leaves alone: letters and digits."""
    return re.sub(r"[^a-zA-Z0-9]", "", text)


def read_marks(path):
    """{(student, assignment, question): (points or "", row)} from to_mark.csv, if there is one."""
    if not path.exists():
        return {}
    marks = {}
    for number, one in read_table(path, (*KEY, "points")):
        marks[tuple(one[k] for k in KEY)] = as_points(one, f"{path.name}, row {number}"), one
    return marks


def as_points(one, where):
    text = one["points"].strip().replace(",", ".")
    if not text:
        return ""
    most = most_of(one, where)
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) > most:
        raise ValueError(f"{where}: points is {one['points']!r}; expected a number from 0 to {most}")
    return tidy(float(text))


def most_of(one, where):
    """The points that a question in words is worth."""
    try:
        return asked(one["assignment"], 0)[one["question"]].points
    except (KeyError, ValueError):
        raise ValueError(f"{where}: there is no question {one['question']!r} in {one['assignment']!r}") from None
