"""The assignments: every variant can be marked, and names the mistakes."""
import itertools
import re

import numpy as np
import pytest
import test_mutants
from assignments import marked
from test_answers import Equal
from test_exercises import EXERCISES, LETTERS, LOOKS, dressed

from helpers.classroom.marked import ASSIGNMENTS, questions
from helpers.exercises.engine import diagnose
from helpers.exercises.exercise import agree
from helpers.exercises.values import plain, same

VARIANTS = 0, 1, 2, 7
each_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS)


MARKED = {f"{a[-1]}-{v}-{q.name}": q for a in ASSIGNMENTS for v in VARIANTS for q in marked(a, v)}
FUNCTIONS = {label: q for label, q in MARKED.items() if q.cases}
each_question = pytest.mark.parametrize("question", MARKED.values(), ids=MARKED)
each_function = pytest.mark.parametrize("question", FUNCTIONS.values(), ids=FUNCTIONS)


@each_assignment
def test_what_an_assignment_is_made_of(assignment):
    asked = list(questions(assignment, 0).values())
    assert 5 <= len(asked) <= 8 and len(marked(assignment, 0)) >= 5
    for q in marked(assignment, 0):
        assert len(q.mistakes) >= 4 and q.why and 1 <= q.points <= 4, q.name
        assert bool(q.cases) == bool(q.example) == bool(q.random_case) == q.stub.startswith(f"def {q.name}("), q.name
        assert q.stub.endswith("    return ..." if q.cases else f"{q.name} = ..."), q.name
    assert any(isinstance(q.build(q.solution), str) for q in marked(assignment, 0)), "a choice of letters"


def test_no_name_is_used_twice():
    names = [name for a in ASSIGNMENTS for name in questions(a, 0)] + [e.name for e in EXERCISES.values()]
    assert len(set(names)) == len(names), sorted(n for n in names if names.count(n) > 1)


@each_assignment
def test_variants_ask_the_same_with_other_numbers(assignment):
    seen = []
    for variant in range(30):
        asked = questions(assignment, variant)
        looks = [(q.name, q.points, getattr(q, "stub", "")) for q in asked.values()]
        assert looks == [(q.name, q.points, getattr(q, "stub", "")) for q in questions(assignment, 0).values()]
        seen.append([q.expected[0].value for q in marked(assignment, variant) if not q.cases and not q.measure])
    for (i, a), (j, b) in itertools.combinations(enumerate(seen), 2):
        numbers = [(x, y) for x, y in zip(a, b, strict=True) if not isinstance(x, str)]
        assert not all(same(x, y) for x, y in numbers), f"variants {i} and {j} have the same answers"


@each_assignment
def test_neighbours_read_other_numbers(assignment):
    texts = ["".join(q.text for q in questions(assignment, v).values()) for v in range(30)]
    assert len(set(texts)) == 30


@each_assignment
def test_a_variant_is_always_the_same(assignment):
    assert [q.text for q in questions(assignment, 3).values()] == [q.text for q in questions(assignment, 3).values()]
    for a, b in zip(marked(assignment, 3), marked(assignment, 3), strict=True):
        assert a.solution == b.solution and same(plain([*a.cases]), plain([*b.cases])), a.name


@each_assignment
@pytest.mark.parametrize("block", range(5))
def test_the_cases_of_fifty_variants_tell_all_answers_apart(assignment, block):
    """A mistake that gives what the solution gives would be confirmed; two that agree could not be named."""
    for variant in range(10 * block, 10 * block + 10):
        for q in marked(assignment, variant):
            outcomes = {"the right answer": q.expected, **q.known}
            assert all(o.error is None for o in q.expected), (variant, q.name)
            for (a, x), (b, y) in itertools.combinations(outcomes.items(), 2):
                assert not agree(x, y), f"variant {variant}, {q.name}: the cases cannot tell {a!r} from {b!r}"


@each_question
def test_the_solution_is_right_and_each_mistake_is_named(question):
    assert diagnose(question, question.build(question.solution)) == ("right", question.why)
    for message, source in question.mistakes.items():
        assert diagnose(question, question.build(source)) == ("mistake", message)


@each_question
def test_right_answers_of_other_looks_are_right(question):
    answer = question.build(question.solution)
    if isinstance(answer, str):
        answers = [look(answer) for look in LETTERS]
    elif callable(answer):
        answers = [lambda *args, look=look: dressed(answer(*args), look) for look in LOOKS.values()]
    else:
        answers = [dressed(answer, look) for look in LOOKS.values()]
    assert len(answers) >= 5 and [diagnose(question, a).kind for a in answers] == ["right"] * len(answers)


@each_function
def test_arithmetic_in_float32_is_close_enough(question):
    def halved(a):
        return a.astype(np.float32) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a
    answer = question.build(question.solution)
    assert diagnose(question, lambda *args: answer(*map(halved, args))).kind == "right"


ODD = (None, "B?", 3.7, [], {}, np.nan, [[1], [2, 3]], "", np.zeros((0, 3)), [None, 1], {1, 2}, Equal(), 1j, np.inf,
       lambda: 1, lambda *a: None, lambda *a: 1 / 0, lambda *a: a, lambda *a: np.full((2, 2), np.nan))


@each_question
def test_odd_answers_are_judged_and_never_right(question):
    for answer in (*ODD, ..., lambda *a: ...):
        verdict = diagnose(question, answer)
        assert verdict.kind != "right" and verdict.message, answer
    assert diagnose(question, (lambda *a: ...) if question.cases else ...).kind == "blank"


@each_question
def test_messages_are_sentences(question):
    for text in (*question.mistakes, question.why):
        assert len(text) > 20 and text.rstrip()[-1] in ".?!" and len(re.findall(r"[.?!](?: |$)", text)) <= 4, text
    assert re.match(r"[A-Z`]", question.text) and not re.search(r" {2}|\bNone\b|[{}]", question.text), question.text


@each_function
def test_the_example_is_no_case_and_runs(question):
    assert question.run(question.build(question.solution))[0].error is None
    assert all(not same(plain(list(question.example)), plain(list(case))) for case in question.cases)
    assert len({len(args) for args in (question.example, *question.cases)}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("question", [q for label, q in FUNCTIONS.items() if label.split("-")[1] in "01"],
                         ids=[label for label in FUNCTIONS if label.split("-")[1] in "01"])
def test_no_mutant_that_differs_is_right(question, monkeypatch):
    monkeypatch.setattr(test_mutants, "INPUTS", 200)
    for source in dict.fromkeys(test_mutants.mutants(question.solution)):
        what, args = test_mutants.fate(question, source)
        assert what != "CONFIRMED", f"right, but different on {args}:\n{source}"
    test_mutants.test_two_mistakes_at_once_are_confirmed_only_if_they_cancel(question)
