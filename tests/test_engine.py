"""The checker: what it says to every kind of answer, right, wrong and odd. The exercises here are made up."""
import json
import sys
import threading
import time
import types

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient

from helpers.exercises import engine, limits
from helpers.exercises import progress as progress_file
from helpers.exercises.engine import Exercise, check, diagnose, hint, progress, solution
from helpers.exercises.values import plain, same

CONV = """def conv1d(x, w):
    n = len(x) - len(w) + 1
    return np.array([x[i:i + len(w)] @ w for i in range(n)])"""
FLIP, SHORT = "you flipped the kernel.", "one output is missing at the end."
GRADS = "def grads(dy, x):\n    return dy * 2 * x, np.array([dy.sum()])"


def conv(**options):
    return Exercise(
        name="conv1d", solution=CONV, why="windows overlap.", hints=("look at x[i:].", "there are n of them."),
        cases=[(np.array([3., -1, 0, 2, 5.5]), np.array([1., 2, -1])), (np.array([1., 2, 4, 8]), np.array([1., 10]))],
        edits=((FLIP, "@ w ", "@ w[::-1] "), (SHORT, " + 1", "")),
        mistakes={"you averaged.": CONV.replace("@ w ", "@ w / len(w) ")}, seconds=0.5, **options)


def grads():
    return Exercise(name="grads", solution=GRADS, cases=[(np.array([1., 2.]), np.array([3., 5.]))],
                    mistakes={"you left out dy.": GRADS.replace("dy * 2", "2")})


def number(right=34944, wrong=34848):
    return Exercise(name="n", solution=f"n = {right}", mistakes={"the bias is missing.": f"n = {wrong}"})


def letter():
    return Exercise(name="letter", solution="letter = 'B'", why="b.",
                    mistakes={"A: no.": "letter = 'A'", "C: never.": "letter = 'C'"})


def responses(kernel):
    if np.shape(kernel) != (3, 3):
        raise ValueError(f"the kernel has shape {np.shape(kernel)}; expected (3, 3).")
    down, across = np.sum(kernel, axis=1), np.sum(kernel, axis=0)
    return {"answers to a flat area": bool(abs(kernel.sum()) > 1e-9),
            "answers to a vertical edge": bool(abs(across[2]) > 1e-9),
            "answers to a horizontal edge": bool(abs(down[2]) > 1e-9)}


def edges():
    return Exercise(name="edge", measure=responses, solution="edge = np.array([[-1., 0, 1]] * 3)",
                    mistakes={"yours finds horizontal edges.": "edge = np.array([[-1., 0, 1]] * 3).T",
                              "a kernel of ones blurs.": "edge = np.ones((3, 3))"})


def body(code):
    """A conv1d with this body."""
    return "def conv1d(x, w):\n" + "".join(f"    {line}\n" for line in code.split("\n"))


def verdict(exercise, source):
    return diagnose(exercise, exercise.build(source))


WINDOWS = "v = np.lib.stride_tricks.sliding_window_view(x, len(w))\n"

