"""Output sizes and the checks on arguments: what they accept, and what they say when they do not."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.shapes import array, channels, indices, output_size, pair, per_axis, sizes, whole


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 20), st.integers(1, 6), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3))
def test_output_size_counts_the_windows_as_torch_does(n, k, s, p, d):
    starts = [i for i in range(0, n + 2 * p, s) if i + d * (k - 1) < n + 2 * p]
    if not starts:
        with pytest.raises(ValueError, match="the padded input has only"):
            output_size(n, k, s, p, d)
        return
    y = torch.nn.functional.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), stride=s, padding=p, dilation=d)
    assert output_size(n, k, s, p, d) == len(starts) == y.shape[-1]


def test_output_size_by_hand():
    assert [output_size(5, 3), output_size(5, 3, 2)] == [3, 2]
    assert [output_size(5, 3, padding=1), output_size(5, 3, dilation=2)] == [5, 1]


def test_the_size_224_fits_no_whole_number_of_windows():
    """(224 - 11) / 4 + 1 is 54.25; 227 pixels give 55 places."""
    assert (output_size(224, 11, 4), output_size(227, 11, 4)) == (54, 55)


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8, int])
def test_numpy_integers_are_whole_numbers(kind):
    assert whole("stride", kind(2), 1) == 2 and type(whole("stride", kind(2), 1)) is int
    assert pair("stride", (kind(2), kind(3)), 1) == (2, 3)
    assert output_size(kind(9), kind(3), kind(2), kind(1), kind(1)) == 5


def test_what_is_right_is_handed_back():
    assert per_axis("stride", np.int64(2), 2, 1) == (2, 2) and sizes("in_shape", [1, np.uint8(3)]) == (1, 3)
    assert channels(np.uint8(4), 2, 2) == (4, 2, 2)
    labels = np.array([0, 2], np.uint8)
    assert indices("labels", labels, 3, (2,)) is labels


BAD = [
    (lambda: whole("stride", 0, 1), ValueError, "stride is 0; expected a whole number of at least 1"),
    (lambda: whole("padding", -1, 0), ValueError, "padding is -1; expected a whole number of at least 0"),
    (lambda: whole("stride", 2.0, 1), TypeError, "stride is 2.0; expected a whole number of at least 1"),
    (lambda: whole("stride", "2", 1), TypeError, "stride is '2'; expected a whole number of at least 1"),
    (lambda: whole("stride", None, 1), TypeError, "stride is None; expected a whole number of at least 1"),
    (lambda: whole("stride", True, 1), ValueError, "stride is True; expected a whole number of at least 1"),
    (lambda: pair("stride", (1, 2, 3), 1), ValueError, "stride is (1, 2, 3); expected one whole number, or two"),
    (lambda: pair("stride", (1, 0), 1), ValueError, "stride is 0; expected a whole number of at least 1"),
    (lambda: pair("stride", (), 1), ValueError, "stride is (); expected one whole number, or two"),
    (lambda: output_size(4, 5), ValueError, "kernel_size is 5 and covers 5 pixels; the padded input has only 4"),
    (lambda: output_size(4, 3, dilation=2), ValueError, "kernel_size is 3 and covers 5 pixels"),
    (lambda: output_size(1, 5, padding=1), ValueError, "kernel_size is 5 and covers 5 pixels; the padded input has only 3"),
    (lambda: output_size(0, 1), ValueError, "n_in is 0; expected a whole number of at least 1"),
    (lambda: output_size(5, 3, stride=0), ValueError, "stride is 0"),
    (lambda: output_size(5, 3, padding=-1), ValueError, "padding is -1"),
    (lambda: array("x", [[1.0]], ("N", 1)), TypeError, "x is a list; expected a numpy array of shape (N, 1)"),
    (lambda: array("x", np.ones((2, 2), int), ("N", 2)), TypeError, "x holds int64 numbers; expected floats"),
    (lambda: array("x", np.ones(3), ("N", 3)), ValueError, "x has shape (3,); expected (N, 3)"),
    (lambda: array("x", np.ones((2, 4)), ("N", 3)), ValueError, "x has shape (2, 4); expected (N, 3)"),
    (lambda: array("b", np.ones(4), (3,)), ValueError, "b has shape (4,); expected (3,)"),
    (lambda: array("x", np.ones((0, 3)), ("N", 3)), ValueError, "x has shape (0, 3); there is nothing in it"),
    (lambda: per_axis("stride", (1, 2, 3), 2, 1), ValueError, "stride is (1, 2, 3); expected one whole number, or 2: one"),
    (lambda: per_axis("stride", (1, 0), 2, 1), ValueError, "stride is 0; expected a whole number of at least 1"),
    (lambda: sizes("in_shape", 28), TypeError, "in_shape is 28; expected a shape such as (1, 28, 28)"),
    (lambda: sizes("in_shape", ()), TypeError, "in_shape is (); expected a shape such as (1, 28, 28)"),
    (lambda: sizes("in_shape", (1,), 2), TypeError, "in_shape is (1,); expected a shape such as (1, 28, 28)"),
    (lambda: channels(3, 4, 2), ValueError, "groups is 2; it must divide C_in = 3 and C_out = 4"),
    (lambda: channels(4, 3, 2), ValueError, "groups is 2; it must divide C_in = 4 and C_out = 3"),
    (lambda: indices("labels", [0, 1], 2), TypeError, "labels is a list; expected a numpy array of whole numbers"),
    (lambda: indices("labels", np.array([0.0]), 2), TypeError, "labels holds float64 numbers; expected whole numbers 0 to 1"),
    (lambda: indices("labels", np.array([True]), 2), TypeError, "labels holds bool numbers; expected whole numbers 0 to 1"),
    (lambda: indices("labels", np.array([[0]]), 2, (1,)), ValueError, "labels has shape (1, 1); expected (1,)"),
    (lambda: indices("labels", np.zeros(0, int), 2), ValueError, "labels has shape (0,); there is nothing in it"),
    (lambda: indices("labels", np.array([0, 2]), 2), IndexError, "labels holds 2; expected whole numbers 0 to 1"),
    (lambda: indices("labels", np.array([0, -1]), 2), IndexError, "labels holds -1; expected whole numbers 0 to 1"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_input_is_named_with_its_value(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
