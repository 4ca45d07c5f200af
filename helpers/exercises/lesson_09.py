"""Lesson 9, when not to share: shuffled pixels, coordinates, regions, seasons, anomalies, with known mistakes."""
import numpy as np

from .engine import Exercise


def _images_case(rng):
    N, H, W = rng.integers(1, 4, size=3)
    return rng.permuted(np.arange(1., N * H * W + 1)).reshape(N, H, W), rng.permutation(H * W)


_images = np.arange(12.).reshape(2, 2, 3) ** 2
_order = np.array([2, 0, 3, 5, 1, 4])

shuffle = Exercise(
    name="shuffle",
    cases=[(_images, _order), (_images[:, :1], np.array([1, 2, 0])),
           (np.arange(18.).reshape(3, 3, 2)[::-1].copy(), np.array([5, 3, 0, 1, 2, 4]))],
    random_case=_images_case,
    hints=("First make a row of pixels of each image: images.reshape(len(images), -1).",
           "All rows are put in the same order at once by [:, order].",
           "At the end bring them back into the shape of the images."),
    solution="""def shuffle(images, order):
    pixels = images.reshape(len(images), -1)
    return pixels[:, order].reshape(images.shape)""",
    edits=(
        ("you undid the order: there pixel `order[p]` of the new image is pixel `p` of the old one. Asked for is the "
         "other direction.", "pixels[:, order]", "pixels[:, np.argsort(order)]"),
        ("the pixels are right but still in one row. Bring them back into the shape (N, H, W).",
         ".reshape(images.shape)", ""),
        ("every image got an order of its own. It has to be the *same* one for all, or nothing could be learned from it.",
         "return pixels[:, order]", "pixels = np.stack([np.roll(row, n) for n, row in enumerate(pixels)])\n"
         "    return pixels[:, order]"),
        ("nothing was shuffled: the images came back as they were.", "[:, order]", ""),
    ),
    mistakes={
        "you put the *images* in another order, whole. The pixels within each image are to be moved.":
            "def shuffle(images, order):\n    return images[np.argsort(order[:len(images)])]",
        "the pixels of all images were thrown together. Each image keeps its own pixels: one row for each.":
            "def shuffle(images, order):\n    return np.resize(images.ravel()[order], images.shape)",
        "only the first image came back. Every image is to be moved, in the same order.":
            "def shuffle(images, order):\n    return images[0].ravel()[order].reshape(images[0].shape)",
        "you counted the pixels column by column. Here they count row by row, as in reshape.":
            "def shuffle(images, order):\n    pixels = images.swapaxes(1, 2).reshape(len(images), -1)\n"
            "    return pixels[:, order].reshape(images.swapaxes(1, 2).shape).swapaxes(1, 2)",
    })

COORDINATES = """def coordinates(H, W):
    rows, cols = np.linspace(-1, 1, H), np.linspace(-1, 1, W)
    return np.stack([np.repeat(rows[:, None], W, axis=1), np.repeat(cols[None], H, axis=0)])"""

