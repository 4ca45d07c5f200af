"""Drag a picture, and see whether its feature map moves along, and whether what is pooled stays."""
import numpy as np
import traitlets as t

from ..conv import conv2d
from ..data import load_digits
from ..equivariance import equivariance_error, shift
from ..pictures import place_on_canvas
from ..pooling import avg_pool2d, max_pool2d
from ..shapes import whole
from .base import CourseWidget, by, checked, pack

PADDINGS, POOLINGS, MOST = ("circular", "zeros", "none"), ("none", "max", "average"), 40
EDGES = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))


class ShiftExplorer(CourseWidget):
    """f(shifted picture) beside f(picture), shifted; f is a convolution and, if wanted, a pooling.

    image      (H, W), at most 40 x 40; None: a handwritten digit on a canvas of 16 x 16
    kernel     (3, 3), cross-correlation
    dy, dx     by how many pixels the picture is moved, down and to the right
    ring       True: what leaves comes in at the other end; False: zeros come in
    padding    "circular" or "zeros", one pixel all around, or "none";  stride  1 to 3
    pooling    "none", "max" or "average", windows of 2 x 2
    Errors     ValueError "padding is 'same'; expected one of: circular, zeros, none"
    Second road  the browser's numbers against `helpers.conv`, `helpers.pooling` and `equivariance_error`, for every
               control: test_widget_shift_explorer.py. Taught in lesson 06.

    >>> ShiftExplorer(dx=3)
    ShiftExplorer(picture 16 × 16 moved by 0 and 3, padding circular, stride 1, pooling none)
    """

    files = "shift_explorer"
    picture = t.Dict().tag(sync=True)
    kernel = t.List().tag(sync=True)
    dy = t.Int(0).tag(sync=True)
    dx = t.Int(0).tag(sync=True)
    ring = t.Bool(True).tag(sync=True)
    padding = t.Enum(PADDINGS, PADDINGS[0]).tag(sync=True)
    stride = t.Int(1).tag(sync=True)
    pooling = t.Enum(POOLINGS, POOLINGS[0]).tag(sync=True)

    def __init__(self, image=None, kernel=EDGES, dy=0, dx=0, ring=True, padding="circular", stride=1, pooling="none"):
        self.image = digit() if image is None else checked("image", image)
        if self.image.ndim != 2:
            raise ValueError(f"image has shape {self.image.shape}; expected (height, width), one brightness a pixel")
        if max(self.image.shape) > MOST or min(self.image.shape) < 6:
            raise ValueError(f"image is {by(self.image.shape)}; expected 6 × 6 to {MOST} × {MOST} pixels: place_on_canvas, "
                             "or image[::2, ::2], may help")
        weights = checked("kernel", kernel, (3, 3))
        for name, value, options in (("padding", padding, PADDINGS), ("pooling", pooling, POOLINGS)):
            if value not in options:
                raise ValueError(f"{name} is {value!r}; expected one of: {', '.join(options)}")
        if whole("stride", stride, 1) > 3:
            raise ValueError(f"stride is {stride}; expected 1, 2 or 3")
        super().__init__(picture=pack(self.image), kernel=weights.tolist(), ring=bool(ring), padding=padding, stride=stride,
                         pooling=pooling, dy=inside("dy", dy, len(self.image)), dx=inside("dx", dx, self.image.shape[1]))

    def __repr__(self):
        return (f"ShiftExplorer(picture {by(self.image.shape)} moved by {self.dy} and {self.dx}, padding {self.padding}, "
                f"stride {self.stride}, pooling {self.pooling})")

    def layer(self, x):
        """f: (N, 1, H, W) to (N, 1, H_out, W_out), with what is set now."""
        modes = {"circular": dict(padding=1, padding_mode="circular"), "zeros": dict(padding=1), "none": {}}
        y = conv2d(x, np.array(self.kernel)[None, None], stride=self.stride, **modes[self.padding])
        return {"none": lambda y: y, "max": lambda y: max_pool2d(y, 2), "average": lambda y: avg_pool2d(y, 2)}[self.pooling](y)

    def total_stride(self):
        """By how many pixels the picture has to move, for the map to move by one."""
        return self.stride * (1 if self.pooling == "none" else 2)

    def error(self):
        """The measured equivariance error, or None if the map has no counterpart for this move."""
        s, by_ = self.total_stride(), (self.dy, self.dx)
        if any(move % s for move in by_):
            return None
        out_by = tuple(move // s for move in by_)
        return equivariance_error(self.layer, self.image[None, None], by_, out_by, self.ring).number

    def maps(self):
        """f of the moved picture, and f of the picture, each (H_out, W_out)."""
        x = self.image[None, None]
        return self.layer(shift(x, (self.dy, self.dx), self.ring))[0, 0], self.layer(x)[0, 0]


def digit():
    return place_on_canvas(load_digits()[0][3:4], 16, rows=4, cols=3)[0]


def inside(name, value, size):
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not -size < value < size:
        raise ValueError(f"{name} is {value!r}; expected a whole number from {1 - size} to {size - 1}")
    return int(value)
