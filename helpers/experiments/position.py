"""Where sharing is wrong: pixels in a fixed wrong order, and labels that depend on the place. Torch nets on a canvas."""
import numpy as np
import torch
from torch import nn

from helpers.data import load_digits, split
from helpers.pictures import place_on_canvas

SIZE, KERNEL, FILTERS = 20, 5, 16


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

    def __init__(self):
        super().__init__()
        self.left, self.right = convolution(1), convolution(1)

    def forward(self, x):
        left, right = self.left(x).relu(), self.right(x).relu()
        middle = left.shape[3] // 2
        return torch.cat([left[..., :middle].amax((2, 3)), right[..., middle:].amax((2, 3))], dim=1)


def convolution(C_in):
    """Every window that touches the canvas, as lesson 08: padding is the kernel's size minus 1."""
    return nn.Conv2d(C_in, FILTERS, KERNEL, padding=KERNEL - 1)


def build(name, n_classes, seed):
    """A fresh net, "dense", "conv", "halves" or "coordinates", its weights drawn from numpy's generator."""
    layers = {"dense": lambda: [nn.Flatten(), nn.Linear(SIZE**2, 64), nn.ReLU(), nn.Linear(64, n_classes)],
              "conv": lambda: [convolution(1), nn.ReLU(), Pool(), nn.Linear(FILTERS, n_classes)],
              "halves": lambda: [Halves(), nn.Linear(2 * FILTERS, n_classes)],
              "coordinates": lambda: [Coordinates(), convolution(3), nn.ReLU(), Pool(), nn.Linear(FILTERS, n_classes)]}
    model, rng = nn.Sequential(*layers[name]()), np.random.default_rng(seed)
    for parameter in model.parameters():
        bound = (1 / parameter[0].numel()) ** 0.5 if parameter.dim() > 1 else 0.1
        parameter.data = torch.tensor(rng.uniform(-bound, bound, parameter.shape), dtype=torch.float32)
    return model


def fit(model, x, y, seed, epochs, lr):
    """Adam on shuffled batches of 50; the step size falls to 0 over the second half. Returns the model."""
    rng, optimizer = np.random.default_rng(seed), torch.optim.Adam(model.parameters())
    batches = [b for _ in range(epochs) for b in rng.permutation(len(x) // 50 * 50).reshape(-1, 50)]
    for n, batch in enumerate(batches):
        optimizer.param_groups[0]["lr"] = lr * min(1, 2 * (1 - n / len(batches)))
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def trained(name, x, y, seed):
    """A fresh net of that name, trained for a second or two."""
    epochs, lr = (40, 0.003) if name == "dense" else (20, 0.01)
    return fit(build(name, int(y.max()) + 1, seed), x, y, seed, epochs, lr)


def predict(model, x):
    with torch.no_grad():
        return model(x).argmax(dim=1)


def moved_digits(seed):
    """Digits on a canvas, in its left or its right half: x (N, 1, 20, 20), digit (N,), half (N,), train and test."""
    rng, (images, digit) = np.random.default_rng(seed), load_digits()
    half = rng.integers(0, 2, len(images))
    x = place_on_canvas(images, SIZE, rows=rng.integers(0, 13, len(images)), cols=rng.integers(0, 3, len(images)) + 10 * half)
    x = torch.tensor(x[:, None], dtype=torch.float32)
    return x, torch.tensor(digit), torch.tensor(half), *split(len(images), seed, 500)


def shuffled(x, seed):
    """The pixels of every image in the same wrong order."""
    order = np.random.default_rng(seed).permutation(SIZE**2)
    return x.reshape(len(x), -1)[:, order].reshape(x.shape)


def permuted(seed, models=("dense", "conv"), orders=("as they are", "shuffled")):
    """Which digit is it? Test accuracy with the pixels as they are, and all in one wrong order."""
    x, digit, _, train, test = moved_digits(seed)
    pixels = {"as they are": x, "shuffled": shuffled(x, seed)}
    rows = []
    for model in models:
        for order in orders:
            net = trained(model, pixels[order][train], digit[train], seed)
            right = (predict(net, pixels[order][test]) == digit[test]).double().mean().item()
            rows.append({"model": model, "pixels": order, "accuracy": round(right, 4)})
    return rows


def what_and_where(seed, models=("dense", "conv", "halves", "coordinates")):
    """Which digit is it, and in which half? 20 labels; test accuracy of what, of where, and of both."""
    x, digit, half, train, test = moved_digits(seed)
    label = digit + 10 * half
    rows = []
    for model in models:
        net = trained(model, x[train], label[train], seed)
        said, right = predict(net, x[test]), label[test]
        share = {"what": said % 10 == right % 10, "where": said // 10 == right // 10, "both": said == right}
        rows.append({"model": model, "parameters": sum(p.numel() for p in net.parameters()),
                     **{key: round(value.double().mean().item(), 4) for key, value in share.items()}})
    return rows
