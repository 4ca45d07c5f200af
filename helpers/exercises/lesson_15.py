"""Lesson 15, claims: two exam questions and three counterexamples to build, with known mistakes."""
import numpy as np

from helpers.ids import NO_EDGE

from .engine import Exercise

difference = Exercise(
    name="difference",
    why="the same kernel at every place: that, and being local, is all that sets it apart.",
    hints=("Which of the four did the course spend fifteen lessons on?",),
    solution="difference = 'B'",
    mistakes={
        "A: its kernels are learned like any other weights; pooling is the layer that has none.": "difference = 'A'",
        "C: sound and text have places, too. What it needs is a grid on which shifts make sense.": "difference = 'C'",
        "D: it is trained by backpropagation; each use of a kernel adds its share to the gradient.": "difference = 'D'",
    })

who = Exercise(
    name="who",
    why="one shares over places, the other over steps. The same remainder makes the ids of both.",
    hints=("Lesson 4 tied the places of an image. What did lesson 10 tie?",),
    solution="who = 'C'",
    mistakes={
        "A: recurrent networks do, over time steps. But what is a kernel that slides over an image?": "who = 'A'",
        "B: convolutional networks do, over places. But what happens to W_hh from step to step?": "who = 'B'",
        "D: without sharing each place and each step would need weights of its own: that is lesson 3, and the untied stack "
        "of lesson 10.": "who = 'D'",
    })

SHAPE = (3, 5)


def _ids(answer):
    ids = np.asarray(answer)
    if ids.shape != SHAPE:
        raise ValueError(f"it has shape {ids.shape}; expected 3 rows and 5 columns")
    if not np.array_equal(ids, ids.astype(int)) or ids.min() < NO_EDGE:
        raise ValueError("ids are whole numbers from 0 on, or -1 for no connection")
    return ids.astype(int)


def _is_shared(ids):
    used = ids[ids != NO_EDGE]
    return bool(len(np.unique(used)) < len(used))


def _facts_not_local(answer):
    ids = _ids(answer)
    return {"every output sees every input": bool((ids != NO_EDGE).all()), "weights are shared": _is_shared(ids)}


not_local = Exercise(
    name="not_local",
    measure=_facts_not_local,
    why="no square is empty, and some name occurs twice. Locality comes from erasing, not from sharing.",
    hints=("Fill the whole table. How many different names may it hold, if some are to occur twice?",
           "The remainder shares: np.arange(15).reshape(3, 5) % 4."),
    solution="not_local = np.arange(15).reshape(3, 5) % 4",
    mistakes={
        "nothing is shared: fifteen connections with fifteen names. Let some of them have the same name.":
            "not_local = np.arange(15).reshape(3, 5)",
        "weights are shared, but some connection is missing, as in a convolution. Fill the whole table.":
            "not_local = np.array([[0, 1, 2, -1, -1], [-1, 0, 1, 2, -1], [-1, -1, 0, 1, 2]])",
        "that is a local layer: connections are missing, and nothing is shared. Asked for is the opposite of both.":
            "not_local = np.array([[0, 1, 2, -1, -1], [-1, 3, 4, 5, -1], [-1, -1, 6, 7, 8]])",
    })


def _facts_not_shared(answer):
    ids = _ids(answer)
    seen = ids != NO_EDGE
    return {"every output sees three inputs": bool((seen.sum(axis=1) == 3).all()),
            "output i sees the inputs i, i + 1 and i + 2": bool(all(seen[i, i:i + 3].all() for i in range(3))),
            "weights are shared": _is_shared(ids)}


not_shared = Exercise(
    name="not_shared",
    measure=_facts_not_shared,
    why="small kernels, and each place has its own: local is one thing, shared another.",
    hints=("Nine connections, so nine names.", "Output 0 owns 0, 1, 2; output 1 owns 3, 4, 5, one column further on."),
    solution="not_shared = np.array([[0, 1, 2, -1, -1], [-1, 3, 4, 5, -1], [-1, -1, 6, 7, 8]])",
    mistakes={
        "two connections have the same name, as in a convolution. Nine connections need nine names.":
            "not_shared = np.array([[0, 1, 2, -1, -1], [-1, 0, 1, 2, -1], [-1, -1, 0, 1, 2]])",
        "some output sees more or fewer than three inputs, as in a dense layer, which sees all five.":
            "not_shared = np.arange(15).reshape(3, 5)",
        "some output sees more than three inputs, and a name comes twice. A blank is -1; 0 is the name of a parameter.":
            "not_shared = np.array([[0, 1, 2, 0, 0], [0, 3, 4, 5, 0], [0, 0, 6, 7, 8]])",
        "the windows are not those asked for: output i sees the inputs i, i + 1 and i + 2, and no others.":
            "not_shared = np.array([[0, 1, -1, -1, -1], [-1, 2, 3, -1, -1], [-1, -1, 4, 5, -1]])",
        "a window stands at the wrong place. It moves on by one: output i sees the inputs i, i + 1 and i + 2.":
            "not_shared = np.array([[0, 1, 2, -1, -1], [3, 4, 5, -1, -1], [6, 7, 8, -1, -1]])",
    })


def _facts_bigger(answer):
    sizes = np.asarray(answer, dtype=float)
    if sizes.shape != (5,) or (sizes < 1).any() or (sizes % 1).any():
        raise ValueError("it needs five whole numbers from 1 on: n_in, n_out, C_in, C_out, k")
    n_in, n_out, C_in, C_out, k = sizes
    return {"both sides of the dense layer have at least 2 units": bool(min(n_in, n_out) >= 2),
            "the convolution has more parameters": bool(C_out * (C_in * k * k + 1) > n_out * (n_in + 1))}


bigger = Exercise(
    name="bigger",
    measure=_facts_bigger,
    why="which of two layers is larger is a matter of their sizes. *Per connection* a dense layer has the most: one each.",
    hints=("n_out * (n_in + 1) against C_out * (C_in * k * k + 1): the image's size is not in it.",
           "A small dense layer and many channels: deep inside a CNN that is the usual case."),
    solution="bigger = (84, 10, 6, 16, 5)",
    mistakes={
        "the dense layer is still the larger one: n_out * (n_in + 1) against C_out * (C_in * k * k + 1).":
            "bigger = (784, 100, 1, 8, 3)",
        "one unit is not much of a dense layer; both sides need at least 2.": "bigger = (1, 1, 6, 16, 5)",
        "one side of the dense layer has a single unit, and still it is the larger layer. Give it 2, and the convolution more.":
            "bigger = (1000, 1, 1, 1, 3)",
    })

ALL = {e.name: e for e in (difference, who, not_local, not_shared, bigger)}