RIGHT_LOOKS = {
    "the solution": CONV,
    "a list": body("return [float(v) for v in np.correlate(x, w, 'valid')]"),
    "a tuple": body("return tuple(np.correlate(x, w, 'valid'))"),
    "float32": body("return np.correlate(x.astype('f4'), w.astype('f4'), 'valid')"),
    "float32 tensor": body("import torch\nreturn torch.conv1d(torch.tensor(x)[None, None].float(), "
                           "torch.tensor(w)[None, None].float())[0, 0]"),
    "tensor with grad": body("import torch\nw = torch.tensor(w, requires_grad=True)\n"
                             "return torch.conv1d(torch.tensor(x)[None, None], w[None, None])[0, 0]"),
    "a list of tensors with grad": body("import torch\nw = torch.tensor(w, requires_grad=True)\n"
                                        "return [torch.tensor(x[i:i + len(w)]) @ w for i in range(1 + len(x) - len(w))]"),
    "a list of 0-d arrays": body("return [np.array(v) for v in np.correlate(x, w, 'valid')]"),
    "einsum": body(WINDOWS + "return np.einsum('ij,j->i', v, w)"),
    "einsum with ...": body(WINDOWS + "return np.einsum(v, [..., 0], w, [0])"),
    "loops": body("y = []\nfor i in range(len(x) - len(w) + 1):\n    s = 0\n    for j in range(len(w)):\n"
                  "        s += x[i + j] * w[j]\n    y.append(s)\nreturn y"),
    "Fourier, complex with tiny imaginary parts": body(
        "n = len(x)\nreturn np.fft.ifft(np.fft.fft(x) * np.conj(np.fft.fft(w, n)))[:n - len(w) + 1]"),
    "negative zeros": body("return -(-np.correlate(x, w, 'valid') * 1.0) + -0.0"),
    "prints": body("print('so far')\nreturn np.correlate(x, w, 'valid')"),
    "draws random numbers": body("np.random.default_rng().normal()\nreturn np.correlate(x, w, 'valid')"),
    "warns": body("import warnings\nwarnings.warn('old')\nreturn np.correlate(x, w, 'valid')"),
    "a lambda": "conv1d = lambda x, w: np.correlate(x, w, 'valid')",
    "a callable object":
        "class C:\n    def __call__(self, x, w):\n        return np.correlate(x, w, 'valid')\nconv1d = C()",
    "other names": "def conv1d(signal, kernel):\n    return np.correlate(signal, kernel, 'valid')",
    "more arguments with defaults": "def conv1d(x, w, stride=1):\n    return np.correlate(x, w, 'valid')[::stride]",
    "a blank left over": body("...\nreturn np.correlate(x, w, 'valid')"),
    "objects": body("return np.correlate(x, w, 'valid').astype(object)"),
    "Fortran order": body("return np.asfortranarray(np.correlate(x, w, 'valid')[::-1])[::-1]"),
}


@pytest.mark.parametrize("source", RIGHT_LOOKS.values(), ids=RIGHT_LOOKS)
def test_a_right_answer_is_confirmed_whatever_it_looks_like(source):
    assert verdict(conv(), source) == ("right", "windows overlap.")


