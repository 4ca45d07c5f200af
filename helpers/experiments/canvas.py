"""Does it learn better? Digits anywhere on a canvas of 20 x 20 pixels, seen by dense, local and convolutional nets."""
import numpy as np
import torch

from helpers.counting import dense_counts
from helpers.data import load_digits, split
from helpers.models import FILTERS, KERNEL, SIZE, canvas_net, count
from helpers.pictures import place_on_canvas
from helpers.train import accuracy, fit

LEFT, RIGHT, ALL = range(3), range(10, 13), range(13)
NETS = {"conv": dict(kind="conv", epochs=20, lr=0.01),
        "conv, flat": dict(kind="conv, flat", epochs=10, lr=0.003),
        "local": dict(kind="local", epochs=10, lr=0.01),
        "dense, as many parameters": dict(kind="dense", hidden=2, epochs=40, lr=0.01),
        "dense, as much work": dict(kind="dense", hidden=560, epochs=15, lr=0.003),
        "dense, as many units": dict(kind="dense", hidden=9216, epochs=6, lr=0.001)}


def canvas(cols, seed):
    """All digits, each at a place of its own whose left edge is one of `cols`: (1797, 1, 20, 20), and their classes."""
    images, labels = load_digits()
    rng, N = np.random.default_rng([seed, *cols]), len(images)
    x = place_on_canvas(images, SIZE, rows=rng.integers(0, 13, N), cols=rng.choice(cols, N))
    return torch.tensor(x[:, None], dtype=torch.float32), torch.tensor(labels)


def train(name, x, y, seed, after_epoch=None):
    """A fresh net of NETS after its training."""
    options = NETS[name].copy()
    how = {key: options.pop(key) for key in ("epochs", "lr")}
    return fit(canvas_net(seed=seed, **options), x, y, seed=seed, after_epoch=after_epoch, **how)


def cost(name):
    """Hidden units, and multiply-adds for one image, of a net of NETS."""
    places = (SIZE + KERNEL - 1) ** 2
    if name.startswith("dense"):
        hidden = NETS[name]["hidden"]
        return hidden, dense_counts(SIZE**2, hidden).multiply_adds + dense_counts(hidden, 10).multiply_adds
    head = FILTERS * places if name.endswith("flat") else FILTERS
    return FILTERS * places, FILTERS * places * KERNEL**2 + dense_counts(head, 10).multiply_adds


def left_right(seed, models=tuple(NETS)):
    """Train on the left, test on the left and on the right."""
    fit_on, test = split(len(load_digits()[0]), seed, 500)
    (left, y), (right, _) = canvas(LEFT, seed), canvas(RIGHT, seed)
    rows = []
    for name in models:
        net = train(name, left[fit_on], y[fit_on], seed)
        rows.append({"model": name, "parameters": count(net), "left": round(accuracy(net, left[test], y[test]), 4),
                     "right": round(accuracy(net, right[test], y[test]), 4)})
    return rows


def budgets(seed, models=tuple(NETS)):
    """Digits anywhere: accuracy beside parameters, work and units, and epochs until half of the digits are right."""
    fit_on, test = split(len(load_digits()[0]), seed, 500)
    x, y = canvas(ALL, seed)
    rows = []
    for name in models:
        curves = {"train": [], "test": []}

        def watch(net, curves=curves):
            curves["train"].append(round(accuracy(net, x[fit_on], y[fit_on]), 4))
            curves["test"].append(round(accuracy(net, x[test], y[test]), 4))

        net, (units, work) = train(name, x[fit_on], y[fit_on], seed, watch), cost(name)
        rows.append({"model": name, "parameters": count(net), "multiply_adds": work, "units": units,
                     **{pile: curve[-1] for pile, curve in curves.items()},
                     **{f"epochs_to_half_{pile}": first(curve, 0.5) for pile, curve in curves.items()}})
    return rows


def first(curve, wanted):
    """The epoch, counted from 1, in which a curve reaches what is wanted, or "never"."""
    return next((n for n, value in enumerate(curve, start=1) if value >= wanted), "never")


def sample_efficiency(seed, sizes=(30, 100, 300, 1000), kinds=("conv", "local", "dense"), steps=400):
    """Accuracy in training and on new digits, for 30 to 1,000 examples to learn from."""
    fit_on, test = split(len(load_digits()[0]), seed, 500)
    x, y = canvas(ALL, seed)
    rows = []
    for n in sizes:
        some, batch = fit_on[:n], min(n, 50)
        for kind in kinds:
            net = canvas_net(kind, seed=seed)
            fit(net, x[some], y[some], steps // (n // batch), lr=0.003 if kind == "dense" else 0.01, seed=seed, batch=batch)
            rows.append({"model": kind, "n": n, "train": round(accuracy(net, x[some], y[some]), 4),
                         "test": round(accuracy(net, x[test], y[test]), 4)})
    return rows
