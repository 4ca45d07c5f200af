"""Solutions with one constant, operator or variable changed: none that differs from the solution may be confirmed.

    python tests/test_mutants.py      how many mutants there are, and what became of them
"""
import ast
import copy
import importlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from helpers.exercises.engine import diagnose
from helpers.exercises.exercise import WrongProgram, did_the_same
from helpers.exercises.limits import TooSlow
from helpers.exercises.trial import trial

FILES = sorted((Path(__file__).parents[1] / "helpers" / "exercises").glob("lesson_[0-9][0-9].py"))
LESSONS = {p.stem[-2:]: importlib.import_module(f"helpers.exercises.{p.stem}") for p in FILES}
FUNCTIONS = {f"{number}-{name}": e for number, lesson in LESSONS.items() for name, e in lesson.ALL.items() if e.cases}
INPUTS = 1000
OPERATORS = {ast.Add: [ast.Sub, ast.Mult], ast.Sub: [ast.Add, ast.Mult], ast.Mult: [ast.Add, ast.Sub, ast.Div],
             ast.Div: [ast.Mult, ast.FloorDiv], ast.FloorDiv: [ast.Div, ast.Mult], ast.Mod: [ast.Mult, ast.FloorDiv],
             ast.Pow: [ast.Mult], ast.MatMult: [ast.Mult], ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE],
             ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq],
             ast.And: [ast.Or], ast.Or: [ast.And], ast.In: [ast.NotIn], ast.NotIn: [ast.In]}


def mutants(source):
    """Every program that comes from `source` by one change; as source."""
    tree = ast.parse(source)
    names = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    names |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for place, node in enumerate(ast.walk(tree)):
        for change in changes(node, names):
            changed = copy.deepcopy(tree)
            change(list(ast.walk(changed))[place])
            yield ast.unparse(changed)


def changes(node, names):
    """Functions that change a copy of `node` in place: one constant, one operator, one variable for another."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for other in sorted(names - {node.id}):
            yield lambda n, other=other: setattr(n, "id", other)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        number = node.value
        for value in {not number} if isinstance(number, bool) else {number + 1, number - 1, 0} - {number}:
            yield lambda n, value=value: setattr(n, "value", value)
    for name in ("op", "ops"):
        operator = getattr(node, name, None)
        for other in OPERATORS.get(type(operator[0] if name == "ops" and operator else operator), []):
            yield lambda n, name=name, other=other: setattr(n, name, [other()] if name == "ops" else other())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        yield lambda n: setattr(n, "op", ast.UAdd() if isinstance(n.op, ast.USub) else ast.Invert())
    if isinstance(node, ast.AugAssign):
        yield lambda n: n.__class__ is ast.AugAssign and _plain_assignment(n)


def _plain_assignment(node):
    target = node.target
    node.__class__, node.targets = ast.Assign, [target]
    node.lineno, node.col_offset = 0, 0


def random_inputs(exercise, rng):
    """Argument tuples like the cases: the exercise's own random ones, or the cases with other numbers in them."""
    while True:
        if exercise.random_case:
            yield exercise.random_case(rng)
        else:
            yield tuple(jitter(a, rng) for a in exercise.cases[rng.integers(len(exercise.cases))])


def jitter(value, rng):
    """Other numbers of the same kind: arrays keep their shape, whole numbers change a little and stay sensible."""
    if isinstance(value, (list, tuple)):
        return type(value)(jitter(v, rng) for v in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return rng.integers(-9, 10, value.shape).astype(float) + (value != np.rint(value)) * rng.normal(size=value.shape)
    if isinstance(value, np.ndarray):
        return rng.permutation(value.ravel()).reshape(value.shape)
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return int(max(min(value, 1), value + rng.integers(-2, 4)))
    return value + rng.normal() if isinstance(value, float) else value


def differs(exercise, mutant):
    """An input on which a mutant differs from the solution, among INPUTS on which the solution runs; or None."""
    solution, rng, seen = exercise.build(exercise.solution), np.random.default_rng(0), 0
    for tries, args in enumerate(random_inputs(exercise, rng)):
        want = trial(solution, args, exercise.seconds)
        if want.error is None:
            seen += 1
            if not did_the_same(trial(mutant, args, 1), want):
                return args
        if seen == INPUTS:
            return None
        assert tries < 20 * INPUTS, f"{exercise.name}: the random inputs do not fit, give it a random_case"


def fate(exercise, source):
    """(what became of a mutant, an input that shows it if it was wrongly confirmed)."""
    try:
        mutant = exercise.build(source)
    except Exception:
        return "no program", None
    program = WrongProgram(exercise, mutant, seconds=1)
    if program.gives(exercise.expected):
        args = differs(exercise, mutant)
        return ("the same as the solution", None) if args is None else ("CONFIRMED", args)
    if any(isinstance(o.error, TooSlow) for o in program.done):
        return "endless", None
    return diagnose(exercise, mutant).kind, None


@pytest.mark.slow
@pytest.mark.parametrize("exercise", FUNCTIONS.values(), ids=FUNCTIONS)
def test_no_mutant_that_differs_is_confirmed(exercise):
    sources = list(dict.fromkeys(mutants(exercise.solution)))
    assert sources
    for source in sources:
        what, args = fate(exercise, source)
        assert what != "CONFIRMED", f"confirmed, but different on {args}:\n{source}"


@pytest.mark.slow
@pytest.mark.parametrize("exercise", FUNCTIONS.values(), ids=FUNCTIONS)
def test_two_mistakes_at_once_are_confirmed_only_if_they_cancel(exercise):
    """A stride left out once and used twice elsewhere is right; anything else must show in the cases."""
    edits = {message: (old, new) for message, old, new in exercise.edits}
    for (a, b), program in exercise.wrong_pairs.items():
        if program.gives(exercise.expected):
            both = exercise.build(exercise.solution.replace(*edits[a]).replace(*edits[b]))
            assert differs(exercise, both) is None, f"confirmed, with two mistakes: {a} {b}"


def test_mutants_change_one_thing():
    assert set(mutants("f = a + 2")) == {"f = a - 2", "f = a * 2", "f = a + 3", "f = a + 1", "f = a + 0"}
    assert set(mutants("a += b")) == {"a -= b", "a *= b", "a = b"}
    assert set(mutants("y = f(x)\ng = y")) == set() | {"y = f(x)\ng = g"}
    assert set(mutants("f = -a < b")) == {"f = +a < b", "f = -a <= b", "f = -a > b"}


def test_a_confirmed_mutant_would_be_found():
    """One case with stride 1 cannot see a change of the stride."""
    from helpers.exercises.engine import Exercise
    weak = Exercise(name="f", cases=[(6, 1)], solution="def f(n, s):\n    return n // s")
    assert fate(weak, "def f(n, s):\n    return n * s")[0] == "CONFIRMED"


if __name__ == "__main__":
    total = Counter()
    for label, e in FUNCTIONS.items():
        fates = Counter(fate(e, source)[0] for source in dict.fromkeys(mutants(e.solution)))
        total += fates
        print(f"{label:24}", dict(fates))
    print("all", total.total(), dict(total))
