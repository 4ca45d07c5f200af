"""Exercises that count: a learner's exercise, with points, its text and one example that may be shown."""
from dataclasses import dataclass
from importlib import import_module

from helpers.exercises.exercise import Exercise

ASSIGNMENTS = ("assignment_1", "assignment_2", "assignment_3", "assignment_4")


@dataclass(eq=False, kw_only=True, repr=False)
class Marked(Exercise):
    """An Exercise of an assignment. The students get its text, its stub and its example; never the rest.

    text      Markdown, with this variant's numbers in it
    points    for a right answer
    stub      what stands in the cell: 'def f(x):\\n    return ...' or 'f = ...'
    example   for a function: the arguments of one call whose result the students are shown; in no case of `cases`
    """
    text: str
    points: int
    stub: str
    example: tuple = ()


@dataclass(frozen=True)
class Written:
    """A question that is answered in words, in a Markdown cell, and marked by the teacher."""
    name: str
    text: str
    points: int


def questions(assignment, variant):
    """{name: Marked or Written}, in order, of one variant (0, 1, 2, ...) of an assignment.

    Errors  ValueError "assignment is 'assignment_7'; expected one of assignment_1, ..."
            ValueError "variant is -1; expected a whole number from 0 on"
    """
    if assignment not in ASSIGNMENTS:
        raise ValueError(f"assignment is {assignment!r}; expected one of {', '.join(ASSIGNMENTS)}")
    if not isinstance(variant, int) or variant < 0:
        raise ValueError(f"variant is {variant!r}; expected a whole number from 0 on")
    return {q.name: q for q in import_module(f"helpers.classroom.{assignment}").questions(variant)}
