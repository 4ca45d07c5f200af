"""The assignments for the tests: a question with its solution, the numbers in its text, torch's gradients."""
import re

import pytest
import torch

from helpers.classroom.marked import Marked, questions

VARIANTS = range(6)
each_variant = pytest.mark.parametrize("variant", VARIANTS)


def solved(assignment, variant, name):
    """The question, and what its solution defines."""
    question = questions(f"assignment_{assignment}", variant)[name]
    return question, question.build(question.solution)


def marked(assignment, variant):
    """The questions that the machine marks."""
    return [q for q in questions(assignment, variant).values() if isinstance(q, Marked)]


def numbers(question, pattern):
    """The whole numbers that a student reads in the text."""
    return [int(v) for v in re.search(pattern, question.text, flags=re.S).groups()]


def autograd(loss, *arrays):
    """torch's gradients of loss(*tensors) for the arrays."""
    tensors = [torch.tensor(v, dtype=torch.double, requires_grad=True) for v in arrays]
    loss(*tensors).backward()
    return [t.grad.numpy() for t in tensors]
