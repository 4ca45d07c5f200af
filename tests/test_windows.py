"""Windows and their adjoint: by hand, against torch's unfold and fold, the adjoint identity, and what they refuse."""
import numpy as np
import pytest
import torch
from convolutions import CLOSE, SEEDS
from hypothesis import given, settings
from hypothesis import strategies as st
from layers import options_2d

from helpers.windows import fold, positions, windows

MANY = settings(max_examples=200, deadline=None)


def options_of(o):
    return o["stride"], o["padding"], o["dilation"], "circular" if o["circular"] else "zeros"


def random_case(o, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, o["C_in"], o["H_in"], o["W_in"]))
    win = windows(x, o["kernel_size"], *options_of(o))
    return x, win, rng.normal(size=win.shape)


def test_windows_by_hand():
    x = np.arange(9.).reshape(1, 1, 3, 3)
    win = windows(x, 2)[0, 0]                                    # (a, b, i, j)
    assert win[:, :, 0, 0].tolist() == [[0, 1], [3, 4]] and win[:, :, 1, 0].tolist() == [[3, 4], [6, 7]]
    assert win[0, 0].tolist() == [[0, 1], [3, 4]] and win[1, 1].tolist() == [[4, 5], [7, 8]]


def test_stride_padding_dilation_and_the_ring_by_hand():
    row = np.array([[[[1., 2., 3., 4., 5.]]]])
    def seen(*options, k=2):
        return windows(row, (1, k), *options)[0, 0, 0, :, 0].T.tolist()
    assert seen((1, 2)) == [[1, 2], [3, 4]]
    assert seen((1, 2), (0, 1)) == [[0, 1], [2, 3], [4, 5]]
    assert seen((1, 1), 0, (1, 3)) == [[1, 4], [2, 5]]
    assert seen((1, 3), (0, 2), 1, "circular") == [[4, 5], [2, 3], [5, 1]]


def test_fold_by_hand_sums_and_never_averages():
    dwin = np.array([[1., 2., 3.], [10., 20., 30.]]).reshape(1, 1, 1, 2, 1, 3)
    assert fold(dwin, (1, 1, 1, 4)).ravel().tolist() == [1, 2 + 10, 3 + 20, 30]
    assert fold(dwin, (1, 1, 1, 2), padding=(0, 1)).ravel().tolist() == [2 + 10, 3 + 20]
    assert fold(dwin, (1, 1, 1, 2), 1, (0, 1), 1, "circular").ravel().tolist() == [2 + 10 + 30, 3 + 20 + 1]


@MANY
@given(options_2d(), st.integers(0, SEEDS))
def test_fold_is_the_adjoint_of_windows(o, seed):
    """(windows(x), dwin) = (x, fold(dwin)) for every x and dwin, with every option."""
    x, win, dwin = random_case(o, seed)
    dx = fold(dwin, x.shape, *options_of(o))
    assert dx.shape == x.shape
    np.testing.assert_allclose((win * dwin).sum(), (x * dx).sum(), **CLOSE)


@MANY
@given(options_2d(circular=st.just(False)), st.integers(0, SEEDS))
def test_windows_and_fold_equal_torch(o, seed):
    x, win, dwin = random_case(o, seed)
    options = dict(kernel_size=o["kernel_size"], stride=o["stride"], padding=o["padding"], dilation=o["dilation"])
    columns = torch.nn.functional.unfold(torch.tensor(x), **options)
    np.testing.assert_array_equal(win.reshape(columns.shape), columns)
    dx = torch.nn.functional.fold(torch.tensor(dwin.reshape(columns.shape)), x.shape[2:], **options)
    np.testing.assert_allclose(fold(dwin, x.shape, *options_of(o)), dx, **CLOSE)


@MANY
@given(options_2d(circular=st.just(True)), st.integers(0, SEEDS))
def test_circular_windows_are_windows_of_an_image_padded_by_torch(o, seed):
    x, win, _ = random_case(o, seed)
    (p_h, p_w), ring = o["padding"], torch.nn.functional.pad
    padded = ring(torch.tensor(x), (p_w, p_w, p_h, p_h), mode="circular").numpy()
    np.testing.assert_array_equal(win, windows(padded, o["kernel_size"], o["stride"], 0, o["dilation"]))


def test_windows_copy_no_pixel_and_cannot_be_written_through():
    x = np.ones((1, 2, 5, 5))
    win = windows(x, 3)
    assert np.shares_memory(win, x)
    with pytest.raises(ValueError, match="read-only"):
        win[0, 0, 0, 0, 0, 0] = 7.


@pytest.mark.parametrize("mode", ["zeros", "circular"])
def test_dtype_is_kept_and_nothing_is_changed(mode):
    x = np.arange(32, dtype=np.float32).reshape(1, 2, 4, 4)
    dwin = np.ones((1, 2, 3, 3, 4, 4), np.float32)
    win, dx = windows(x, 3, 1, 1, 1, mode), fold(dwin, x.shape, 1, 1, 1, mode)
    assert win.dtype == dx.dtype == np.float32
    assert (x.ravel() == np.arange(32)).all() and (dwin == 1).all()


IMAGE = np.ones((1, 1, 4, 4))


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: windows([[1.0]], 3), TypeError, "x is a list; expected a numpy array of shape (N, C, H_in, W_in)"),
    (lambda: windows(IMAGE[0], 3), ValueError, "x has shape (1, 4, 4); expected (N, C, H_in, W_in)"),
    (lambda: windows(IMAGE, 5), ValueError, "kernel_size is 5 and covers 5 pixels; the padded input has only 4"),
    (lambda: windows(IMAGE, 3, dilation=2), ValueError,
     "kernel_size is 3 and covers 5 pixels; the padded input has only 4"),
    (lambda: windows(IMAGE, 0), ValueError, "kernel_size is 0; expected a whole number of at least 1"),
    (lambda: windows(IMAGE, (1, 2, 3)), ValueError,
     "kernel_size is (1, 2, 3); expected one whole number, or two: (height, width)"),
    (lambda: windows(IMAGE, 2.0), TypeError, "kernel_size is 2.0; expected a whole number of at least 1"),
    (lambda: windows(IMAGE, 3, padding_mode="same"), ValueError,
     "padding_mode is 'same'; expected 'zeros' or 'circular'"),
    (lambda: windows(IMAGE, 3, padding=5, padding_mode="circular"), ValueError,
     "padding is (5, 5); a circular input of (4, 4) has no more pixels than that to repeat"),
    (lambda: windows(IMAGE, 3, padding=(0, 5), padding_mode="circular"), ValueError,
     "padding is (0, 5); a circular input of (4, 4) has no more pixels than that to repeat"),
    (lambda: fold(np.ones((1, 1, 3, 3, 4, 4)), IMAGE.shape), ValueError,
     "dwin has shape (1, 1, 3, 3, 4, 4); expected (1, 1, 3, 3, 2, 2)"),
    (lambda: fold(np.ones((2, 1, 3, 3, 2, 2)), IMAGE.shape), ValueError,
     "dwin has shape (2, 1, 3, 3, 2, 2); expected (1, 1, k_h, k_w, H_out, W_out)"),
    (lambda: positions((4, 4), 2, stride=0), ValueError, "stride is 0; expected a whole number of at least 1")])
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
