"""Lesson 14, one rule: tied tables, twins, sets, turned kernels, and unequal shards, with known mistakes."""
import numpy as np

from .engine import Exercise

saved = Exercise(
    name="saved",
    why="one of two tables is gone: 30,000 rows of 512.",
    hints=("How many numbers has one table?", "With two of them, and with one: what is the difference?"),
    solution="saved = 30_000 * 512",
    edits=(
        ("that is what *both* tables have. One of them stays.", "30_000 * 512", "2 * 30_000 * 512"),
        ("you counted rows and columns. A table has rows times columns.", "*", "+"),
        ("that is one number for each word. Each has 512.", "30_000 * 512", "30_000"),
        ("that is one row. Each of the 30,000 words has one.", "30_000 * 512", "512"),
        ("every word with every word is attention, not a table of rows: 512 numbers for each word.", "512", "30_000"),
        ("the layer between them was not asked for: no table of 512 by 512.", "30_000 * 512", "30_000 * 512 + 512 * 512"),
    ))


def _twins_case(rng):
    n_out, n_in = rng.integers(1, 5, size=2)
    return tuple(rng.integers(-9, 10, size=n) + 0.5 for n in (n_out, n_out, n_in, n_in))


twins = Exercise(
    name="twins",
    cases=[(np.array([1., 2.]), np.array([3., -1.]), np.array([1., 0., 2.]), np.array([5., 1., -1.])),
           (np.array([2.]), np.array([-3.]), np.array([1., 4.]), np.array([2., 7.])),
           (np.array([1., -1., 2.]), np.array([0.5, 2., 1.]), np.array([3., 1., 2.]), np.array([-2., 4., 1.]))],
    random_case=_twins_case,
    hints=("One use of W: y = W x. The gradient of W is np.outer(g, x).", "W was used twice: add the two."),
    solution="def twins(g1, g2, x1, x2):\n    return np.outer(g1, x1) + np.outer(g2, x2)",
    edits=(
        ("only the first twin is in it. W was used twice.", " + np.outer(g2, x2)", ""),
        ("only the second twin is in it: it overwrote the first. W was used twice.", "np.outer(g1, x1) + ", ""),
        ("you took the mean of the two. Uses add up.", "np.outer(g1, x1) + np.outer(g2, x2)",
         "(np.outer(g1, x1) + np.outer(g2, x2)) / 2"),
        ("you subtracted. Whether the twins are compared is the loss's business, and already in g1 and g2. Uses add up.",
         "+ np.outer", "- np.outer"),
        ("the gradients were crossed: each twin's g goes with its own x.", "np.outer(g1, x1) + np.outer(g2, x2)",
         "np.outer(g1, x2) + np.outer(g2, x1)"),
        ("you added first and multiplied then: that mixes each twin's g with the other's x.",
         "np.outer(g1, x1) + np.outer(g2, x2)", "np.outer(g1 + g2, x1 + x2)"),
        ("it is the transpose. W has a row for each output: np.outer(g, x).", "np.outer(g1, x1) + np.outer(g2, x2)",
         "np.outer(x1, g1) + np.outer(x2, g2)"),
        ("the two shares stand one beside the other. They belong to one W: add them.",
         "np.outer(g1, x1) + np.outer(g2, x2)", "np.outer(g1, x1), np.outer(g2, x2)"),
        ("the two shares stand one below the other. They belong to one W: add them.",
         "np.outer(g1, x1) + np.outer(g2, x2)", "np.concatenate([np.outer(g1, x1), np.outer(g2, x2)])"),
    ))

set_ids = Exercise(
    name="set_ids",
    cases=[(4,), (3,), (5,)],
    random_case=lambda rng: (int(rng.integers(2, 9)),),
    hints=("Swap two inputs, and the same two outputs. Which entries have to be equal for nothing to change?",
           "All entries on the diagonal are one number, all others another.",
           "1 - np.eye(n), as whole numbers."),
    solution="def set_ids(n):\n    return 1 - np.eye(n, dtype=int)",
    edits=(
        ("the two are exchanged: the one on the diagonal is number 0.", "1 - np.eye(n, dtype=int)", "np.eye(n, dtype=int)"),
        ("one parameter everywhere is allowed, but each input may be treated differently from the *others*: two are possible.",
         "1 - np.eye(n, dtype=int)", "np.zeros((n, n), dtype=int)"),
        ("the others are disconnected (-1). They may have a parameter of their own: two are possible.",
         "1 - np.eye(n, dtype=int)", "np.eye(n, dtype=int) - 1"),
    ),
    mistakes={
        "that is a convolution on a ring: it may be shifted, but not reordered. Swap two neighbours and it changes.":
            "def set_ids(n):\n    return (np.arange(n) - np.arange(n)[:, None]) % n",
        "that is a dense layer: every entry has its own number, so any swap changes it.":
            "def set_ids(n):\n    return np.arange(n * n).reshape(n, n)",
        "each *input* has a number of its own. Then the inputs are told apart, and reordering them changes the outputs.":
            "def set_ids(n):\n    return np.tile(np.arange(n), (n, 1))",
        "each number on the diagonal is another one. Reordering moves them onto each other, so they share one.":
            "def set_ids(n):\n    return np.where(np.eye(n) == 1, np.arange(n), n)",
        "before and after are told apart. A set has no order: one number for all the others.":
            "def set_ids(n):\n    return np.sign(np.arange(n) - np.arange(n)[:, None]) % 3",
        "the distance from the diagonal has its own number. A set has no distances: only *myself* and *the others*.":
            "def set_ids(n):\n    return abs(np.arange(n) - np.arange(n)[:, None])",
    })

