"""Numbers, letters, arrays and designs as answers; what is close enough; and objects that lie."""
import numpy as np
import pytest
import torch
from made_up import conv, edges, letter, number, verdict

from helpers.exercises.engine import Exercise, check, diagnose
from helpers.exercises.values import plain, same


@pytest.mark.parametrize("value, kind, says", [
    (34944, "right", ""), (34944.0, "right", ""), (np.int64(34944), "right", ""), (np.float32(34944), "right", ""),
    (np.array(34944), "right", ""), (torch.tensor(34944), "right", ""),
    (torch.tensor(34944., requires_grad=True), "right", ""),
    (34848, "mistake", "the bias is missing."), (34945, "wrong", "it is 34945, which is not right."),
    (34946.5, "wrong", "it is 3.495e+04, which"), ([34944], "wrong", "it is an array of shape (1,), expected one number."),
    ("34944", "wrong", "it is text, '34944', expected one number."), (None, "wrong", "it is None"),
    (..., "blank", "replace"),
    (lambda: 34944, "wrong", "it is a function, expected one number."), ({}, "wrong", "a dictionary"),
    (float("nan"), "wrong", "nan is not a number"), (float("inf"), "wrong", "it is inf"), (34944 + 0j, "right", ""),
])
def test_a_number_is_judged_and_never_given_away(value, kind, says):
    got = diagnose(number(), value)
    assert got.kind == kind and says in got.message
    assert got.kind == "right" or "34944." not in got.message, "the right number is not given away"


def test_large_counts_are_compared_exactly():
    """One bias in forty billion connections: a relative tolerance would confirm it."""
    assert diagnose(number(44_892_064_800, 1), 44_892_064_800 + 96).kind == "wrong"
    assert diagnose(number(44_892_064_800, 1), 44_892_064_800).kind == "right"


@pytest.mark.parametrize("value, kind", [
    ("B", "right"), ("b", "right"), (" b) ", "right"), ("(B)", "right"), (np.array("B"), "right"), ("A", "mistake"),
    ("c", "mistake"), ("E", "wrong"), ("", "wrong"), (2, "wrong"), (["B"], "wrong"), (..., "blank"), (None, "wrong"),
])
def test_a_letter_is_judged_and_anything_else_is_told_what_to_write(value, kind):
    got = diagnose(letter(), value)
    assert got.kind == kind
    assert kind != "wrong" or value is None or got.message == "choose one of the letters A, B, C, in quotes."


@pytest.mark.parametrize("value, kind, says", [
    ([[-1, 0, 1]] * 3, "right", ""), (np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "f4"), "right", ""),
    (torch.tensor([[3., 0, -3]] * 3), "right", ""),
    (np.array([[1., 2, 1], [0, 0, 0], [-1, -2, -1]]), "mistake", "yours finds horizontal edges."),
    (2 * np.ones((3, 3)), "mistake", "a kernel of ones blurs."),
    (np.zeros((3, 3)), "wrong", "answers to a vertical edge: no, expected yes."),
    (np.ones(3), "wrong", "the kernel has shape (3,); expected (3, 3)."), ("B", "wrong", "shape ()"), (..., "blank", ""),
    ([[1, 0, -1], [1, ..., -1], [1, 0, -1]], "blank", "replace"), (None, "wrong", "it is None"),
])
def test_a_design_is_judged_by_what_it_does(value, kind, says):
    got = diagnose(edges(), value)
    assert got.kind == kind and says in got.message


def test_a_design_that_is_a_function_and_stops_is_told_where():
    e = Exercise(name="net", measure=lambda net: {"gives": net(2)}, solution="def net(n):\n    return n", seconds=0.3)
    assert verdict(e, "def net(n):\n    return n + 0").kind == "right"
    assert "IndexError in line 2, `return [][n]`" in verdict(e, "def net(n):\n    return [][n]").message
    assert "no end after 0.3 seconds" in verdict(e, "def net(n):\n    while True: pass").message
    assert verdict(e, "def net(n):\n    return ...").kind == "blank"


def test_an_array_as_the_answer():
    e = Exercise(name="ids", solution="ids = np.array([[0, 1, -1], [-1, 0, 1]])")
    assert diagnose(e, [[0, 1, -1], [-1, 0, 1]]).kind == "right"
    assert diagnose(e, [[0, 1, -1], [-1, 0, 2]]) == ("wrong", "it is [[0, 1, -1], [-1, 0, 2]], which is not right.")
    turned = diagnose(e, np.transpose([[0, 1, -1], [-1, 0, 1]])).message
    assert "shape (3, 2), expected an array of shape (2, 3). It is the transpose" in turned


@pytest.mark.parametrize("got, want, agree", [
    (1 / 3, np.float32(1 / 3), True), (1e-9, 2e-9, False), (1.0001, 1., False), (0., 1e-16, True), (1e-3, 0., False),
    (np.inf, np.inf, True), (np.inf, -np.inf, False), (np.nan, np.nan, True), (np.nan, 0., False), (1., np.inf, False),
    ([1., 1e-5], [1., 2e-5], False), ([1e4, 0.1], np.float32([1e4, 0.1]), True), (2.0000001, 2, True), (3, 2, False),
    (0.1 + 0.2 - 0.3, 0., True), (2. ** -30, 2. ** -31, False), (3. ** 60, 3. ** 60 * (1 + 1e-15), True), ([], [], True),
    (16777217, 16777216, False), (True, 1, True), ([[1., 2.]], [1., 2.], False),
])
def test_how_close_is_close_enough(got, want, agree):
    """Float32 arithmetic passes, whole numbers are exact, tiny gradients are not all the same zero."""
    assert same(plain(got), plain(want)) == agree


class Equal:
    """Equal to everything, and full of traps."""

    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **options):
        return self


class LyingArray(np.ndarray):
    def __eq__(self, other):
        return np.True_

    def __array_ufunc__(self, *args, **options):
        return np.array(True)

    def __array_function__(self, *args, **options):
        return True

    def astype(self, *args, **options):
        return np.array([21., 42., 84.])


class LyingText(str):
    def __eq__(self, other):
        return True

    __hash__ = None

    def upper(self):
        return "B"


class Disguised:
    __class__ = property(lambda self: str)

    def strip(self):
        return "B"


class Endless:
    def __array__(self, *args, **options):
        while True:
            pass

    __float__ = __array__


class Trap:
    def __getattribute__(self, name):
        raise RuntimeError("do not touch")


@pytest.mark.parametrize("make", [
    Equal, lambda: np.zeros(3).view(LyingArray), lambda: LyingText("E"), Disguised, Trap, Endless, object, lambda: type,
    lambda: [Equal()] * 3])
def test_objects_that_lie_are_not_confirmed_and_break_nothing(make, capsys):
    thing = make()
    e = conv()
    for exercise in (number(), letter(), edges(), Exercise(name="a", solution="a = np.zeros(3) + 1"), e):
        exercise.seconds = 0.3 if make is Endless else 5
        check(exercise, thing)
    check(e, lambda x, w: thing)
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 6 and "correct" not in out


def test_a_list_that_holds_itself():
    knot = []
    knot.append(knot)
    assert diagnose(number(), knot).kind == "error"