coordinates = Exercise(
    name="coordinates",
    cases=[(2, 3), (4, 2), (5, 3)],
    random_case=lambda rng: tuple(rng.integers(2, 8, size=2).tolist()),
    hints=("np.linspace(-1, 1, H) is the column of row numbers. It has to be repeated W times to the right.",
           "np.zeros((H, W)) + a column of shape (H, 1) repeats it; a row of shape (1, W) likewise.",
           "np.stack([rows, cols]) makes (2, H, W) of two (H, W)."),
    solution=COORDINATES,
    edits=(
        ("the numbers run from 0 to 1. They run from -1 to 1: then the middle is 0, and both halves count alike.",
         "np.linspace(-1, 1, H), np.linspace(-1, 1, W)", "np.linspace(0, 1, H), np.linspace(0, 1, W)"),
        ("those are the numbers of the pixels. Scaled to -1 to 1 they are of the size of other inputs, whatever the image's.",
         "np.linspace(-1, 1, H), np.linspace(-1, 1, W)", "np.arange(H) * 1., np.arange(W) * 1."),
        ("the last row and column do not reach 1. np.linspace has both ends in it.",
         "np.linspace(-1, 1, H), np.linspace(-1, 1, W)",
         "np.linspace(-1, 1, H, endpoint=False), np.linspace(-1, 1, W, endpoint=False)"),
        ("they run the wrong way: row 0 and column 0 are at -1.",
         "np.linspace(-1, 1, H), np.linspace(-1, 1, W)", "np.linspace(1, -1, H), np.linspace(1, -1, W)"),
        ("channel 1 repeats each number in a row. Its rows are all alike: the whole row of numbers, again and again.",
         "np.repeat(cols[None], H, axis=0)", "np.repeat(cols, H).reshape(H, W)"),
        ("both channels hold the columns. Channel 0 holds the rows.",
         "np.repeat(rows[:, None], W, axis=1)", "np.repeat(cols[None], H, axis=0)"),
        ("both channels hold the rows. Channel 1 holds the columns.",
         "np.repeat(cols[None], H, axis=0)", "np.repeat(rows[:, None], W, axis=1)"),
        ("each picture lies on its side: (2, W, H). np.meshgrid does that unless it is told indexing=\"ij\".",
         "axis=0)])", "axis=0)]).swapaxes(1, 2)"),
        ("both channels are there, but last: (H, W, 2). Here channels come first: (2, H, W).",
         "axis=0)])", "axis=0)], axis=2)"),
    ),
    mistakes={
        "the two channels are swapped: channel 0 holds the row, channel 1 the column.": COORDINATES + "[::-1]",
        "only one channel is there, the two numbers added up: many places now have the same sum. Keep them apart.":
            COORDINATES.replace("np.stack([", "(").replace(", np.repeat(cols", " + np.repeat(cols").replace("axis=0)])",
                                                                                                           "axis=0))"),
    })

regions = Exercise(
    name="regions",
    why="4 * 16 * (5 * 5 * 3 + 1): four sets of what an ordinary convolution has once.",
    hints=("How many numbers has one kernel? It sees all 3 channels.", "With its bias. Then 16 of them. Then 4 sets."),
    solution="regions = 4 * 16 * (5 * 5 * 3 + 1)",
    edits=(
        ("you forgot the biases: one for each filter, in each region.", "(5 * 5 * 3 + 1)", "5 * 5 * 3"),
        ("that is one region. Nothing is shared *between* regions, so there are four sets.", "4 * 16", "16"),
        ("you left out the channels: a kernel sees all 3 of them.", "5 * 5 * 3", "5 * 5"),
        ("the kernels are right, but the biases were counted once. Each region has its own 16.",
         "4 * 16 * (5 * 5 * 3 + 1)", "4 * 16 * 5 * 5 * 3 + 16"),
        ("the biases were counted once for each region. Each of its 16 filters has one.",
         "4 * 16 * (5 * 5 * 3 + 1)", "4 * (16 * 5 * 5 * 3 + 1)"),
        ("you gave each channel of a kernel a bias. The products of all channels are added up, and then one bias.",
         "(5 * 5 * 3 + 1)", "3 * (5 * 5 + 1)"),
        ("that is one filter in each region. There are 16.", "4 * 16", "4"),
        ("you multiplied by the 256 positions: that is the local layer. Within a region all positions share.",
         "4 * 16", "256 * 16"),
    ))

season_ids = Exercise(
    name="season_ids",
    cases=[(9, 2, 3), (7, 3, 2), (10, 3, 4), (6, 2, 1), (15, 1, 12)],
    random_case=lambda rng: (int(rng.integers(6, 12)), int(rng.integers(1, 5)), int(rng.integers(1, 5))),
    hints=("Place p of a local layer owns the ids p * k to p * k + k - 1.",
           "Place `period` has to become place 0 again: its first id is period * k.",
           "tie takes the remainder and leaves NO_EDGE alone."),
    solution="""def season_ids(n, k, period):
    from helpers.sharing import local1d_ids, tie
    return tie(local1d_ids(n, k), period * k)""",
    edits=(
        ("all places share one kernel: that is period 1, a convolution. Keep `period` kernels.", "period * k", "k"),
        ("the remainder is by `period`, so the numbers *within* a kernel are tied too. A kernel has k ids: take period * k.",
         "period * k", "period"),
        ("nobody shares: that is the local layer. Take the remainder with tie.",
         "tie(local1d_ids(n, k), period * k)", "local1d_ids(n, k)"),
        ("you tied what stands `period` ids apart plus a kernel: count the ids of `period` kernels, period * k, not + k.",
         "period * k", "period + k"),
        ("you wrote 12 into it. It should hold for any period.", "period * k", "12 * k"),
        ("there is one season too many: places period + 1 apart share. The remainder is by period * k.",
         "period * k", "(period + 1) * k"),
    ),
    mistakes={
        "you tied neighbours: the first `period` places share a kernel, then the next. Asked for are places `period` apart.":
            """def season_ids(n, k, period):
    from helpers.sharing import local1d_ids, NO_EDGE
    ids = local1d_ids(n, k)
    return np.where(ids == NO_EDGE, NO_EDGE, ids // k // period * k + ids % k)""",
        "% was taken without tie: the -1 of the missing connections became a parameter. tie leaves NO_EDGE alone.":
            """def season_ids(n, k, period):
    from helpers.sharing import local1d_ids
    return local1d_ids(n, k) % (period * k)""",
    })

