"""Equivariance read from ids and measured on data: both roads give the same answer."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from layers import options_2d, theta_for

from helpers.equivariance import equivariance_error, equivariant_to, shift, shift_equivariance
from helpers.shapes import output_size
from helpers.sharing import conv1d_ids, conv2d_ids, dense_ids, gather, local1d_ids, local2d_ids, rnn_ids

EXACT, AWAY, NO = "exact", "away from the borders", "no"


def answer_1d(ids, stride=1):
    return shift_equivariance(ids, (1, ids.shape[0]), (1, ids.shape[1]), stride)


def layer_of(ids, out_shape, in_shape, theta=None):
    """The layer with random weights, as a function of a batch."""
    W = gather(theta_for(ids.max() + 1) if theta is None else theta, ids)
    return lambda x: (x.reshape(len(x), -1) @ W.T).reshape(len(x), *out_shape)


@pytest.mark.parametrize(("ids", "stride", "answer"), [
    (conv1d_ids(6, 3, padding=1, circular=True), 1, EXACT),
    (conv1d_ids(6, 3, padding=1), 1, AWAY),
    (conv1d_ids(6, 3), 1, AWAY),
    (conv1d_ids(6, 3, circular=True), 1, AWAY),                         # on a ring, but only 4 of 6 places
    (conv1d_ids(8, 3, stride=2, padding=1, circular=True), 2, EXACT),
    (conv1d_ids(9, 3, stride=2, padding=1, circular=True), 2, AWAY),    # 2 does not divide 9
    (conv1d_ids(8, 3, stride=2, padding=1, circular=True), 1, NO),      # a shift by 1 has no counterpart
    (conv1d_ids(9, 3, stride=2), 2, AWAY),
    (conv1d_ids(9, 3, dilation=2, padding=2), 1, AWAY),
    (local1d_ids(6, 3), 1, NO),
    (local1d_ids(6, 3, padding=1, circular=True), 1, NO),
    (dense_ids(6, 6), 1, NO),
    (conv1d_ids(6, 6), 1, NO),                                          # a kernel as large as the input is dense
    (conv1d_ids(6, 6), 6, NO),                                          # a whole turn is no test
    (np.zeros((1, 6), int), 1, EXACT),                                  # the mean of everything
    (np.full((4, 6), -1), 1, EXACT),                                    # nothing goes in, nothing comes out
], ids=str)
def test_the_three_answers_by_hand(ids, stride, answer):
    assert answer_1d(ids, stride) == (answer,)


def test_the_flattened_matrix_hides_what_the_axes_show():
    """Row by row of the 2-D matrix every convolution fails at the end of an image row."""
    ids = conv2d_ids(5, 5, 3, padding=1)
    assert not np.array_equal(ids[1:, 1:], ids[:-1, :-1])
    assert shift_equivariance(ids, (1, 5, 5), (1, 5, 5)) == (AWAY, AWAY)


def test_each_axis_has_its_own_answer():
    ids = np.kron(np.where(np.eye(3, dtype=int) == 1, 0, -1), np.ones((4, 4), int))
    shared = np.where(ids == 0, np.tile(conv1d_ids(4, 1), (3, 3)), -1)                  # one pixel, everywhere the same
    rows_differ = np.where(shared == 0, np.arange(3).repeat(4)[:, None], -1)            # one weight for each row
    shape = (1, 3, 4)
    assert shift_equivariance(shared, shape, shape) == (EXACT, EXACT)
    assert shift_equivariance(rows_differ, shape, shape) == (NO, EXACT)
    assert equivariant_to(rows_differ, shape, shape) == "height: nothing; width: shifts"


def test_the_channels_can_be_asked_too():
    """A dense layer from 2 to 2 channels at one place: the axis of the channels is tested when it is named."""
    assert shift_equivariance(np.array([[0, 1], [1, 0]]), (2, 1), (2, 1), axes=(0, 1)) == (EXACT, EXACT)


def test_the_steps_of_an_unrolled_rnn_are_alike():
    assert shift_equivariance(rnn_ids(5, 2, 3), (5, 3), (5, 5), axes=(0,)) == (EXACT,)


@settings(max_examples=300, deadline=None)
@given(options_2d(), st.integers(0, 1))
def test_the_answer_from_ids_is_the_answer_from_random_weights(o, axis):
    """Move the input by the stride and the output by one place along one axis; look where the two disagree."""
    (k, s), p, d = (o["kernel_size"], o["stride"]), o["padding"], o["dilation"]
    ids, in_shape = conv2d_ids(**o), (o["C_in"], o["H_in"], o["W_in"])
    sizes = [output_size(in_shape[1 + a], k[a], s[a], p[a], d[a]) for a in (0, 1)]
    out_shape = (o["C_out"], *sizes)
    answer = shift_equivariance(ids, out_shape, in_shape, s)[axis]
    by, out_by = [0, 0], [0, 0]
    by[axis], out_by[axis] = s[axis], 1
    x = np.random.default_rng(3).normal(size=(4, *in_shape))
    number = equivariance_error(layer_of(ids, out_shape, in_shape), x, by, out_by).number
    whole_turn = sizes[axis] == 1 and s[axis] % in_shape[1 + axis] == 0 and in_shape[1 + axis] > 1
    if not whole_turn:
        assert (number < 1e-12) == (answer == EXACT)
    fits_ring = o["circular"] and sizes[axis] * s[axis] == in_shape[1 + axis]
    assert answer == EXACT or not fits_ring or whole_turn


@settings(max_examples=200, deadline=None)
@given(options_2d(circular=st.just(False)))
def test_local_and_dense_layers_with_more_than_one_place_are_equivariant_to_nothing(o):
    ids = local2d_ids(**o)
    shape = (o["C_in"], o["H_in"], o["W_in"])
    sizes = [output_size(shape[1 + a], *(o[name][a] for name in ("kernel_size", "stride", "padding", "dilation")))
             for a in (0, 1)]
    answers = shift_equivariance(ids, (o["C_out"], *sizes), shape, o["stride"])
    assert all(answer == NO for answer, n in zip(answers, sizes, strict=True) if n > 1) or (ids < 0).all()
    dense = dense_ids(ids.shape[1], ids.shape[0])
    answers = shift_equivariance(dense, (o["C_out"], *sizes), shape, 1)
    assert all(a == NO for a, *ns in zip(answers, sizes, shape[1:], strict=True) if max(ns) > 1)


def test_zero_padding_is_wrong_at_the_border_and_nowhere_else():
    ids, shape = conv2d_ids(8, 9, 3, padding=1), (1, 8, 9)
    number, where = equivariance_error(layer_of(ids, shape, shape), theta_for(3 * 72).reshape(3, *shape), (0, 1))
    assert number > 0.05 and where.shape == (8, 9)
    assert where[:, 2:-1].max() < 1e-12 and where[:, [0, 1, -1]].min() > 1e-3
    assert np.isclose(number, np.sqrt(np.mean(where ** 2)))


def test_an_object_that_stays_inside_moves_with_zero_padding_exactly():
    ids, shape = conv2d_ids(8, 9, 3, padding=1), (1, 8, 9)
    x = np.zeros((1, *shape))
    x[0, 0, 2:5, 2:6] = theta_for(12).reshape(3, 4)
    assert equivariance_error(layer_of(ids, shape, shape), x, (1, 1), circular=False).number == 0


def test_the_error_by_hand():
    """f doubles the first place only: y = 2, 1, 1; moved input gives 2, 1, 1 and the moved output 1, 2, 1."""
    f = lambda x: x * np.array([2.0, 1.0, 1.0])                         # noqa: E731
    number, where = equivariance_error(f, np.ones((1, 1, 3)), 1)
    assert np.allclose(number, np.sqrt((1 + 1 + 0) / 3) / np.sqrt(6 / 3))
    assert np.allclose(where, np.array([1, 1, 0]) / np.sqrt(2))


def test_invariance_is_the_error_with_an_output_that_must_not_move():
    x = theta_for(2 * 3 * 20).reshape(2, 3, 4, 5)
    biggest = lambda x: x.max(axis=(2, 3))                              # noqa: E731
    assert equivariance_error(biggest, x, (1, 2), out_by=0).number == 0
    assert equivariance_error(lambda x: x[:, :, 0, 0], x, (1, 2), out_by=0).number > 0.1
    assert equivariance_error(lambda x: 0 * x, x, (1, 2)).number == 0


def test_a_torch_layer_is_measured_and_left_as_it_was():
    layer = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular"), torch.nn.BatchNorm2d(2))
    before = [t.clone() for t in layer.state_dict().values()]
    x = theta_for(2 * 30).reshape(2, 1, 5, 6)
    assert equivariance_error(layer, x, (2, 1)).number < 1e-12
    assert layer.training and all(map(torch.equal, before, layer.state_dict().values()))
    zeros = torch.nn.Conv2d(1, 2, 3, padding=1)
    assert equivariance_error(zeros, x, (2, 1)).number > 0.01


def test_shift_by_hand_and_the_input_is_left_alone():
    x = np.arange(6).reshape(1, 1, 2, 3)
    assert shift(x, (1, 1))[0, 0].tolist() == [[5, 3, 4], [2, 0, 1]]
    assert shift(x, (1, 1), circular=False)[0, 0].tolist() == [[0, 0, 0], [0, 0, 1]]
    assert shift(x, -1, circular=False)[0, 0].tolist() == [[1, 2, 0], [4, 5, 0]]
    assert shift(x, 9, circular=False).max() == 0
    assert x.ravel().tolist() == list(range(6))


def test_words_for_the_table():
    ring, shape = conv2d_ids(4, 4, 3, stride=2, padding=1, circular=True), (1, 4, 4)
    assert equivariant_to(ring, (1, 2, 2), shape, stride=2) == "shifts by 2"
    assert equivariant_to(conv2d_ids(1, 5, (1, 3)), (1, 1, 3), (1, 1, 5)) == "shifts, away from the borders"
    assert equivariant_to(np.zeros((1, 9), int), (1, 1, 1), (1, 3, 3)) == "shifts (invariant)"
    assert equivariant_to(dense_ids(9, 9), (1, 3, 3), (1, 3, 3)) == "nothing"
    assert equivariant_to(np.zeros((2, 2), int), (1, 2), (1, 2)) == "shifts"
    first_only = np.where(np.eye(8, dtype=int) == 1, np.arange(8)[:, None] // 4, -1)
    assert equivariant_to(first_only, (1, 2, 2, 2), (1, 2, 2, 2)) == "axis 1: nothing; axis 2: shifts; axis 3: shifts"
    assert equivariant_to(dense_ids(3, 2), (2,), (3,)) == "nothing"


IDS = conv1d_ids(6, 3)
BAD = [
    (lambda: shift_equivariance(IDS, (1, 5), (1, 6)), ValueError, "out_shape is (1, 5) and holds 5 numbers; param_ids"),
    (lambda: shift_equivariance(IDS, (1, 4), (1, 5)), ValueError, "in_shape is (1, 5) and holds 5 numbers; param_ids"),
    (lambda: shift_equivariance(IDS, (1, 2, 2), (1, 6)), ValueError, "out_shape is (1, 2, 2) and in_shape is (1, 6)"),
    (lambda: shift_equivariance(IDS, 4, (1, 6)), TypeError, "out_shape is 4; expected a shape such as"),
    (lambda: shift_equivariance(IDS, (1, 4), (1, 6), stride=0), ValueError, "stride is 0"),
    (lambda: shift_equivariance(IDS, (1, 4), (1, 6), stride=(1, 2)), ValueError, "stride is (1, 2); expected one"),
    (lambda: shift_equivariance(IDS.tolist(), (1, 4), (1, 6)), TypeError, "param_ids is [["),
    (lambda: shift_equivariance(IDS, (1, 4), (1, 6), axes=(2,)), ValueError,
     "axes is (2,); expected numbers from 0 to 1"),
    (lambda: shift(np.ones((1, 1, 3)), (1, 1)), ValueError, "by is (1, 1); x has only 1 axes to move along"),
    (lambda: shift(np.ones((1, 1, 3)), 0.5), TypeError, "by is 0.5; expected whole numbers"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_input_is_named_with_its_value(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
