"""Pictures as arrays: the learner's own, and small images placed on a larger canvas."""
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from helpers.shapes import pair, whole


def load_image(path, height=288, grey=True):
    """Your own picture, a PNG or JPEG file, as numbers from 0 = black to 1 = white; see-through parts become white.

    path    such as "cat.jpg" beside the notebook, or "~/Pictures/cat.jpg"
    height  most rows wanted; a taller picture is averaged down as in `load_photo`, a smaller one stays as it is
    grey    True for one brightness, False for red, green and blue
    Returns (rows, columns) or (rows, columns, 3) floats, the right way up if the camera noted how it was held.
    Errors  FileNotFoundError "path is 'cat.jpg'; there is no file /home/me/course/notebooks/cat.jpg"
            ValueError "cat.svg is not a picture this course can read; expected a PNG or JPEG file"
            ValueError "cat.jpg cannot be read: image file is truncated (0 bytes not processed)"
            ValueError "cat.png is too large: over 89 million pixels; save a smaller copy first"
    Second road  numpy on the array that Pillow saved, in test_pictures.py. Used by "make it yours" in many lessons.
    """
    whole("height", height, 1)
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"path is {str(path)!r}; there is no file {path.absolute()}")
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=["PNG", "JPEG", "GIF", "BMP", "WEBP"]) as picture:
                if picture.mode.startswith(("I", "F")):
                    raise OSError(f"its pixels are of kind {picture.mode}; save a copy with 8 bits a colour")
                return pixels(picture, height, grey)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            limit = f"{Image.MAX_IMAGE_PIXELS // 10**6} million pixels"
            raise ValueError(f"{path.name} is too large: over {limit}; save a smaller copy first") from None
        except Image.UnidentifiedImageError:
            expected = "expected a PNG or JPEG file"
            raise ValueError(f"{path.name} is not a picture this course can read; {expected}") from None
        except (OSError, SyntaxError, ValueError) as error:
            raise ValueError(f"{path.name} cannot be read: {error}") from None


def pixels(picture, height, grey):
    """A Pillow picture of 8 bits a colour as floats 0 to 1, averaged down to at most `height` rows."""
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    paper = Image.new("RGBA", upright.size, "white")
    picture = Image.alpha_composite(paper, upright).convert("L" if grey else "RGB")
    if picture.height > height:
        width = max(1, round(picture.width * height / picture.height))
        picture = picture.resize((width, height), Image.Resampling.BOX)
    return np.asarray(picture) / 255


def place_on_canvas(images, size, rows, cols):
    """Each image on an empty canvas of its own: canvas[n, rows[n] + y, cols[n] + x] = images[n, y, x], 0 elsewhere.

    images  (N, h, w);  size  height and width of the canvas in pixels, one whole number or two
    rows    row of each image's top left pixel, N whole numbers or one for all, 0 to size - h
    cols    its column likewise, 0 to size - w
    Returns (N, size, size), the dtype of `images`.
    Errors  ValueError "rows[1] is 3; expected 0 to 2, so that 2 pixels fit into 4"
    Second road  np.roll of an image in the corner, in test_pictures.py. Taught in lesson 08.

    >>> place_on_canvas(np.array([[[1, 2]], [[3, 4]]]), (2, 3), rows=[0, 1], cols=1).tolist()
    [[[0, 1, 2], [0, 0, 0]], [[0, 0, 0], [0, 3, 4]]]
    """
    if not isinstance(images, np.ndarray) or images.ndim != 3:
        raise ValueError(f"images has shape {np.shape(images)}; expected an array of shape (N, h, w)")
    n, h, w = images.shape
    height, width = pair("size", size, 1)
    rows, cols = corners("rows", rows, n, h, height), corners("cols", cols, n, w, width)
    canvas = np.zeros((n, height, width), images.dtype)
    for target, image, row, col in zip(canvas, images, rows, cols, strict=True):
        target[row:row + h, col:col + w] = image
    return canvas


def corners(name, places, n, length, room):
    """`places` as n whole numbers from 0 to room - length."""
    places = np.asarray(places)
    if places.dtype.kind not in "iu" or places.shape not in ((), (n,)):
        raise ValueError(f"{name} is {places.tolist()}; expected one whole number, or {n}, one for each image")
    places = np.broadcast_to(places, n)
    if length > room:
        raise ValueError(f"size is {room}; expected at least {length}, the size of an image")
    wrong = np.flatnonzero((places < 0) | (places + length > room))
    if len(wrong):
        fits = f"expected 0 to {room - length}, so that {length} pixels fit into {room}"
        raise ValueError(f"{name}[{wrong[0]}] is {places[wrong[0]]}; {fits}")
    return places
