"""Right or wrong: decided here, from numbers that were sent, by the engine of the exercises. No answer runs here."""
import inspect

from helpers.exercises.engine import judge as verdict_on
from helpers.exercises.trial import Outcome
from helpers.exercises.values import Odd
from helpers.exercises.words import line

from .marked import Written
from .wire import pack, unpack_outcome

LOST = "it never ended, or it ended Python."


def job(cells, asked, limits):
    """What a keeper needs: the code, and the inputs to try the answers on; no solution, and no more than the inputs."""
    return {"cells": [text for kind, text, _ in cells if kind == "code"], **limits,
            "questions": [{"name": q.name, "seconds": min(q.seconds, limits["cell_seconds"]),
                           "cases": pack([] if q.measure else list(q.cases))}
                          for q in asked.values() if not isinstance(q, Written)]}


def verdicts(asked, lines):
    """{name: (kind, message)} for every Marked question, from the lines that a child sent. The first answer counts."""
    sent = {}
    for message in lines:
        if isinstance(message.get("answer"), str):
            sent.setdefault(message["answer"], message)
    return {name: verdict(q, sent.get(name)) for name, q in asked.items() if not isinstance(q, Written)}


def verdict(question, message):
    """(kind, message): blank, right, mistake, wrong, error, or missing if nothing came."""
    if message is None:
        return "missing", (f"there is no {question.name} when the notebook has run through. Its cell stopped, or it has another "
                           "name.")
    if message.get("lost"):
        return "error", LOST
    try:
        got, again = read(question, message)
        return tuple(verdict_on(question, stand_in(question, message, got), got, lambda: again))
    except Exception:                           # forged, or half a message
        return "missing", f"what came back for {question.name} cannot be read."


def read(question, message):
    """The Outcomes that were sent, and the one of the first case, run again."""
    got = [unpack_outcome(o) for o in message["outcomes"]]
    if question.measure and got[0].error is None:
        got = question.run(got[0].value)
    again = message.get("again")
    return got, unpack_outcome(again) if again else Outcome()


def stand_in(question, message, got):
    """Something that looks like the answer to who describes it, and does nothing when called."""
    if not message["callable"] or not question.cases:
        return got[0].value if got[0].error is None else Odd(f"something that raises {type(got[0].error).__name__}")

    def answer(*args):
        raise RuntimeError("answers are not run here")
    if message["parameters"] is not None:
        answer.__signature__ = inspect.Signature(
            [inspect.Parameter(str(name), inspect._ParameterKind(kind), default=None if default else inspect.Parameter.empty)
             for name, kind, default in message["parameters"]])
    return answer


def in_words(name, verdict):
    """The line that `check` would print."""
    kind, message = verdict
    if kind == "missing":
        return f"{name}: not found - {message}"
    return line(name, kind, "" if kind == "blank" else message)