ODD = [
    # blanks
    ("return ...", "blank", "replace the ..."),
    ("...", "blank", "replace the ..."),
    ("out = ...\nreturn out + 1", "blank", "replace the ..."),
    ("y = np.zeros(...)\nreturn y", "blank", "replace the ..."),
    ("y = np.zeros(len(x) - len(w) + 1)\nfor i in range(len(y)):\n    y[i] = ...\nreturn y", "blank", "replace"),
    ("y = np.zeros(len(x) - len(w) + 1)\nfor i in range(len(y)):\n    ...\nreturn y", "blank", "replace"),
    ("return x[:-len(w) + 1] * ...", "blank", "replace the ..."),
    ("return [..., ...]", "blank", "replace the ..."),
    ("raise NotImplementedError", "blank", "replace the ..."),
    # nothing came back
    ("pass", "wrong", "it returns None. Is a return missing?"),
    ("y = np.correlate(x, w, 'valid')", "wrong", "Is a return missing?"),
    ("print(np.correlate(x, w, 'valid'))", "wrong", "print shows a result, only return hands it on"),
    # stopped
    ("y = x * 2\nreturn y[99]", "error", "IndexError in line 3, `return y[99]`: index 99 is out of bounds"),
    ("return 1 / 0", "error", "ZeroDivisionError in line 2, `return 1 / 0`: division by zero."),
    ("return x @ w", "error", "The input was x = [1, 2, 4, 8] and w = [1, 10]."),
    ("return kernel", "error", "name 'kernel' is not defined"),
    ("def deeper():\n    return [][0]\nreturn deeper()", "error", "IndexError in line 3, `return [][0]`"),
    ("raise SystemExit", "error", "SystemExit in line 2"),
    ("import sys\nsys.exit('bye')", "error", "SystemExit in line 3, `sys.exit('bye')`: bye."),
    ("raise GeneratorExit", "error", "GeneratorExit"),
    ("return conv1d(x, w)", "error", "RecursionError in line 2"),
    ("class Bad(Exception):\n    def __str__(self): return 1 / 0\nraise Bad", "error", ""),
    # no end
    ("while True: pass", "error", "no end after 0.5 seconds in line 2, `while True: pass`. Is there a loop"),
    ("try:\n    while True: pass\nexcept Exception: return x", "error", "no end after 0.5 seconds"),
    ("while True:\n    try: len(x)\n    except: pass", "error", "no end after"),
    ("while True: np.ones((200, 200)) @ np.ones((200, 200))", "error", "no end after"),
    ("while True: print('again')", "error", "no end after"),
    ("import time\ntime.sleep(60)", "error", "no end after"),
    # other kinds of things
    ("return 'x'", "wrong", "it gives text, 'X', expected an array of shape (3,) for x = [1, 2, 4, 8]"),
    ("return {}", "wrong", "it gives a dictionary, expected an array"),
    ("return {1, 2}", "wrong", "it gives a set, expected an array"),
    ("return (v for v in np.correlate(x, w, 'valid'))", "wrong", "it gives a generator, expected an array"),
    ("yield from np.correlate(x, w, 'valid')", "wrong", "it gives a generator"),
    ("return np.correlate", "wrong", "it gives a function"),
    ("return [1, 'a']", "wrong", "expected an array of shape (3,)"),
    ("return [1, None, 2]", "wrong", "it gives a list that holds None"),
    ("return [[1], [2, 3]]", "wrong", "it gives 2 results"),
    ("return 1j * np.correlate(x, w, 'valid')", "wrong", "it gives complex numbers"),
    ("return np.array(['a', 'b', 'c'])", "wrong", "expected an array of shape (3,)"),
    ("return 3", "wrong", "it gives one number, 3, expected an array of shape (3,)"),
    # shapes and numbers
    ("return x", "wrong", "it gives an array of shape (4,), expected an array of shape (3,)"),
    ("return np.correlate(x, w, 'valid')[None]", "wrong", "an array of shape (1, 3)"),
    ("return []", "wrong", "an array of shape (0,)"),
    ("return np.correlate(x, w, 'valid') * np.nan", "wrong", "nan is not a number"),
    ("return np.correlate(x, w, 'valid') / 0", "wrong", "it gives [inf, inf, inf], expected [21, 42, 84]"),
    ("return -np.correlate(x, w, 'valid')", "wrong", "[21, 42, 84] for x = [1, 2, 4, 8] and w = [1, 10]. Only the sign"),
    ("return np.correlate(x, w, 'valid')[::-1]", "wrong", "Only the order is wrong: it runs backwards."),
    ("return 2 * np.correlate(x, w, 'valid')", "wrong", "Every number is 2 times what it should be."),
    ("return np.correlate(x, w, 'valid') + 1e-3", "wrong", "it gives [21.001, 42.001, 84.001], expected [21, 42, 84]"),
    ("return np.zeros(len(x) - len(w) + 1)", "wrong", "it gives [0, 0, 0], expected [21, 42, 84]"),
    ("return np.random.default_rng().normal(size=len(x) - len(w) + 1)", "wrong", "it gives"),
    ("print('n is', 3)\nreturn x", "wrong", "It printed: n is 3"),
    ("return np.ma.array(np.correlate(x, w, 'valid'), mask=True)", "wrong", "nan"),
    # known mistakes, written differently
    ("return np.convolve(x, w, 'valid')", "mistake", FLIP),
    ("return [float(v) for v in np.correlate(x, w, 'valid')][:-1]", "mistake", SHORT),
    ("return np.convolve(x, w, 'valid')[:-1]", "mistake", f"two things at once. First: {FLIP} Second: {SHORT}"),
    ("y = np.convolve(x, w, 'valid')\nx *= 0\nreturn y", "mistake", f"{FLIP} It also writes into its argument x."),
    # changed arguments
    ("y = np.correlate(x, w, 'valid')\nw *= 2\nreturn y", "mistake", "the numbers are right, but w itself was changed"),
    ("x += 1\nreturn x", "wrong", "It also writes into its argument x."),
]


