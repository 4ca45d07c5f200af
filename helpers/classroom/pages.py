"""Pages for one student and for the class: whole in one file, no script, nothing loaded from anywhere."""
import re
from collections import Counter
from html import escape

from .judge import in_words
from .marked import Written

STYLE = """
:root { color-scheme: light dark; --soft: #595959; --line: #b8b8b8; --bar: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --soft: #b5b5b5; --line: #666; --bar: #56b4e9; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 1.5rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; } th, td { text-align: left; vertical-align: top;
padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); } td.n, th.n { text-align: right; }
.soft { color: var(--soft); } blockquote { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--line);
margin: .5rem 0; padding: 0 0 0 1rem; }
.bar { display: inline-block; height: .7rem; background: var(--bar); vertical-align: baseline; margin-right: .5rem; }
td, p { overflow-wrap: anywhere; } code { white-space: nowrap; }
@media (max-width: 34rem) { .told tr { display: flex; flex-wrap: wrap; border-bottom: 1px solid var(--line); }
.told th, .told td { border: 0; } .told td:last-child { flex-basis: 100%; padding-top: 0; } .told th:last-child { display: none; } }
"""
IN_WORDS = {"right": "right", "mistake": "with a known mistake", "wrong": "with another result", "error": "stopped",
            "blank": "not attempted", "missing": "not found"}


def page(title, body):
    return (f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}</style>\n</head>\n<body>\n'
            f"<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n")


def html_table(heads, rows):
    """A table; cells come as HTML. A head that starts with # is a column of numbers.

    On a telephone the last of three or more columns stands below the others.
    """
    kind = [' class="n"' if h.startswith("#") else "" for h in heads]
    top = "".join(f'<th scope="col"{k}>{escape(h.lstrip("#"))}</th>' for h, k in zip(heads, kind, strict=True))
    lines = ["<tr>" + "".join(f"<td{k}>{c}</td>" for c, k in zip(r, kind, strict=True)) + "</tr>" for r in rows]
    told = ' class="told"' if len(heads) > 2 and heads[-1][:1] not in ("", "#") else ""
    return f"<table{told}>\n<thead><tr>{top}</tr></thead>\n<tbody>\n" + "\n".join(lines) + "\n</tbody>\n</table>"


def student_page(result, row, questions, said):
    """What one student gets: points, and for each question the line that the checker says.

    said  {question: (points or "", comment)} by the teacher
    """
    title = f"{(result['assignment'] or 'Not graded').replace('_', ' ').capitalize()}: {result['student']}"
    parts = []
    if result["problem"]:
        parts.append(f"<p><strong>{escape(sentence(result['problem']))}</strong></p>")
    if questions:
        parts += [f"<p>{row['points']} of {row['out_of']} points{still_open(row)}.</p>", verdict_table(result, row, questions)]
    parts += [in_own_words(name, text, questions[name], *said.get(name, ("", "")))
              for name, text in result["written"].items() if text]
    parts += cells_that_stopped(result["cells"])
    if result["remark"]:
        parts.append(f'<p class="soft">{escape(sentence(result["remark"]))}</p>')
    return page(title, "\n".join(parts))


def still_open(row):
    return f", and up to {row['to_mark']} more for answers that your teacher still reads" if row["to_mark"] else ""


def verdict_table(result, row, questions):
    rows = []
    for name, q in questions.items():
        said = "your answer is below" if isinstance(q, Written) else in_words(name, result["verdicts"][name]).partition(": ")[2]
        if isinstance(q, Written) and not result["written"].get(name):
            said = "not attempted"
        got = "open" if row[name] == "" else row[name]
        rows.append([f"<code>{name}</code>", got, q.points, escape(said)])
    return html_table(["question", "#points", "#of", "verdict"], rows)


def in_own_words(name, text, question, points, comment):
    mark = "" if points == "" else f" ({points} of {question.points} points)"
    added = f"\n<p><strong>Your teacher:</strong> {escape(comment)}</p>" if comment else ""
    return f"<h2>{escape(name)}{mark}</h2>\n<blockquote>{escape(text)}</blockquote>{added}"