_table = np.array([[1., 4.], [3., 10.], [8., 1.]])
_years = np.arange(1., 13.).reshape(4, 3) ** 2 % 11

anomalies = Exercise(
    name="anomalies",
    cases=[(_table, 2), (_years, 3), (_years, 1)],
    random_case=lambda rng: (rng.integers(-20, 30, size=(5, 4)) * 1., int(rng.integers(1, 5))),
    hints=("table[:n_train] are the years to learn from.", "axis=0 runs over the years, and leaves a mean for each month."),
    solution="def anomalies(table, n_train):\n    return table - table[:n_train].mean(axis=0)",
    edits=(
        ("your means know the test years. Only the first n_train years are there to learn from: anything else leaks.",
         "table[:n_train]", "table"),
        ("one mean for all months: the seasons are still there. Take a mean for each month, over the years (axis=0).",
         ".mean(axis=0)", ".mean()"),
        ("you subtracted from each *year* its mean. The seasons stay, and the years lose what makes them warm or cold.",
         "table[:n_train].mean(axis=0)", "table.mean(axis=1, keepdims=True)"),
        ("the training years are gone. All years come back, each less the same twelve means.",
         "table - ", "table[n_train:] - "),
        ("you gave back the training years only. The test years need the same means taken away.",
         "table - ", "table[:n_train] - "),
        ("those means are of the *last* years, the ones to be tested on. Learn from the first n_train.",
         "table[:n_train]", "table[n_train:]"),
        ("your means are of the first n_train *months*, one for each year. Years are rows: table[:n_train].",
         "table[:n_train].mean(axis=0)", "table[:, :n_train].mean(axis=1, keepdims=True)"),
        ("one year is missing: table[:n_train] are already the first n_train years.", "[:n_train]", "[:n_train - 1]"),
        ("you took away the sum of the years, not their mean.", ".mean(axis=0)", ".sum(axis=0)"),
        ("those are only the usual values. Subtract them from the table.",
         "table - table[:n_train].mean(axis=0)", "table[:n_train].mean(axis=0)"),
        ("the sign is turned: an anomaly is the month minus its usual value, so warm is positive.",
         "table - table[:n_train].mean(axis=0)", "table[:n_train].mean(axis=0) - table"),
    ),
    mistakes={
        "the difference is right, but it was also divided by the spread. Only the mean was asked for.":
            "def anomalies(table, n_train):\n    return (table - table[:n_train].mean(axis=0)) / (table[:n_train].std(axis=0) + 1)",
    })

which_task = Exercise(
    name="which_task",
    why="Cut so that the eyes lie on one line, each place shows one part of a face: places differ, and they differ in "
        "the same way in every photograph.",
    hints=("For which of them does a place in the input always mean the same thing?",),
    solution="which_task = 'B'",
    mistakes={
        "A: a whistle sounds alike at every moment, so one detector serves all moments.": "which_task = 'A'",
        "C: a weed looks the same anywhere on the lawn, so what is learned in one corner helps in all.": "which_task = 'C'",
        "D: a group of letters such as *sch* means much the same wherever it stands in a name.": "which_task = 'D'",
    })

ALL = {e.name: e for e in (shuffle, coordinates, regions, season_ids, anomalies, which_task)}