@pytest.mark.parametrize("code, kind, says", ODD, ids=[row[0][:40] for row in ODD])
def test_odd_answers(code, kind, says):
    got = verdict(conv(), body(code))
    assert got.kind == kind and says in got.message


NO_FUNCTIONS = [
    ("conv1d = 3", "it is one number, 3; expected a function: def conv1d(x, w)."),
    ("conv1d = None", "expected a function"),
    ("conv1d = np.ones(3)", "it is an array of shape (3,); expected a function"),
    ("def conv1d(x):\n    return x", "it does not take the arguments of def conv1d(x, w)."),
    ("def conv1d(x, w, b):\n    return x", "it does not take the arguments"),
    ("class conv1d:\n    pass", "it does not take the arguments"),
    ("def conv1d(*, x, w):\n    return x", "it does not take the arguments"),
    ("async def conv1d(x, w):\n    return x", "it gives a coroutine"),
]


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize("source, says", NO_FUNCTIONS)
def test_something_else_than_the_function(source, says):
    got = verdict(conv(), source)
    assert got.kind == "wrong" and says in got.message


def test_the_smallest_case_that_differs_is_told():
    """Cases come in any order; the counterexample is the one with least to read."""
    assert [len(x) for x, w in conv().cases] == [4, 5]
    large_only = body("return np.correlate(x, w, 'valid') if len(x) == 4 else x[:3]")
    assert "for x = [3, -1, 0, 2, 5.5] and w = [1, 2, -1]" in verdict(conv(), large_only).message


def test_several_results():
    assert verdict(grads(), GRADS).kind == "right"
    assert verdict(grads(), "def grads(dy, x):\n    return [2 * x * dy, (dy.sum(),)]").kind == "right"
    says = {"return dy": "it gives an array of shape (2,), expected 2 results",
            "return dy * 2 * x": "it gives an array of shape (2,), expected 2 results",
            "return dy, dy, dy": "it gives 3 results, expected 2 for dy",
            "return dy, np.array([dy.sum()])": "result 1 of 2: it is [1, 2], expected [6, 20] for dy = [1, 2]",
            "return dy * 2 * x, dy.sum()": "result 2 of 2: it is one number, 3, expected an array of shape (1,)",
            "return [dy * 2 * x, None]": "a list that holds None"}
    for code, text in says.items():
        got = verdict(grads(), f"def grads(dy, x):\n    {code}")
        assert got.kind == "wrong" and text in got.message


def test_an_alias_that_writes_into_the_upstream_gradient_is_named():
    """dx = dy; dx += ... gives the right numbers and spoils dy for everybody else."""
    e = Exercise(name="skip", cases=[(np.array([1., 2.]), np.array([3., 4.]))],
                 solution="def skip(dy, x):\n    return dy + x")
    got = verdict(e, "def skip(dy, x):\n    dx = dy\n    dx += x\n    return dx")
    assert got.kind == "mistake" and "dy itself was changed" in got.message and "dy.copy()" in got.message


def test_a_known_mistake_may_be_to_change_an_argument():
    alias = "def skip(dy, x):\n    dy += x\n    return dy"
    e = Exercise(name="skip", cases=[(np.array([1., 2.]), np.array([3., 4.]))], mistakes={"alias!": alias},
                 solution="def skip(dy, x):\n    return dy + x")
    assert verdict(e, alias.replace("return dy", "return 1 * dy")) == ("mistake", "alias!")


def test_an_answer_that_remembers_the_last_call_is_not_confirmed():
    """Right in every case, once: a sum that is kept between calls is found by asking again."""
    e = Exercise(name="f", cases=[(2.,), (3.,)], solution="def f(a):\n    return a")
    counting = "seen = []\ndef f(a):\n    seen.append(a)\n    return a + (len(seen) > 2)"
    got = verdict(e, counting)
    assert got.kind == "wrong" and "first gives 2 and then 3" in got.message


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
def test_a_number(value, kind, says):
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
def test_a_letter(value, kind):
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


