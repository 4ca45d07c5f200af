"""Where sharing is wrong: pixels in a fixed wrong order, and labels that depend on the place. Torch nets on a canvas."""
import numpy as np
import torch

from helpers.data import load_digits, split
from helpers.models import SIZE, canvas_net, count
from helpers.pictures import place_on_canvas
from helpers.train import accuracy, fit, predict


def trained(kind, x, y, seed):
    """A fresh net of that kind, trained for a second or two."""
    epochs, lr = (40, 0.003) if kind == "dense" else (20, 0.01)
    return fit(canvas_net(kind, int(y.max()) + 1, seed), x, y, epochs, lr, seed)


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
            right = accuracy(net, pixels[order][test], digit[test])
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
        rows.append({"model": model, "parameters": count(net),
                     **{key: round(value.double().mean().item(), 4) for key, value in share.items()}})
    return rows
