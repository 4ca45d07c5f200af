"""One kernel slides over one picture: patch, products, sum, and the feature map that fills in.

The browser computes what is shown; `feature_map` and `kernel_gradient` give the same numbers here, from `helpers.conv`.
"""
import numpy as np
import traitlets as t

from ..conv import conv2d, conv2d_backward
from ..shapes import output_size, whole
from .base import CourseWidget, by, checked, pack

KERNELS = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "blur": [[1 / 9] * 3] * 3,
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "edges, vertical": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "edges, horizontal": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "edges, falling": [[0, 1, 1], [-1, 0, 1], [-1, -1, 0]],
    "edges, rising": [[1, 1, 0], [1, 0, -1], [0, -1, -1]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
}
OWN = "own"
MODES = ("cross-correlation", "convolution")
MOST_PIXELS, MOST_TAPS = 512 * 512, 9


class KernelSlider(CourseWidget):
    """y[r, c] = sum over i, j of w[i, j] x_padded[r s + i d, c s + j d], one position at a time.

    image      (H_in, W_in) grey, or (H_in, W_in, 3) red, green, blue. A colour picture is not turned grey: the same
               kernel is used on each of its three channels, and all products are added
    kernel     a name in KERNELS, or numbers (k_h, k_w), at most 9 x 9; the learner may change every one of them
    stride, padding (zeros), dilation   whole numbers, the same for height and width
    mode       "cross-correlation", which deep learning calls convolution, or "convolution", with the kernel
               turned by 180 degrees
    shared     False: every place has a kernel of its own, and the parameters are counted as places are visited
    gradient   True: each place adds dy[r, c] times its patch to dw, until it is the gradient of the kernel
    dy         (H_out, W_out), the upstream gradient; None is 1 everywhere, so dw is the gradient of the sum of y
    filled     True starts with the whole feature map computed;  row, col  where the window starts, in the map
    Errors     ValueError "kernel is 'edge'; expected numbers, or one of: identity, blur, ..."
    Second road  the browser's numbers against numpy's, in tests/test_widgets_node.py and test_widgets_static.py.
    Taught in lessons 00, 03, 04, 05 and 07.

    >>> KernelSlider(np.ones((4, 5)), "blur")
    KernelSlider(image 4 × 5, kernel blur 3 × 3, stride 1, padding 0, dilation 1, feature map 2 × 3)
    """

    files = "kernel_slider"
    picture = t.Dict().tag(sync=True)
    kernels = t.Dict(KERNELS).tag(sync=True)
    kernel_name = t.Unicode(OWN).tag(sync=True)
    kernel = t.List().tag(sync=True)
    own_kernels = t.Dict().tag(sync=True)
    stride = t.Int(1).tag(sync=True)
    padding = t.Int(0).tag(sync=True)
    dilation = t.Int(1).tag(sync=True)
    mode = t.Enum(MODES, MODES[0]).tag(sync=True)
    shared = t.Bool(True).tag(sync=True)
    gradient = t.Bool(False).tag(sync=True)
    upstream = t.Dict(None, allow_none=True).tag(sync=True)
    filled = t.Bool(False).tag(sync=True)
    row = t.Int(0).tag(sync=True)
    col = t.Int(0).tag(sync=True)

    def __init__(self, image, kernel="edges, vertical", stride=1, padding=0, dilation=1, mode=MODES[0], shared=True,
                 gradient=False, dy=None, filled=False, row=0, col=0):
        self.image = checked_image(image)
        name, numbers = checked_kernel(kernel)
        sizes = dict(stride=whole("stride", stride, 1), padding=whole("padding", padding, 0),
                     dilation=whole("dilation", dilation, 1))
        H_out, W_out = map_size(self.image, numbers, **sizes)
        if mode not in MODES:
            raise ValueError(f"mode is {mode!r}; expected {MODES[0]!r} or {MODES[1]!r}")
        self.dy = None if dy is None else checked("dy", dy, (H_out, W_out), ", the shape of the feature map")
        super().__init__(
            picture=pack(self.image), kernel_name=name, kernel=numbers, **sizes, mode=mode, shared=bool(shared),
            gradient=bool(gradient), upstream=None if dy is None else pack(self.dy), filled=bool(filled),
            row=inside("row", row, H_out), col=inside("col", col, W_out))

    def __repr__(self):
        image, kernel = by(self.image.shape), by(np.shape(self.kernel))
        return (f"KernelSlider(image {image}, kernel {self.kernel_name} {kernel}, stride {self.stride}, "
                f"padding {self.padding}, dilation {self.dilation}, feature map {self._map_size()})")

    def _map_size(self):
        try:
            return by(map_size(self.image, self.kernel, **self._sizes()))
        except ValueError:
            return "none: the kernel is larger than the padded image"

    def feature_map(self):
        """y, (H_out, W_out), with the kernel, sizes and mode that the widget has now."""
        x = self._channels()
        y = conv2d(x, self._weights(self.kernel), **self._sizes())[0, 0]
        for place, kernel in (self.own_kernels if not self.shared else {}).items():
            y[place_of(place)] = conv2d(x, self._weights(kernel), **self._sizes())[0, 0][place_of(place)]
        return y

    def kernel_gradient(self):
        """dw, the shape of the kernel: the sum over all places of dy[r, c] times the patch there."""
        x, w = self._channels(), self._weights(self.kernel)
        ones = np.ones_like(conv2d(x, w, **self._sizes()))
        dy = ones if self.dy is None or self.dy.shape != ones.shape[2:] else self.dy[None, None]
        return self._turned(conv2d_backward(dy, x, w, **self._sizes())[1][0].sum(0))

    def _channels(self):
        return np.moveaxis(np.atleast_3d(self.image), 2, 0)[None]

    def _weights(self, kernel):
        return np.stack([self._turned(np.array(kernel, float))] * np.atleast_3d(self.image).shape[2])[None]

    def _turned(self, kernel):
        return kernel[::-1, ::-1] if self.mode == "convolution" else kernel

    def _sizes(self):
        return dict(stride=self.stride, padding=self.padding, dilation=self.dilation)