def test_long_results_are_told_by_their_first_difference():
    e = Exercise(name="f", cases=[(6,)], solution="def f(n):\n    return np.arange(n * n).reshape(n, n)")
    got = verdict(e, "def f(n):\n    a = np.arange(n * n).reshape(n, n)\n    a[2, 1] = 0\n    return a")
    assert got.message == "at [2, 1] it gives 0, expected 13 for n = 6; 1 of 36 numbers differ."
    assert "transpose" in verdict(e, "def f(n):\n    return np.arange(n * n).reshape(n, n).T").message


def test_as_many_digits_as_it_takes_to_see_the_difference():
    e = Exercise(name="f", cases=[(3,)], solution="def f(n):\n    return 1 / n")
    message = verdict(e, "def f(n):\n    return 1 / n + 1e-5").message
    assert message == "it gives 0.3333433, expected 0.3333333 for n = 3."


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
    for exercise in (number(), letter(), edges(), Exercise(name="a", solution="a = np.zeros(3) + 1", seconds=0.3)):
        exercise.seconds = 0.3
        check(exercise, thing)
    e = conv()
    check(e, lambda x, w: thing)
    check(e, thing)
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 6 and "correct" not in out


def test_a_list_that_holds_itself():
    knot = []
    knot.append(knot)
    assert diagnose(number(), knot).kind == "error"


def test_only_the_learners_interrupt_comes_through():
    with pytest.raises(KeyboardInterrupt):
        verdict(conv(), body("raise KeyboardInterrupt"))


def test_a_case_is_given_anew_to_every_answer():
    e = conv()
    before = [tuple(map(np.copy, case)) for case in e.cases]
    verdict(e, body("x[:] = 0\nw[:] = 0\nreturn x"))
    assert all(np.array_equal(a, b) for c, d in zip(before, e.cases, strict=True) for a, b in zip(c, d, strict=True))


def test_two_pairs_that_look_the_same_are_not_guessed():
    e = Exercise(name="n", solution="n = 11 * 12 * 13 * 12 * 11",
                 edits=(("a.", "n = 11", "n = 1"), ("b.", "11 * 12", "11 * 1"), ("c.", "12 * 11", "12"), ("d.", "13", "1")))
    assert diagnose(e, 11 * 12 * 12 * 11) == ("mistake", "d.")
    assert diagnose(e, 11 * 12 * 12).kind == "wrong", "without 13 and one 11: the first or the last?"


def test_an_edit_must_fit_the_solution_and_have_its_own_message():
    with pytest.raises(ValueError, match=r"n: the edit '7' is not in the solution"):
        Exercise(name="n", solution="n = 3", edits=(("seven.", "7", "8"),))
    with pytest.raises(ValueError, match="n: two mistakes have the message 'a.'"):
        Exercise(name="n", solution="n = 3", edits=(("a.", "3", "8"), ("a.", "3", "9")))


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


# the line, and what comes back

def test_the_line_starts_with_the_verdict(capsys):
    e = conv()
    for source in (CONV, body("return ..."), body("return np.convolve(x, w, 'valid')"), body("return x[9]")):
        check(e, e.build(source))
    assert capsys.readouterr().out.splitlines() == [
        "conv1d: correct - windows overlap.",
        "conv1d: not attempted - replace the ... and run this cell again.",
        "conv1d: not quite - you flipped the kernel.",
        "conv1d: stopped - IndexError in line 2, `return x[9]`: index 9 is out of bounds for axis 0 with size 4. "
        "The input was x = [1, 2, 4, 8] and w = [1, 10]."]


def test_the_same_answer_gets_the_same_line_twice(capsys):
    e = conv()
    for source in (CONV, body("return ..."), body("return x")):
        for _ in range(2):
            check(e, e.build(source))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6 and lines[::2] == lines[1::2]


@pytest.mark.filterwarnings("ignore:old")
@pytest.mark.parametrize("source", [*RIGHT_LOOKS.values(), *(body(row[0]) for row in ODD[:12]), "conv1d = None"])
def test_what_comes_back_works_in_later_cells(source, capsys):
    """An array of the solution's type, whether the answer was right, wrong, a list or a tensor."""
    e = conv()
    result = check(e, e.build(source))(np.array([0., 1, 0, 0, 2]), np.array([5., 7]))
    assert type(result) is np.ndarray and result.dtype.kind == "f"
    np.testing.assert_allclose(result, [7, 5, 0, 14])