def cells_that_stopped(cells):
    if not cells:
        return []
    rows = [[n, escape(text if name in ("TooSlow", "Lost") else f"{name}: {without_file(text)}")] for n, name, text in cells]
    return ["<h2>Cells that stopped</h2>\n<p>Only cells with code are counted, from the top: after a restart and <em>Run All</em> "
            "it is the number in the brackets beside a cell.</p>", html_table(["#cell", "why"], rows)]


def without_file(text):
    """An error without the name that IPython gives to a cell."""
    return re.sub(r"<ipython-input[^>]*>, ", "", text)


def class_page(best, rows, known, unused=(), missing=()):
    """What the teacher gets: for each assignment the points, and for each question who made which mistake, counted.

    unused   (student, assignment, question, points) of to_mark.csv that belong to no notebook
    missing  names of the roster of whom there is no notebook
    """
    parts = [walls(best)]
    for assignment in sorted({r["assignment"] for r in best if r["assignment"]}):
        of = [(r, row) for r, row in zip(best, rows, strict=True) if r["assignment"] == assignment]
        parts += [f"<h2>{assignment.replace('_', ' ').capitalize()}</h2>", not_yet(of), points_table(of)]
        parts += [question_part(name, q, [r for r, _ in of]) for name, q in known(of[0][0]).items()]
    odd = [[escape(r["student"]), escape(r["path"]), escape(sentence(row["remarks"]))]
           for r, row in zip(best, rows, strict=True) if row["remarks"]]
    if odd:
        parts += ["<h2>Worth a look</h2>", html_table(["student", "file", "what happened"], odd)]
    if missing:
        parts += [f"<h2>No notebook</h2>\n<p>{escape('; '.join(missing))}. They are on the roster; there is no .ipynb of theirs "
                  "here.</p>"]
    if unused:
        parts += ["<h2>Points for nobody</h2>\n<p>These rows of to_mark.csv belong to no notebook that was graded here. Was a name "
                  "changed?</p>", html_table(["student", "assignment", "question", "#points"], [map(cell, r) for r in unused])]
    return page("The class", "\n".join(parts))


def cell(value):
    return escape(str(value))


def not_yet(of):
    """A line that says that points are still to come, or nothing."""
    open_ones = sum(bool(row["to_mark"]) for _, row in of)
    return f"<p>{open_ones} of {len(of)} have answers in words that are not marked yet and count 0 here.</p>" if open_ones else ""


def walls(best):
    """Which walls stood around every notebook that was run."""
    ran = [set(r["walls"]) for r in best if r["walls"]]
    stood = sorted(set.intersection(*ran)) if ran else []
    return f'<p class="soft">{len(best)} notebooks. Walls around each that ran: {", ".join(stood) or "none"}.</p>'


def points_table(of):
    """How many got how many points, in tenths."""
    counts = Counter(min(9, row["percent"] // 10) for _, row in of)
    rows = [[f"{10 * k} to {10 * k + 9 + (k == 9)} %", counts[k], bar(counts[k], max(counts.values()))] for k in range(9, -1, -1)]
    return html_table(["points", "#students", ""], rows)


def bar(count, most):
    return f'<span class="bar" style="width: {round(160 * count / most)}px"></span>' if count else ""


def question_part(name, question, results):
    """Of one question: the verdicts, and what was not right with its number, the most frequent first."""
    if isinstance(question, Written):
        there = sum(bool(r["written"].get(name)) for r in results)
        return f"<h3>{name}</h3>\n<p>{there} of {len(results)} answered; see to_mark.csv.</p>"
    verdicts = [tuple(r["verdicts"][name]) for r in results]
    kinds = Counter(kind for kind, _ in verdicts)
    told = Counter(message for kind, message in verdicts if kind in ("mistake", "wrong", "error"))
    line = ", ".join(f"{kinds[k]} {words}" for k, words in IN_WORDS.items() if kinds[k])
    rows = [[n, bar(n, len(results)) + escape(message)] for message, n in sorted(told.items(), key=lambda p: (-p[1], p[0]))]
    return f"<h3>{name}</h3>\n<p>{line}.</p>" + (html_table(["#students", "what they were told"], rows) if rows else "")


def sentence(text):
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
