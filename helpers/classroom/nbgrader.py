"""For teachers who run nbgrader: what stands in its hidden tests. Here answers are judged in their own process."""
from helpers.exercises.engine import diagnose

from .judge import in_words
from .marked import questions


def mark(assignment, variant, name, answer):
    """Nothing if the answer is right; otherwise an AssertionError with the checker's line."""
    verdict = diagnose(questions(assignment, variant)[name], answer)
    assert verdict.kind == "right", in_words(name, verdict)