def test_a_right_answer_itself_comes_back(capsys):
    e = conv()
    answer = e.build(CONV)
    assert check(e, answer) is answer


@pytest.mark.parametrize("exercise, given, back", [
    (number(3), 3.0, 3), (number(3), torch.tensor(3), 3), (number(3), 99, 3), (letter(), " b", "B"),
    (letter(), ..., "B"),
    (number(1.5), np.float32(1.5), 1.5)])
def test_a_value_comes_back_in_the_type_of_the_solution(exercise, given, back, capsys):
    result = check(exercise, given)
    assert result == back and type(result) is type(back)


def test_a_design_comes_back_as_an_array(capsys):
    back = check(edges(), [[-2, 0, 2]] * 3)
    assert isinstance(back, np.ndarray) and back[0, 0] == -2


# hints and solution

def test_hints_wait_for_an_attempt_and_then_come_in_steps(capsys):
    e = conv()
    hint(e)
    solution(e)
    check(e, ...)
    hint(e)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == said[1] == said[3] and "give it a try first" in said[0]
    check(e, 3)
    for n in (None, None, None, None, 1, None, 7):
        hint(e, n)
    said = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert said == ["Hint 1 of 2", "Hint 2 of 2", "conv1d", "conv1d", "Hint 1 of 2", "Hint 2 of 2", "conv1d"]


def test_the_solution_is_shown_as_code_that_runs(capsys):
    e = conv()
    check(e, 3)
    capsys.readouterr()
    solution(e)
    shown = capsys.readouterr().out
    assert verdict(e, shown).kind == "right" and "# Why: windows overlap." in shown


# the time limit

@pytest.mark.parametrize("road", [limits.alarm, limits.watchdog, limits.tracing], ids=lambda r: r.__name__)
def test_every_road_stops_an_endless_loop(road, monkeypatch):
    """The watchdog is the road of Windows, tracing that of a Python without threads."""
    monkeypatch.setattr(limits, "open_road", lambda: road)
    for code in ("while True: pass", "while True: np.ones(9) @ np.ones(9)",
                 "try:\n    while True: pass\nexcept Exception: pass"):
        start = time.monotonic()
        assert "no end after 0.5 seconds" in verdict(conv(), body(code)).message
        assert time.monotonic() - start < 30
    assert verdict(conv(), CONV).kind == "right"
    assert sys.gettrace() is None or road is not limits.tracing


def test_the_watchdog_leaves_nothing_behind(monkeypatch):
    """A function that ends just when its time is over must not be shot at afterwards."""
    threads = threading.active_count()
    for _ in range(200):
        try:
            limits.within(0.001, lambda: sum(range(30000)), road=limits.watchdog)
        except limits.TooSlow:
            pass
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        pass
    assert threading.active_count() == threads


def test_an_alarm_that_was_set_before_is_kept():
    import signal
    before = signal.getsignal(signal.SIGALRM)
    limits.within(1, int)
    assert signal.getsignal(signal.SIGALRM) is before and signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_check_in_another_thread():
    got = []
    thread = threading.Thread(target=lambda: got.append(verdict(conv(), body("while True: pass"))))
    thread.start()
    thread.join(30)
    assert "no end after 0.5 seconds" in got[0].message


