"""A learner runs cells again, on another machine, in another folder, after a restart: the same comes out. Slow.

`python tests/sweep.py` does the same for all lessons and prints a table.
"""
import pytest
from sweep import CHECKS, LESSONS, LIMIT

pytestmark = pytest.mark.slow
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)


@pytest.mark.parametrize("check", list(CHECKS)[1:])          # the first, one thread, is in test_binder.py
@each_lesson
def test_the_same_is_printed(path, check):
    """Threads and processors, every cell twice, a restart in the middle. Processors: the numerical libraries' own variables."""
    run = CHECKS[check](path)
    assert run.differences == [] and run.megabytes < LIMIT
