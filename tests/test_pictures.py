"""Pictures: the learner's own file in any ordinary form, clear words for every other file, and images on a canvas."""
import os
import re
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from helpers.data import load_image, place_on_canvas

COLOUR = np.random.default_rng(0).integers(0, 256, (6, 4, 3), dtype=np.uint8)


def saved(tmp_path, array, name="own.png", **options):
    path = tmp_path / name
    Image.fromarray(array).save(path, **options)
    return path


# The learner's own picture


def test_own_colour_picture_is_the_array_that_was_saved(tmp_path):
    np.testing.assert_array_equal(load_image(saved(tmp_path, COLOUR), grey=False), COLOUR / 255)


def test_own_grey_picture_is_the_array_that_was_saved_and_grey_is_the_usual_mixture(tmp_path):
    np.testing.assert_array_equal(load_image(saved(tmp_path, COLOUR[..., 0])), COLOUR[..., 0] / 255)
    mixture = COLOUR / 255 @ [0.299, 0.587, 0.114]
    np.testing.assert_allclose(load_image(saved(tmp_path, COLOUR)), mixture, atol=1 / 255)


def test_a_tall_picture_is_averaged_down_and_a_small_one_is_left_alone(tmp_path):
    path = saved(tmp_path, COLOUR)
    blocks = (COLOUR / 255).reshape(3, 2, 2, 2, 3).mean((1, 3))
    np.testing.assert_allclose(load_image(path, height=3, grey=False), blocks, atol=1.01 / 255)
    assert load_image(path, height=7).shape == load_image(path, height=6).shape == (6, 4)
    assert load_image(saved(tmp_path, np.zeros((900, 2), np.uint8)), height=10).shape == (10, 1)


@pytest.mark.parametrize("name", ["own.jpg", "own.gif", "own.bmp", "own.webp", "Mein Bild über Äpfel.PNG"])
def test_ordinary_kinds_of_files_and_names_can_be_read(tmp_path, name):
    flat = np.full((5, 7, 3), 102, np.uint8)
    np.testing.assert_allclose(load_image(saved(tmp_path, flat, name)), np.full((5, 7), 0.4), atol=0.02)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "CMYK"])
def test_every_common_mode_of_pixels_comes_out_white_for_white(tmp_path, mode):
    path = tmp_path / ("own.jpg" if mode == "CMYK" else "own.png")
    Image.new("RGB", (3, 2), "white").convert(mode).save(path)
    np.testing.assert_array_equal(load_image(path), np.ones((2, 3)))


def test_see_through_parts_become_white_as_on_paper(tmp_path):
    black, opacity = np.zeros((1, 3, 3), np.uint8), np.array([[[255], [51], [0]]], np.uint8)
    path = saved(tmp_path, np.concatenate([black, opacity], axis=2))
    np.testing.assert_allclose(load_image(path), [[0, 0.8, 1]], atol=1e-9)


def test_a_photograph_taken_with_the_camera_held_upright_stands_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path, COLOUR, exif=exif.tobytes())
    np.testing.assert_array_equal(load_image(path, grey=False), np.rot90(COLOUR, -1) / 255)


def test_a_path_may_be_text_relative_or_begin_at_home(tmp_path, monkeypatch):
    saved(tmp_path, COLOUR)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert load_image("own.png").shape == load_image("~/own.png").shape == (6, 4)


def test_a_missing_picture_or_a_folder_is_named_with_the_place_searched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("pictures")
    for name in ("cat.png", "pictures"):
        expected = f"path is {name!r}; there is no file {tmp_path / name}"
        with pytest.raises(FileNotFoundError, match=re.escape(expected)):
            load_image(name)


@pytest.mark.parametrize("content", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"])
def test_a_file_that_is_no_picture_is_named(tmp_path, content):
    path = tmp_path / "cat.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cat.png is not a picture this course can read; expected a PNG or JPEG file"):
        load_image(path)


@pytest.mark.parametrize("name", ["own.png", "own.jpg", "own.gif"])
@pytest.mark.parametrize("share", [0.6, 0.9])
def test_a_picture_cut_short_is_named(tmp_path, name, share):
    noise = np.random.default_rng(1).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    path = saved(tmp_path, noise, name)
    content = path.read_bytes()
    path.write_bytes(content[:int(share * len(content))])
    with pytest.raises(ValueError, match=f"{name} cannot be read"):
        load_image(path)


def shorten_the_pixels(content):
    """Half the true length: what follows is then no part of a PNG."""
    length = content.index(b"IDAT") - 4
    n = int.from_bytes(content[length:length + 4], "big")
    return content[:length] + (n // 2).to_bytes(4, "big") + content[length + 4:]


def repeat_the_header(content):
    """A second header, of one byte, before the end."""
    end = content.index(b"IEND") - 4
    header = b"IHDRa"
    return content[:end] + (1).to_bytes(4, "big") + header + zlib.crc32(header).to_bytes(4, "big") + content[end:]


@pytest.mark.parametrize("damage", [shorten_the_pixels, repeat_the_header])
def test_a_picture_that_breaks_its_own_rules_is_named(tmp_path, damage):
    """Pillow raises SyntaxError for the one and its own ValueError for the other; the learner sees the file's name."""
    path = saved(tmp_path, COLOUR)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match="own.png cannot be read"):
        load_image(path)


