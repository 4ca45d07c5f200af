"""The arithmetic of the widgets' browser modules, run by Node and compared with numpy."""
import itertools

import numpy as np
import pytest

from helpers.widgets.kernel_slider import KERNELS, KernelSlider

PROGRAM = """return settings.map((s) => {
  const picture = m.asPicture(m.unpack(s.picture)), geo = m.geometry(picture, s.kernel, s.stride, s.padding, s.dilation);
  const map = m.featureMap(picture, s.kernel, geo, s.mode, { dy: s.dy, gradient: true, own: s.own });
  for (let i = 0; i < geo.places; i++) map.compute(i);
  return { rows: geo.rows.places, columns: geo.columns.places, sums: Array.from(map.sums), dw: map.dw };
});"""


@pytest.fixture(scope="module")
def run_slider(node):
    """Hand settings to the module that the browser gets, and read back what it computes."""
    return lambda settings: node("kernel_slider", PROGRAM, settings=settings)


def setting(slider, dy):
    return dict(picture=slider.picture, kernel=slider.kernel, stride=slider.stride, padding=slider.padding,
                dilation=slider.dilation, mode=slider.mode, dy=None if dy is None else dy.ravel().tolist(), own={})


def all_sliders():
    """Every named kernel, every size and three odd ones, with each stride, padding and dilation there is room for."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (9, 11)) / 255, rng.normal(size=(8, 7, 3))]
    drawn = [rng.normal(size=size) for size in [(k, k) for k in range(1, 10)] + [(1, 4), (5, 3), (2, 9)]]
    pairs = [*itertools.product(images[:1], KERNELS), *itertools.product(images, drawn)]
    sizes = [*itertools.product(range(1, 6), range(6), range(1, 5))]
    for (image, kernel), (s, p, d), mode in itertools.product(pairs, sizes, ("cross-correlation", "convolution")):
        try:
            yield KernelSlider(image, kernel, stride=s, padding=p, dilation=d, mode=mode)
        except ValueError as error:
            assert "kernel_size" in str(error)


def test_the_slider_computes_what_numpy_computes(run_slider):
    """Every position of every setting: the feature map, and dw when all places have added to it."""
    sliders, places = list(all_sliders()), 0
    rng, upstream = np.random.default_rng(1), []
    for slider in sliders:
        slider.dy = rng.normal(size=slider.feature_map().shape)
        upstream.append(slider.dy)
    answers = run_slider([setting(slider, dy) for slider, dy in zip(sliders, upstream, strict=True)])
    for slider, answer in zip(sliders, answers, strict=True):
        y = slider.feature_map()
        assert (answer["rows"], answer["columns"]) == y.shape, repr(slider)
        np.testing.assert_allclose(np.reshape(answer["sums"], y.shape), y, atol=1e-9, err_msg=repr(slider))
        np.testing.assert_allclose(answer["dw"], slider.kernel_gradient(), atol=1e-9, err_msg=repr(slider))
        places += y.size
    assert len(sliders) > 5_000 and places > 100_000


def test_a_place_with_a_kernel_of_its_own(run_slider):
    slider = KernelSlider(np.arange(20.).reshape(4, 5), "blur", shared=False)
    slider.own_kernels = {"1,2": [[0, 0, 0], [0, 0, 7], [0, 0, 0]]}
    (answer,) = run_slider([{**setting(slider, None), "own": slider.own_kernels}])
    np.testing.assert_allclose(np.reshape(answer["sums"], (2, 3)), slider.feature_map())
