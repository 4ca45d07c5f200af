"""Convolutions for the tests: random numbers for random options, and what torch makes of the same numbers."""
import numpy as np
import torch

CLOSE = dict(rtol=0, atol=1e-10)
SEEDS = 2**32 - 1


def sizes_of(o):
    """(H_in, W_in) or (n_in,) of options from `options_2d` or `options_1d`."""
    return (o["H_in"], o["W_in"]) if "H_in" in o else (o["n_in"],)


def layer_options(o):
    """The options as `conv1d` and `conv2d` name them."""
    names = "stride", "padding", "dilation", "groups"
    return {name: o[name] for name in names} | dict(padding_mode="circular" if o["circular"] else "zeros")


def random_conv(o, N=2, seed=0, dtype=float):
    """x, w and b of a convolution with options `o`."""
    rng = np.random.default_rng(seed)
    kernel_size = o["kernel_size"] if "H_in" in o else (o["kernel_size"],)
    shapes = (N, o["C_in"], *sizes_of(o)), (o["C_out"], o["C_in"] // o["groups"], *kernel_size), (o["C_out"],)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def torch_gradients(layer, dy_of, *arguments):
    """y of layer(*arguments), and the gradient of (dy * y).sum() for every argument; dy = dy_of(shape of y)."""
    arguments = [torch.tensor(v, requires_grad=True) for v in arguments]
    y = layer(*arguments)
    dy = dy_of(y.shape)
    y.backward(torch.tensor(dy))
    return y.detach().numpy(), dy, [v.grad.numpy() for v in arguments]


def upstream(seed):
    return lambda shape: np.random.default_rng([seed, 1]).normal(size=tuple(shape))


def assert_same_numbers(got, want):
    """Shapes and every entry, of two lists of arrays."""
    for one, other in zip(got, want, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, **CLOSE)
