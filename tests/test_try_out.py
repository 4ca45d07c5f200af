"""What `try_out` says to a student: whether an answer runs, what is odd about it, and in which line it stopped; never a mark."""
import importlib.util
import linecache
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "notebooks" / "assignments"


@pytest.fixture(scope="module")
def try_out():
    spec = importlib.util.spec_from_file_location("try_out_of_students", FOLDER / "try_out.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.try_out


def in_a_cell(source):
    """What a cell defines; its lines are known as those of a notebook are."""
    linecache.cache["<cell>"] = len(source), None, source.splitlines(keepends=True), "<cell>"
    space = {"np": np}
    exec(compile(source, "<cell>", "exec"), space)
    return space["f"]


FUNCTIONS = {
    "a line that stops": ("uses", "def f(p, n):\n    k = 0\n    return p[k, 99]",
                          "stopped for param_ids = [[", "IndexError", "(line 3: return p[k, 99])"),
    "too few arguments": ("uses", "def f(p):\n    return p", "TypeError", "takes 1 positional argument"),
    "print": ("uses", "def f(p, n):\n    print(n)", "Is a return missing? (print only shows a result.)"),
    "blank": ("uses", "def f(p, n):\n    return ...", "uses: not attempted"),
    "a list where a function should be": ("uses", "f = [1, 2]", "expected a function"),
    "another shape": ("uses", "def f(p, n):\n    return [1, 2]", "it gives [1, 2]; expected [", "an array of shape (4,), not an"),
    "no numbers": ("uses", "def f(p, n):\n    return {}", "it gives a dictionary; expected an array of shape (4,)"),
    "text": ("uses", "def f(p, n):\n    return 'many'", "it gives text; expected an array"),
    "a large array": ("ring_ids", "def f(n, offsets):\n    return np.zeros((n, n))", "shape (6, 6); at [0, ", "has 0, exp"),
    "an argument changed": ("bias_grad", "def f(dy):\n    dy += 0.5\n    return (dy - 0.5).sum(axis=(0, 2, 3))",
                            "that is right there. But it changed its argument dy: begin with dy.copy()"),
    "right": ("bias_grad", "def f(dy):\n    return dy.sum(axis=(0, 2, 3)).tolist()", "that is right there\n"),
    "an array for a number": ("leak_grad", "def f(dh, x, h_0, a):\n    return [1.5]", "one number, not an array of shape (1,)")}


@pytest.mark.parametrize("case", FUNCTIONS)
def test_a_function_is_shown_what_it_gives_and_what_is_wrong_with_it(try_out, case, capsys):
    name, source, *said = FUNCTIONS[case]
    answer = in_a_cell(source)
    assert try_out(name, answer) is answer
    printed = capsys.readouterr().out
    assert all(words in printed for words in said), printed
    assert printed.splitlines()[-1].startswith(f"{name}: ") and ("But it changed" in printed) == ("dy.copy()" in said[0])


VALUES = [
    ("layer_counts", [1480, 2_500_000, 246960], "your answer is [1480, 2500000, 246960]\n"),
    ("layer_counts", [1480, 168], "your answer is [1480, 168]; expected an array of shape (3,), not an array of shape (2,)"),
    ("layer_counts", "1480, 168, 3", "expected numbers, not text"), ("layer_counts", None, "this is None"),
    ("layer_counts", [[1, 2], [3]], "expected numbers, not a list with rows of different lengths"),
    ("layer_counts", np.mean, "this is a function"), ("layer_counts", ..., "not attempted"),
    ("three_steps", [12.0], "expected one number, not an array of shape (1,)"), ("three_steps", 1e40, "your answer is 1e+40\n"),
    ("which_grows", "c)", "your answer is 'c'"), ("which_grows", "C or D", "expected one letter in quotes"),
    ("which_grows", 3, "expected one letter in quotes"), ("which_grows", "", "expected one letter in quotes"),
    ("slope_kernel", np.array([-0.5, 1 / 3, -0.0, 0]), "[-0.5, 0.33333, 0, 0]")]


@pytest.mark.parametrize("name, answer, said", VALUES)
def test_numbers_and_letters(try_out, name, answer, said, capsys):
    assert try_out(name, answer) is answer
    assert said in capsys.readouterr().out
