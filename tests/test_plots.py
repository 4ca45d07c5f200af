"""Pictures as they are stored in the notebooks."""
import base64
import io

import numpy as np
import pytest
from PIL import Image

from helpers import plots


def stored(monkeypatch, ax):
    """The pixels that show() hands to the notebook, (H, W, 3)."""
    sent = []
    monkeypatch.setattr(plots, "display", lambda data, raw: sent.append(data["image/png"]))
    plots.show(ax, alt="A picture of grey squares, for a test.")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(sent[0]))).convert("RGB")).astype(int)


@pytest.mark.parametrize("extra", [None, "red"])
def test_a_grey_picture_is_stored_without_a_colour_cast_even_beside_coloured_ones(monkeypatch, extra):
    left, right = plots.panels("", "", size=(4, 2))
    plots.draw_image(np.linspace(0, 1, 400).reshape(20, 20), left)
    if extra:
        plots.draw_image(np.linspace(-1, 1, 400).reshape(20, 20), right, limit=1)
    pixels = stored(monkeypatch, left)
    half = pixels[:, : pixels.shape[1] // 2]
    assert np.ptp(half, axis=2).max() == 0
    assert len(np.unique(half)) >= 60


def test_colours_stay_close_to_those_that_were_drawn(monkeypatch):
    ax, = plots.panels("", size=(2, 2))
    plots.draw_image(np.full((2, 2), 1.0), ax, limit=1)
    pixels = stored(monkeypatch, ax)
    assert np.abs(pixels[pixels.shape[0] // 2, pixels.shape[1] // 3] - [103, 0, 31]).max() <= 4
