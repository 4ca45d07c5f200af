"""Lesson 0: the answers, read off the ids that the poster draws."""
from helpers.exercises import lesson_00 as ex
from helpers.sharing import connected, conv1d_ids, counts, local1d_ids


def test_colours():
    assert ex.colours.build(ex.colours.solution) == counts(conv1d_ids(6, 3)).parameters


def test_in_common():
    """B: the same squares, with another number of colours."""
    local, conv = local1d_ids(6, 3), conv1d_ids(6, 3)
    assert (connected(local) == connected(conv)).all() and counts(local).parameters != counts(conv).parameters
    assert ex.in_common.build(ex.in_common.solution) == "B"
