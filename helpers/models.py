"""Small torch nets for the canvas experiments, put together from parts that a lesson names.

    Local, Pool, Coordinates, Halves   parts that torch does not have
    canvas_net                         a net by its name, with first weights drawn from numpy's generator
"""
import numpy as np
import torch
from torch import nn
from torch.nn.functional import unfold

from .shapes import output_size, whole

SIZE, KERNEL, FILTERS = 20, 5, 16


class Local(nn.Module):
    """The unshared layer on square images of one channel, a kernel for every place: (N, 1, H, H) to (N, F, H', H').

    weight (places, k * k, F), bias (F, H', H'), H' = H + 2 padding - k + 1. Second road: `helpers.local.local2d`.
    """

    def __init__(self, side, filters, kernel_size, padding):
        super().__init__()
        self.side, self.options = output_size(side, kernel_size, padding=padding), (kernel_size, 1, padding)
        self.weight = nn.Parameter(torch.empty(self.side**2, kernel_size**2, filters))
        self.bias = nn.Parameter(torch.empty(filters, self.side, self.side))

    def forward(self, x):
        patches = unfold(x, *self.options).permute(2, 0, 1)                 # (places, N, k * k)
        y = patches @ self.weight
        return y.permute(1, 2, 0).reshape(len(x), -1, self.side, self.side) + self.bias


class Pool(nn.Module):
    """The largest value of each channel: (N, C, H, W) to (N, C). What was seen stays, where is forgotten."""

    def forward(self, x):
        return x.amax((2, 3))


class Coordinates(nn.Module):
    """Two channels more, the row and the column as numbers from -1 to 1: Liu et al. 2018, CoordConv."""

    def forward(self, x):
        N, _, H, W = x.shape
        places = torch.meshgrid(torch.linspace(-1, 1, H), torch.linspace(-1, 1, W), indexing="ij")
        return torch.cat([x, torch.stack(places).expand(N, 2, H, W)], dim=1)


class Halves(nn.Module):
    """Partial sharing: the left half of the positions shares one set of kernels, the right half another; then `Pool`."""

    def __init__(self, kernel_size, filters):
        super().__init__()
        self.left, self.right = convolution(1, filters, kernel_size), convolution(1, filters, kernel_size)

    def forward(self, x):
        left, right = self.left(x).relu(), self.right(x).relu()
        middle = left.shape[3] // 2
        return torch.cat([left[..., :middle].amax((2, 3)), right[..., middle:].amax((2, 3))], dim=1)


def convolution(C_in, filters, kernel_size):
    """With padding k - 1: every window that touches the image counts, at the border as inside."""
    return nn.Conv2d(C_in, filters, kernel_size, padding=kernel_size - 1)


def canvas_net(kind, n_classes=10, seed=0, hidden=64, kernel_size=KERNEL, filters=FILTERS):
    """A net of one hidden layer for images (N, 1, 20, 20).

    kind     "dense"; "conv", then `Pool`; "local", then `Pool`; "conv, flat" and "local, flat", then a dense head on all
             places; "halves"; "coordinates"
    hidden   units of the dense one;  kernel_size, filters  of the others
    seed     of numpy's generator, from which all weights are drawn: uniform, up to 1 / sqrt(inputs of a unit)
    Errors   ValueError "kind is 'cnn'; expected one of dense, conv, local, ..."

    >>> sum(p.numel() for p in canvas_net("conv").parameters())
    586
    """
    side, k, F = SIZE + kernel_size - 1, kernel_size, whole("filters", filters, 1)
    parts = {
        "dense": lambda: [nn.Flatten(), nn.Linear(SIZE**2, hidden), nn.ReLU(), nn.Linear(hidden, n_classes)],
        "conv": lambda: [convolution(1, F, k), nn.ReLU(), Pool(), nn.Linear(F, n_classes)],
        "local": lambda: [Local(SIZE, F, k, k - 1), nn.ReLU(), Pool(), nn.Linear(F, n_classes)],
        "conv, flat": lambda: [convolution(1, F, k), nn.ReLU(), nn.Flatten(), nn.Linear(F * side**2, n_classes)],
        "local, flat": lambda: [Local(SIZE, F, k, k - 1), nn.ReLU(), nn.Flatten(), nn.Linear(F * side**2, n_classes)],
        "halves": lambda: [Halves(k, F), nn.Linear(2 * F, n_classes)],
        "coordinates": lambda: [Coordinates(), convolution(3, F, k), nn.ReLU(), Pool(), nn.Linear(F, n_classes)],
    }
    if kind not in parts:
        raise ValueError(f"kind is {kind!r}; expected one of {', '.join(parts)}")
    return drawn(nn.Sequential(*parts[kind]()), np.random.default_rng(seed))


def drawn(net, rng):
    """The net, its parameters drawn anew from numpy's generator, the same on every machine."""
    for part in net.modules():
        for parameter in part.parameters(recurse=False):
            fan_in = parameter.shape[1] if isinstance(part, Local) else parameter[0].numel()
            bound = fan_in**-0.5 if parameter.dim() > 1 and parameter is not getattr(part, "bias", None) else 0.1
            parameter.data = torch.tensor(rng.uniform(-bound, bound, parameter.shape), dtype=torch.float32)
    return net


def count(net):
    """How many numbers a torch net learns."""
    return sum(p.numel() for p in net.parameters())
