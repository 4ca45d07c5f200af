"""Lesson 15: the claims are complete, the verdicts fit the lesson, the designs are judged by equivariance and by torch."""
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from helpers.claims import CLAIMS, judge, score
from helpers.exercises import lesson_15 as ex
from helpers.sharing import NO_EDGE, counts

ROOT = Path(__file__).parents[1]
NOTEBOOK = nbformat.read(ROOT / "notebooks" / "15_claims.ipynb", 4)


def solved(exercise):
    return exercise.build(exercise.solution)


def test_every_claim_stands_in_the_lesson_word_for_word_and_is_asked_once():
    text = "\n".join(c.source for c in NOTEBOOK.cells if c.cell_type == "markdown")
    for number, claim in CLAIMS.items():
        assert text.count(f"| {number} | {claim.text} |") == 1
    pages = [c.source for c in NOTEBOOK.cells if c.cell_type == "code" and c.source.count(": ...,") > 1]
    asked = [n for page in pages for n in eval(page.split("=")[1])]
    assert sorted(asked) == sorted(CLAIMS) == list(range(1, 41))


def test_every_claim_has_its_evidence_in_a_cell_that_was_run():
    """The number of each claim stands at the start of a printed line; 38 is a figure."""
    outputs = [out.get("text", "") for c in NOTEBOOK.cells if c.cell_type == "code" for out in c.outputs]
    lines = "".join(outputs).splitlines()
    shown = {int(n) for line in lines for n in line[:11].replace(",", " ").split() if n.isdigit()}
    assert set(CLAIMS) - shown <= {38}


def test_the_lesson_of_each_claim_exists():
    assert all(list((ROOT / "notebooks").glob(f"{claim.lesson:02}_*.ipynb")) for claim in CLAIMS.values())


def test_a_verdict_is_shown_only_after_an_answer():
    rows = judge({3: ..., 24: "true", 32: "true", 40: "pass"}).rows
    assert [row[2:5] for row in rows] == [("", "", "commit first"), ("true", "right", "true"),
                                          ("true", "look again", "false"), ("pass", "", "it depends")]
    assert score({3: ..., 24: "true"}, {32: "true", 40: "pass"}).rows[-1] == ("all", 4, 2, 1)


@pytest.mark.parametrize(("answers", "message"), [
    ({41: "true"}, "answers has 41; expected numbers of claims, 1 to 40"),
    ({3: "yes"}, "answers\\[3\\] is 'yes'; expected 'true', 'false', 'it depends' or 'pass'"),
])
def test_bad_answers_are_named(answers, message):
    for function in (judge, score):
        with pytest.raises(ValueError, match=message):
            function(answers)


def test_not_local():
    ids = solved(ex.not_local)
    cost = counts(ids)
    assert cost.connections == ids.size > cost.parameters


def test_not_shared():
    ids = solved(ex.not_shared)
    assert counts(ids).parameters == counts(ids).connections == 9
    seen = torch.nn.functional.conv1d(torch.eye(5)[:, None], torch.ones(1, 1, 3))[:, 0].T        # what a torch kernel sees
    assert np.array_equal(ids != NO_EDGE, seen.numpy() > 0)


def test_bigger():
    n_in, n_out, C_in, C_out, k = solved(ex.bigger)
    dense, conv = torch.nn.Linear(n_in, n_out), torch.nn.Conv2d(C_in, C_out, k)
    sizes = [sum(p.numel() for p in layer.parameters()) for layer in (dense, conv)]
    assert sizes[0] < sizes[1] and min(n_in, n_out) >= 2


def test_the_exam_questions():
    assert solved(ex.difference) == "B" and solved(ex.who) == "C"
