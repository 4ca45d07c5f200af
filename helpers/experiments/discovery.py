"""Does an unshared layer find out that sharing would be right? The filters of all places, compared with each other."""
import numpy as np
import torch

from helpers.data import load_digits
from helpers.experiments.canvas import ALL, canvas
from helpers.models import Local, canvas_net
from helpers.pictures import place_on_canvas
from helpers.train import fit, one_thread

RING, REACH = 12, 2                              # images of 12 x 12 on a ring, windows of 5 x 5


def likeness(filters):
    """The mean cosine over all pairs of places: 1 is the same filter everywhere, up to its size; 0 is no likeness.

    filters  (places, ...), one row a place;  a row of zeros counts as unlike.

    >>> round(likeness(np.array([[1., 0.], [2., 0.], [0., 5.]])), 3)
    0.333
    """
    rows = filters.reshape(len(filters), -1)
    sizes = np.linalg.norm(rows, axis=1, keepdims=True)
    directions = np.divide(rows, sizes, out=np.zeros_like(rows), where=sizes > 0)
    n = len(rows)
    return float((np.square(directions.sum(axis=0)).sum() - (directions**2).sum()) / (n * (n - 1)))


def windows_on_a_ring(images):
    """What each place sees around itself, without itself: (N, 12, 12) to (144, N, 24)."""
    shifts = [(a, b) for a in range(-REACH, REACH + 1) for b in range(-REACH, REACH + 1) if (a, b) != (0, 0)]
    seen = np.stack([np.roll(images, (-a, -b), axis=(1, 2)) for a, b in shifts], axis=-1)
    return seen.reshape(len(images), RING**2, -1).swapaxes(0, 1)


def rolled(images, rng):
    """Each image moved round the ring by a random number of rows and columns."""
    return np.stack([np.roll(image, rng.integers(0, RING, 2), axis=(0, 1)) for image in images])


@one_thread()
def predict_pixels(seed, moved, steps=600, batch=100, lr=0.01):
    """144 places learn, each for itself, to guess their pixel from its 24 neighbours. Likeness before and after."""
    rng = np.random.default_rng(seed)
    images = place_on_canvas(load_digits()[0], RING, rows=2, cols=2)
    W = torch.tensor(rng.normal(size=(RING**2, 24)) / 24**0.5, dtype=torch.float32, requires_grad=True)
    before, optimizer = likeness(W.detach().numpy()), torch.optim.Adam([W], lr=lr)
    for _ in range(steps):
        some = images[rng.integers(0, len(images), batch)]
        some = rolled(some, rng) if moved else some
        seen, pixel = (torch.tensor(v, dtype=torch.float32) for v in (windows_on_a_ring(some), some.reshape(batch, -1)))
        loss = (torch.einsum("pnk,pk->np", seen, W) - pixel).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return before, likeness(W.detach().numpy())


def classify(seed, epochs=10):
    """The local net of `budgets` learns to name digits that lie anywhere. Likeness of its filters before and after."""
    x, y = canvas(ALL, seed)
    net = canvas_net("local", seed=seed)
    [layer] = [part for part in net if isinstance(part, Local)]

    def now():
        weight = layer.weight.detach().numpy().astype(float)
        return float(np.mean([likeness(weight[:, :, f]) for f in range(weight.shape[2])]))

    before = now()
    fit(net, x, y, epochs, seed=seed)
    return before, now()


TASKS = {"guess pixels, moved digits": lambda seed: predict_pixels(seed, moved=True),
         "guess pixels, centred digits": lambda seed: predict_pixels(seed, moved=False),
         "name digits, moved": classify}


def discovery(seed, tasks=tuple(TASKS)):
    """Likeness of an unshared layer's filters before and after training, for three tasks."""
    rows = []
    for task in tasks:
        before, after = TASKS[task](seed)
        rows.append({"task": task, "before": round(before, 4), "after": round(after, 4)})
    return rows