turned_ids = Exercise(
    name="turned_ids",
    cases=[(2,), (3,), (4,)],
    random_case=lambda rng: (int(rng.integers(1, 6)),),
    hints=("np.rot90(a, n) turns a by n quarters to the left.", "np.stack puts the four one behind the other: (4, k, k)."),
    solution="""def turned_ids(k):
    return np.stack([np.rot90(np.arange(k * k).reshape(k, k), n) for n in range(4)])""",
    edits=(
        ("you turned to the right. np.rot90(a, n) with positive n turns to the left.", ", n)", ", -n)"),
        ("nothing was turned: four times the same filter.", ", n)", ", 0)"),
        ("half turns: filters 0 and 2 are equal. A quarter each time.", ", n)", ", 2 * n)"),
        ("the first filter is turned already. Filter 0 stands as it is.", ", n)", ", n + 1)"),
        ("each filter got numbers of its own: 4 * k * k parameters. Turned, they are the same k * k numbers.",
         "np.arange(k * k).reshape(k, k), n)", "np.arange(k * k).reshape(k, k), n) + n * k * k"),
    ),
    mistakes={
        "each filter got numbers of its own: 4 * k * k parameters. They are the same k * k numbers, turned.":
            "def turned_ids(k):\n    return np.arange(4 * k * k).reshape(4, k, k)",
        "filters 1, 2 and 3 are turned alike. Each is the one *before* it, turned: np.rot90(a, n).": """def turned_ids(k):
    a = np.arange(k * k).reshape(k, k)
    return np.stack([a] + 3 * [np.rot90(a)])""",
        "every second filter is transposed. A mirror image is no turn: np.rot90.": """def turned_ids(k):
    a = np.arange(k * k).reshape(k, k)
    return np.stack([a, a.T, a, a.T])""",
        "you mirrored and transposed. A mirror image is no turn: a spiral would change its sense.":
            """def turned_ids(k):
    a = np.arange(k * k).reshape(k, k)
    return np.stack([a, a.T, a[::-1], a[:, ::-1]])""",
        "the filters stand last, (k, k, 4). Here they come first: (4, k, k).": """def turned_ids(k):
    return np.stack([np.rot90(np.arange(k * k).reshape(k, k), n) for n in range(4)], axis=2)""",
    })


def _shards_case(rng):
    n = int(rng.integers(2, 5))
    return rng.integers(-9, 10, size=(n, 2, 3)) + 0.5, rng.integers(1, 9, size=n)


combine = Exercise(
    name="combine",
    cases=[(np.array([[1., 4.], [3., -2.]]), np.array([1, 5])),
           (np.array([[[2.], [0.]], [[4.], [1.]], [[-3.], [7.]]]), np.array([2, 1, 4]))],
    random_case=_shards_case,
    hints=("A mean times its number of examples is a sum. Sums add up.",
           "Add up size * gradient, then divide by the number of all examples.",
           "np.tensordot(sizes, gradients, axes=1) is the sum of size times gradient."),
    solution="def combine(gradients, sizes):\n    return np.tensordot(sizes, gradients, axes=1) / sizes.sum()",
    edits=(
        ("that is the mean of the means: a machine with one example counts as much as one with five.",
         "np.tensordot(sizes, gradients, axes=1) / sizes.sum()", "gradients.mean(axis=0)"),
        ("the means were added up, without their sizes. A mean times its number of examples is the sum that adds up.",
         "np.tensordot(sizes, gradients, axes=1) / sizes.sum()", "gradients.sum(axis=0)"),
        ("that is the gradient of the *sum* over all examples. For the mean, divide by how many there are.",
         " / sizes.sum()", ""),
        ("the means were added up and divided by the number of examples. First times its size each, then add, then divide.",
         "np.tensordot(sizes, gradients, axes=1) / sizes.sum()", "gradients.sum(axis=0) / sizes.sum()"),
        ("you divided by the number of machines. Divide by the number of examples.", "/ sizes.sum()", "/ len(sizes)"),
        ("the weights are upside down: the machine with *more* examples counts more.",
         "np.tensordot(sizes, gradients, axes=1) / sizes.sum()",
         "np.tensordot(1 / sizes, gradients, axes=1) / (1 / sizes).sum()"),
        ("only the largest shard is left. All machines had examples.",
         "np.tensordot(sizes, gradients, axes=1) / sizes.sum()", "gradients[np.argmax(sizes)]"),
    ))

ALL = {e.name: e for e in (saved, twins, set_ids, turned_ids, combine)}
