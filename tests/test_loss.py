"""Softmax and cross-entropy: by hand, against nudging, against torch, at extreme scores; and what they refuse."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.gradcheck import gradcheck
from helpers.loss import cross_entropy, cross_entropy_backward, log_softmax, softmax

CLOSE = dict(rtol=0, atol=1e-10)
SIZES = dict(places=st.lists(st.integers(1, 5), min_size=1, max_size=2).map(tuple), n_classes=st.integers(1, 6),
             masked=st.booleans(), scale=st.sampled_from([0.1, 1.0, 30.0, 1e4]), seed=st.integers(0, 2**32 - 1))


def random_case(places, n_classes, masked=False, scale=1.0, seed=0):
    """Where the mask is False, labels and scores are rubbish that would be refused or felt if they were looked at."""
    rng = np.random.default_rng(seed)
    z, labels = scale * rng.normal(size=(*places, n_classes)), rng.integers(n_classes, size=places)
    if not masked:
        return z, labels, None
    mask = rng.random(places) < 0.6
    mask.flat[0] = True
    return np.where(mask[..., None], z, np.nan), np.where(mask, labels, -7), mask


def torch_loss(z, labels, mask):
    """cross_entropy wants (positions, classes); ignore_index leaves positions out."""
    z = torch.tensor(np.where(mask[..., None], z, 0) if mask is not None else z, requires_grad=True)
    labels = labels if mask is None else np.where(mask, labels, -100)
    loss = torch.nn.functional.cross_entropy(z.reshape(-1, z.shape[-1]), torch.tensor(labels).reshape(-1),
                                             ignore_index=-100)
    loss.backward()
    return loss.item(), z.grad.numpy()


def test_by_hand_with_simple_fractions():
    z, labels = np.log([[1., 3.], [4., 1.], [1., 1.]]), np.array([1, 0, 1])
    np.testing.assert_allclose(softmax(z), [[1 / 4, 3 / 4], [4 / 5, 1 / 5], [1 / 2, 1 / 2]], **CLOSE)
    np.testing.assert_allclose(cross_entropy(z, labels), -(np.log(3 / 4) + np.log(4 / 5) + np.log(1 / 2)) / 3, **CLOSE)
    np.testing.assert_allclose(3 * cross_entropy_backward(z, labels),
                               [[1 / 4, 3 / 4 - 1], [4 / 5 - 1, 1 / 5], [1 / 2, 1 / 2 - 1]], **CLOSE)


def test_padding_changes_neither_the_sum_nor_the_number_it_is_divided_by():
    z, labels = np.log([[[1., 3.], [4., 1.]], [[9., 9.], [1., 99.]]]), np.array([[1, 1], [0, 0]])
    mask = np.array([[True, True], [True, False]])
    want = -(np.log(3 / 4) + np.log(1 / 5) + np.log(1 / 2)) / 3
    np.testing.assert_allclose(cross_entropy(z, labels, mask), want, **CLOSE)
    dz = cross_entropy_backward(z, labels, mask)
    assert not dz[1, 1].any()
    np.testing.assert_allclose(dz[0, 0], [1 / 4 / 3, -1 / 4 / 3], **CLOSE)


@settings(max_examples=300, deadline=None)
@given(**SIZES)
def test_equals_torch_value_and_gradient(places, n_classes, masked, scale, seed):
    z, labels, mask = random_case(places, n_classes, masked, scale, seed)
    loss, dz = torch_loss(z, labels, mask)
    np.testing.assert_allclose(cross_entropy(z, labels, mask), loss, rtol=1e-14, atol=1e-10)
    np.testing.assert_allclose(cross_entropy_backward(z, labels, mask), dz, **CLOSE)


@settings(max_examples=200, deadline=None)
@given(**SIZES)
def test_softmax_equals_torch_and_sums_to_one(places, n_classes, masked, scale, seed):
    z, _, _ = random_case(places, n_classes, False, scale, seed)
    np.testing.assert_allclose(softmax(z), torch.softmax(torch.tensor(z), -1).numpy(), **CLOSE)
    np.testing.assert_allclose(log_softmax(z), torch.log_softmax(torch.tensor(z), -1).numpy(), rtol=1e-14, atol=1e-10)
    np.testing.assert_allclose(softmax(z).sum(-1), 1, **CLOSE)
    np.testing.assert_allclose(softmax(z + 12.5), softmax(z), **CLOSE)


@pytest.mark.parametrize("masked", [False, True])
def test_every_entry_of_the_gradient_by_nudging(masked):
    z, labels, mask = random_case((4, 3), 5, masked)
    z = np.nan_to_num(z)
    assert gradcheck(lambda z: cross_entropy(z, labels, mask), dict(z=z),
                     dict(z=cross_entropy_backward(z, labels, mask))) == 4 * 3 * 5


def test_each_row_of_the_gradient_sums_to_zero():
    """A number added to all scores of a row changes nothing."""
    z, labels, _ = random_case((6,), 4)
    np.testing.assert_allclose(cross_entropy_backward(z, labels).sum(axis=1), 0, **CLOSE)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e2, 1e4, 1e30, "largest"])
def test_finite_scores_of_any_size_give_no_nan_and_no_warning(dtype, size):
    """Not even the two ends of the number line, whose difference overflows."""
    size = np.finfo(dtype).max if size == "largest" else size
    z = np.array([[size, -size, 0], [0, 0, 0], [-size, -size, -size], [size, size, -size]], dtype)
    with np.errstate(all="raise", under="ignore"):
        p, loss = softmax(z), cross_entropy(z, np.array([0, 1, 2, 0]))
        dz = cross_entropy_backward(z, np.array([0, 1, 2, 0]))
    np.testing.assert_allclose(p, [[1, 0, 0], [1 / 3] * 3, [1 / 3] * 3, [0.5, 0.5, 0]], atol=1e-7)
    np.testing.assert_allclose(loss, (2 * np.log(3) + np.log(2)) / 4, rtol=1e-6)
    assert np.isfinite(dz).all() and p.dtype == dz.dtype == loss.dtype == dtype


def test_a_hopeless_answer_costs_its_distance_and_not_infinity():
    """log(softmax(z)) would be log(0); the difference of the scores is 1000."""
    assert cross_entropy(np.array([[1000.0, 0.0]]), np.array([1])) == 1000


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_nothing_is_changed(dtype):
    z, labels, _ = random_case((3, 2), 4)
    z, mask = z.astype(dtype), np.array([[True, False]] * 3)
    before = z.copy(), labels.copy(), mask.copy()
    results = [softmax(z), log_softmax(z), cross_entropy(z, labels, mask), cross_entropy_backward(z, labels, mask)]
    assert {v.dtype for v in results} == {np.dtype(dtype)}
    assert all((v == old).all() for v, old in zip((z, labels, mask), before, strict=True))


Z, LABELS = np.zeros((2, 3)), np.array([0, 2])
BAD = [((Z.tolist(), LABELS), TypeError, "z is a list; expected a numpy array of shape (2, 3)"),
       ((Z.astype(int), LABELS), TypeError, "z holds int64 numbers; expected floats, such as z.astype(float)"),
       ((Z[0], LABELS), ValueError, "z has shape (3,); expected (N, n_classes)"),
       ((Z[:0], LABELS[:0]), ValueError, "z has shape (0, 3); there is nothing in it"),
       ((Z, [0, 2]), TypeError, "labels is a list; expected a numpy array of whole numbers"),
       ((Z, LABELS.astype(float)), TypeError, "labels holds float64 numbers; expected whole numbers 0 to 2"),
       ((Z, np.eye(3)[LABELS]), ValueError, "labels has shape (2, 3); expected (2,)"),
       ((Z, LABELS[:1]), ValueError, "labels has shape (1,); expected (2,)"),
       ((Z, LABELS + 1), IndexError, "labels holds 3; expected whole numbers 0 to 2"),
       ((Z, LABELS - 1), IndexError, "labels holds -1; expected whole numbers 0 to 2"),
       ((Z, LABELS, np.array([False, False])), ValueError, "mask counts no position; expected at least one True"),
       ((Z, LABELS, np.array([1.0, 0.0])), ValueError,
        "mask is array([1., 0.]); expected a numpy array of True and False, of shape (2,)"),
       ((Z, LABELS, [True, False]), ValueError,
        "mask is [True, False]; expected a numpy array of True and False, of shape (2,)"),
       ((Z, LABELS, np.array([True])), ValueError,
        "mask is array([ True]); expected a numpy array of True and False, of shape (2,)")]


@pytest.mark.parametrize("function", [cross_entropy, cross_entropy_backward])
@pytest.mark.parametrize(("arguments", "error", "message"), BAD)
def test_bad_input_is_named(function, arguments, error, message):
    with pytest.raises(error) as raised:
        function(*arguments)
    assert str(raised.value) == message


@pytest.mark.parametrize(("z", "error", "message"), [
    ([1.0, 2.0], TypeError, "z is a list; expected a numpy array of shape (2,)"),
    (np.array([1, 2]), TypeError, "z holds int64 numbers; expected floats, such as z.astype(float)"),
    (np.ones((2, 0)), ValueError, "z has shape (2, 0); there is nothing in it")])
def test_bad_input_of_softmax_is_named(z, error, message):
    with pytest.raises(error) as raised:
        softmax(z)
    assert str(raised.value) == message