@given(st.sampled_from(["png", "jpeg", "gif", "bmp", "webp"]), st.data())
def test_no_damage_gives_any_other_error(tmp_path_factory, kind, draw):
    """A few flipped bytes: either there is a picture, or a ValueError names the file."""
    path = saved(tmp_path_factory.mktemp("damage"), COLOUR, f"own.{kind}")
    content = bytearray(path.read_bytes())
    for place in draw.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = draw.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = load_image(path)
    except ValueError as error:
        assert f"own.{kind} " in str(error)
    else:
        assert picture.ndim == 2 and 0 <= picture.min() <= picture.max() <= 1


@pytest.mark.parametrize("limit", [10, 20])
def test_a_huge_picture_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch, limit):
    """Pillow warns above its limit and stops above twice the limit: here both stop, at 24 pixels."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(ValueError, match="own.png is too large: over 0 million pixels; save a smaller copy first"):
        load_image(saved(tmp_path, COLOUR))


def test_sixteen_bit_pixels_are_refused_because_they_would_turn_white(tmp_path):
    path = saved(tmp_path, np.full((2, 2), 30_000, np.uint16))
    with pytest.raises(ValueError, match="own.png cannot be read: its pixels are of kind I;16; save a copy with 8"):
        load_image(path)


@pytest.mark.parametrize("height, error", [(0, ValueError), (-3, ValueError), (2.5, TypeError), ("big", TypeError)])
def test_a_bad_height_is_named(tmp_path, height, error):
    with pytest.raises(error, match=f"height is {height!r}; expected a whole number of at least 1"):
        load_image(saved(tmp_path, COLOUR), height=height)


# Images on a canvas


@given(st.data())
def test_canvas_is_the_image_in_the_corner_rolled_to_its_place(draw):
    n, h, w = (draw.draw(st.integers(1, 4)) for _ in range(3))
    height, width = h + draw.draw(st.integers(0, 4)), w + draw.draw(st.integers(0, 4))
    dtype = draw.draw(st.sampled_from(["f4", "f8", "u1"]))
    images = draw.draw(hnp.arrays(dtype, (n, h, w), elements=st.integers(0, 9)))
    rows = draw.draw(st.lists(st.integers(0, height - h), min_size=n, max_size=n))
    cols = draw.draw(st.lists(st.integers(0, width - w), min_size=n, max_size=n))
    before = images.copy()
    canvas = place_on_canvas(images, (height, width), np.array(rows), cols)
    corner = np.pad(images, ((0, 0), (0, height - h), (0, width - w)))
    rolled = [np.roll(image, (row, col), (0, 1)) for image, row, col in zip(corner, rows, cols, strict=True)]
    np.testing.assert_array_equal(canvas, rolled)
    assert canvas.dtype == images.dtype and (images == before).all() and not np.shares_memory(canvas, images)


def test_one_place_serves_all_images_and_one_size_both_directions():
    images = np.ones((3, 2, 2))
    one = place_on_canvas(images, 5, 3, 0)
    assert one.shape == (3, 5, 5)
    np.testing.assert_array_equal(one, place_on_canvas(images, (5, 5), [3, 3, 3], np.zeros(3, int)))


@pytest.mark.parametrize("images, size, rows, cols, message", [
    (np.ones((2, 8, 8)), 20, [0, 13], 0, "rows[1] is 13; expected 0 to 12, so that 8 pixels fit into 20"),
    (np.ones((2, 8, 8)), 20, 0, [-1, 0], "cols[0] is -1; expected 0 to 12, so that 8 pixels fit into 20"),
    (np.ones((2, 8, 8)), 20, [1, 2, 3], 0, "rows is [1, 2, 3]; expected one whole number, or 2, one for each image"),
    (np.ones((2, 8, 8)), 20, 0.5, 0, "rows is 0.5; expected one whole number, or 2, one for each image"),
    (np.ones((2, 8, 8)), (20, 7), 0, 0, "size is 7; expected at least 8, the size of an image"),
    (np.ones((2, 8, 8)), 0, 0, 0, "size is 0; expected a whole number of at least 1"),
    (np.ones((8, 8)), 20, 0, 0, "images has shape (8, 8); expected an array of shape (N, h, w)"),
    ([[[1.0]]], 20, 0, 0, "images has shape (1, 1, 1); expected an array of shape (N, h, w)"),
])
def test_canvas_names_the_bad_argument(images, size, rows, cols, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        place_on_canvas(images, size, rows, cols)
