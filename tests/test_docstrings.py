"""Docstrings of the layers: formula, shapes, what comes back, errors, a second road, where taught, source, an example."""
import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

LAYERS = ("dense", "local", "conv", "pooling", "rnn", "lstm", "gru", "embedding", "loss")
SHARED_CHECKS = {"recurrent_sizes", "or_zeros", "by_gate", "gate_sums", "sum_over_steps"}


def functions():
    for name in LAYERS:
        module = importlib.import_module(f"helpers.{name}")
        for function in vars(module).values():
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                if not function.__name__.startswith("_") and function.__name__ not in SHARED_CHECKS:
                    yield pytest.param(function, id=f"{name}.{function.__name__}")


@pytest.mark.parametrize("function", list(functions()))
@pytest.mark.parametrize("part", ["Returns", "rror", "Second road", "esson", "ource", ">>> "])
def test_the_docstring_has_every_part(function, part):
    assert part in inspect.getdoc(function)


@pytest.mark.parametrize("function", list(functions()))
def test_the_docstring_names_every_argument_or_refers_to_where_they_stand(function):
    text = inspect.getdoc(function)
    missing = [name for name in inspect.signature(function).parameters if f"{name} " not in text and f"{name}," not in text]
    assert not missing or "he rest" in text or "he options" in text or "rguments" in text, missing


# ---- the tests themselves ---------------------------------------------------------------------------------------------

TESTS = sorted(Path(__file__).parent.rglob("test_*.py"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_every_test_says_in_words_what_it_guards(path):
    """A file in its first line; a test by a docstring or by a name of three words or more. A second opinion may have the name of
    the exercise it judges."""
    source = path.read_text(encoding="utf-8")
    tests = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    short = [test.name[5:] for test in tests if not ast.get_docstring(test) and test.name.count("_") < 3]
    assert ast.get_docstring(ast.parse(source))
    assert [name for name in short if "second_opinion" not in path.stem or not re.search(rf"\b{name}\b", source)] == []
