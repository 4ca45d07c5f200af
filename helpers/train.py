"""A training loop for small torch nets: the loop of lesson 02, with batches and Adam."""
from contextlib import contextmanager

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from .shapes import whole


@contextmanager
def one_thread():
    """Torch computes on one thread here: nets as small as these gain nothing by more, and on a busy machine they wait."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@one_thread()
def fit(net, x, y, epochs, lr=0.01, seed=0, batch=50, after_epoch=None):
    """Learn from batches in random order; the step size falls to 0 over the second half. Changes and returns `net`.

    x            (N, ...) float tensor;  y  (N,) whole numbers, the right classes
    epochs       how often each example is seen;  lr  Adam's step size;  seed  of the order, numpy's generator
    batch        examples a step; a last batch that is not full is left out
    after_epoch  called with the net after each epoch
    Errors       ValueError "x has 30 examples; expected at least one batch of 50"
    Source       Kingma & Ba 2015, "Adam". Taught in lesson 08.
    """
    if len(x) < whole("batch", batch, 1):
        raise ValueError(f"x has {len(x)} examples; expected at least one batch of {batch}")
    rng, optimizer = np.random.default_rng(seed), torch.optim.Adam(net.parameters())
    steps, done = whole("epochs", epochs, 1) * (len(x) // batch), 0
    for _ in range(epochs):
        for rows in rng.permutation(len(x))[:len(x) // batch * batch].reshape(-1, batch):
            optimizer.param_groups[0]["lr"] = lr * min(1, 2 * (1 - done / steps))
            optimizer.zero_grad()
            cross_entropy(net(x[rows]), y[rows]).backward()
            optimizer.step()
            done += 1
        if after_epoch:
            after_epoch(net)
    return net


@one_thread()
def outputs(net, x, batch=100):
    """What the net gives for x (N, ...), without gradients and a batch at a time, which keeps memory low: (N, classes)."""
    with torch.no_grad():
        return torch.cat([net(some) for some in x.split(batch)])


def predict(net, x):
    """The class with the largest output for each example, (N,)."""
    return outputs(net, x).argmax(dim=1)


def accuracy(net, x, y):
    """The fraction of examples whose predicted class is the right one: a number from 0 to 1."""
    return (predict(net, x) == y).double().mean().item()