def test_in_a_kernel():
    """A cell that never ends is stopped, the kernel lives on, and a line of the cell is quoted."""
    cells = ["import numpy as np\nfrom helpers.exercises.engine import Exercise, check\n"
             "e = Exercise(name='f', cases=[(1,)], solution='def f(n):\\n    return n', seconds=0.5)",
             "def f(n):\n    while n: pass\n\nf = check(e, f)",
             "def f(n):\n    m = n\n    return [][m]\n\nf = check(e, f)",
             "def f(n):\n    ...\n\nf = check(e, f)",
             "f(7)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, timeout=60).execute()
    said = [c.outputs[0].get("text") for c in notebook.cells[1:4]]
    assert said[0].startswith("f: stopped - no end after 0.5 seconds in line 2, `while n: pass`.")
    assert said[1].startswith("f: stopped - IndexError in line 3, `return [][m]`: list index out of range.")
    assert said[2] == "f: not attempted - replace the ... and run this cell again.\n"
    assert notebook.cells[4].outputs[0].data["text/plain"] == "7"


# progress

@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A made-up lesson with two exercises, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    exercises = {e.name: e for e in (conv(), letter())}
    module = types.ModuleType("helpers.exercises.lesson_99")
    module.ALL = exercises
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(progress_file, "all_lessons", lambda: {"lesson_99": list(exercises)})
    return exercises


def test_progress_tells_what_was_solved_and_what_is_next(lesson, tmp_path, capsys):
    progress()
    check(lesson["conv1d"], lesson["conv1d"].build(CONV))
    progress()
    check(lesson["letter"], "B")
    progress()
    said = [line for line in capsys.readouterr().out.splitlines() if ": correct" not in line]
    assert said == ["Solved 0 of 2 exercises in this folder.", "Next: conv1d in lesson 99.",
                    "Solved 1 of 2 exercises in this folder.", "Lesson 99: 1 of 2 (conv1d).",
                    "Next: letter in lesson 99.",
                    "Solved 2 of 2 exercises in this folder.", "Lesson 99: 2 of 2 (conv1d, letter)."]
    assert [p.name for p in tmp_path.iterdir()] == ["progress.json"]
    assert json.loads((tmp_path / "progress.json").read_text()) == {"lesson_99": ["conv1d", "letter"]}


def test_only_a_solved_exercise_of_a_lesson_writes(lesson, tmp_path, capsys):
    """A pristine notebook, a wrong answer, and a made-up exercise leave the folder alone."""
    check(lesson["letter"], ...)
    check(lesson["letter"], "A")
    hint(lesson["letter"])
    progress()
    check(number(), 34944)
    assert not list(tmp_path.iterdir())


def test_what_was_solved_before_opens_its_hints(lesson, tmp_path, capsys):
    (tmp_path / "progress.json").write_text('{"lesson_99": ["conv1d"]}')
    hint(lesson["conv1d"])
    assert capsys.readouterr().out == "Hint 1 of 2: look at x[i:].\n"


@pytest.mark.parametrize("damage", ["", "{", "[]", "3", '{"lesson_99": 7}', '{"lesson_99": [7]}', "[" * 5000, "\udce9"])
def test_a_damaged_file_is_left_alone_and_not_used(lesson, tmp_path, capsys, damage):
    path = tmp_path / "progress.json"
    path.write_bytes(damage.encode("utf-8", "surrogateescape"))
    before = path.read_bytes()
    check(lesson["letter"], "B")
    progress()
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["progress.json"]
    assert "Solved 0 of 2" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_stops_nothing(lesson, tmp_path, capsys, monkeypatch):
    """Half-written files never appear: the old one stays whole."""
    path = tmp_path / "progress.json"
    path.write_text('{"lesson_99": ["conv1d"]}')

    def refuse(*args, **options):
        raise PermissionError
    monkeypatch.setattr(type(path), "replace", refuse)
    check(lesson["letter"], "B")
    assert path.read_text() == '{"lesson_99": ["conv1d"]}' and len(list(tmp_path.iterdir())) == 1
    monkeypatch.setattr(type(path), "write_text", refuse)
    check(lesson["letter"], "B")
    assert "letter: correct" in capsys.readouterr().out


def test_progress_knows_all_lessons():
    lessons = progress_file.all_lessons()
    assert list(lessons)[0] == "lesson_00" and list(lessons) == sorted(lessons)


def test_the_checker_needs_no_torch():
    code = "import sys; import helpers.exercises.engine; assert 'torch' not in sys.modules"
    import subprocess
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_engine_offers_what_the_lessons_import():
    assert {"Exercise", "check", "hint", "solution", "progress"} <= set(engine.__all__)