def map_size(image, kernel, **sizes):
    """(H_out, W_out) of the feature map."""
    return tuple(output_size(n, k, **sizes) for n, k in zip(image.shape[:2], np.shape(kernel), strict=True))


def checked_image(image):
    """The picture as floats, or an error that says how to mend it."""
    image = checked("image", image)
    if image.ndim != 2 and (image.ndim != 3 or image.shape[2] != 3):
        raise ValueError(f"image has shape {image.shape}; expected (height, width), or (height, width, 3) for colour")
    height, width = image.shape[:2]
    if height * width > MOST_PIXELS:
        n = int(np.ceil(np.sqrt(height * width / MOST_PIXELS)))
        raise ValueError(f"image is {height} x {width} = {height * width:,} pixels; the slider takes at most "
                         f"{MOST_PIXELS:,} (512 x 512). Keep every {n}th pixel: image[::{n}, ::{n}]")
    return image


def checked_kernel(kernel):
    """The kernel's name and its numbers as lists."""
    if isinstance(kernel, str):
        if kernel not in KERNELS:
            raise ValueError(f"kernel is {kernel!r}; expected numbers, or one of: {'; '.join(KERNELS)}")
        return kernel, [list(map(float, row)) for row in KERNELS[kernel]]
    numbers = checked("kernel", kernel)
    if numbers.ndim != 2:
        raise ValueError(f"kernel has shape {numbers.shape}; expected (k_h, k_w): "
                         "one 2-D kernel, which is used on every channel")
    if max(numbers.shape) > MOST_TAPS:
        raise ValueError(f"kernel is {by(numbers.shape)}; every number is written on the screen, so at most 9 × 9")
    return OWN, numbers.tolist()


def inside(name, value, size):
    """A place in the feature map."""
    if whole(name, value, 0) >= size:
        raise ValueError(f"{name} is {value}; the feature map has {size}, counted from 0")
    return int(value)


def place_of(text):
    return tuple(map(int, text.split(",")))
