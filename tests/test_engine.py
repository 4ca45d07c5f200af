"""The checker: what it says to every kind of function, right, wrong and odd; and what it gives back."""
import subprocess
import sys

import numpy as np
import pytest
import torch
from made_up import CONV, FLIP, GRADS, RIGHT_LOOKS, SHORT, body, conv, edges, grads, letter, number, verdict

from helpers.exercises import engine
from helpers.exercises.engine import Exercise, check, diagnose, hint, solution
from helpers.exercises.trial import trial


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
def test_odd_answers_are_told_what_they_gave_or_did(code, kind, says):
    got = verdict(conv(seconds=0.5 if says.startswith("no end") else 5), body(code))
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


def test_of_several_results_the_wrong_one_is_named():
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


def test_a_mistake_that_stops_in_one_case_is_still_named_and_stopping_alone_names_nothing():
    firsts = Exercise(name="firsts", cases=[([1, 2, 3], 2), ([4, 5], 4)], solution="def firsts(x, n):\n    return x[:n]",
                      mistakes={"one by one.": "def firsts(x, n):\n    return [x[i] + 1 for i in range(n)]"})
    assert diagnose(firsts, lambda x, n: [x[i] + 1 for i in range(n)]) == ("mistake", "one by one.")
    assert diagnose(firsts, lambda x, n: x[99]).kind == "error"
    assert diagnose(firsts, lambda x, n: [x[i] + 1 for i in range(n)] if n == 2 else 1 / 0).kind == "error"


def test_an_answer_that_remembers_the_last_call_is_not_confirmed():
    """Right in every case, once: a sum that is kept between calls is found by asking again."""
    e = Exercise(name="f", cases=[(2.,), (3.,)], solution="def f(a):\n    return a")
    counting = "seen = []\ndef f(a):\n    seen.append(a)\n    return a + (len(seen) > 2)"
    got = verdict(e, counting)
    assert got.kind == "wrong" and "first gives 2 and then 3" in got.message


def test_long_results_are_told_by_their_first_difference():
    e = Exercise(name="f", cases=[(6,)], solution="def f(n):\n    return np.arange(n * n).reshape(n, n)")
    got = verdict(e, "def f(n):\n    a = np.arange(n * n).reshape(n, n)\n    a[2, 1] = 0\n    return a")
    assert got.message == "at [2, 1] it gives 0, expected 13 for n = 6; 1 of 36 numbers differ."
    assert "transpose" in verdict(e, "def f(n):\n    return np.arange(n * n).reshape(n, n).T").message


def test_as_many_digits_as_it_takes_to_see_the_difference():
    e = Exercise(name="f", cases=[(3,)], solution="def f(n):\n    return 1 / n")
    message = verdict(e, "def f(n):\n    return 1 / n + 1e-5").message
    assert message == "it gives 0.3333433, expected 0.3333333 for n = 3."


def test_only_the_learners_interrupt_comes_through():
    with pytest.raises(KeyboardInterrupt):
        verdict(conv(), body("raise KeyboardInterrupt"))


def test_warnings_and_prints_of_an_answer_are_not_shown(recwarn, capsys):
    for name in ("warns", "prints"):
        check(conv(), conv().build(RIGHT_LOOKS[name]))
    assert capsys.readouterr().out == "conv1d: correct - windows overlap.\n" * 2 and not recwarn.list


def test_endless_prints_do_not_fill_the_memory():
    kept = trial(lambda: [print("again and again") for _ in range(10_000)], (), 5).printed
    assert kept.startswith("again and again") and len(kept) < 3000


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


def test_an_exercise_does_not_show_its_solution_by_accident():
    assert repr(conv()) == "<exercise conv1d>"


def test_the_checker_needs_no_torch():
    code = "import sys; import helpers.exercises.engine; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_engine_offers_what_the_lessons_import():
    assert {"Exercise", "check", "hint", "solution", "progress"} <= set(engine.__all__)
