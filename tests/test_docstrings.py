"""Docstrings of the layers: formula, shapes, what comes back, errors, a second road, where taught, source, an example."""
import importlib
import inspect

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
