"""What is timed is right: every formulation gives the layer's numbers, forward and backward; and how times become ratios."""
import numpy as np
import pytest
from formulations import FORMULATIONS
from timing import agree, ratios

from helpers.conv import conv2d, conv2d_backward


@pytest.mark.parametrize("name", FORMULATIONS)
@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 1), (3, 2)])
def test_every_formulation_gives_the_numbers_of_conv2d(name, stride, padding):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 6, 7)), rng.normal(size=(4, 3, 3, 2))
    forward, backward = FORMULATIONS[name]
    y = conv2d(x, w, None, stride, padding)
    np.testing.assert_allclose(forward(x, w, stride, padding), y, atol=1e-12)
    dy = rng.normal(size=y.shape)
    for got, want in zip(backward(dy, x, w, stride, padding), conv2d_backward(dy, x, w, stride, padding)[:2], strict=True):
        np.testing.assert_allclose(got, want, atol=1e-12)


def test_a_ratio_is_taken_within_a_round_and_the_middle_one_counts():
    assert ratios({"torch": [1.0, 2.0, 10.0], "ours": [2.0, 2.0, 30.0]}) == {"torch": 1.0, "ours": 2.0}


def test_a_wrong_answer_is_not_timed():
    with pytest.raises(AssertionError, match="ours differs from torch by 5.0e-01"):
        agree({"torch": np.array([2.0]), "ours": np.array([1.0])})
