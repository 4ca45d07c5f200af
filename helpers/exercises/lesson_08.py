"""Lesson 8, training CNNs: accuracy, costs, likeness, C3, a net within a budget, and a question, with known mistakes."""
import numpy as np

from .engine import Exercise


def _answers_case(rng):
    N = int(rng.integers(2, 7))
    return rng.permutation(N * 4).reshape(N, 4) * 1.0, rng.integers(0, 4, size=N)


_outputs = np.array([[0.1, 0.7, 0.2], [2.0, -1.0, 0.5], [0.3, 0.1, 0.4], [1.0, 5.0, 9.0], [0.6, 0.5, 0.2]])

accuracy = Exercise(
    name="accuracy",
    cases=[(_outputs, np.array([1, 1, 2, 2, 1])), (_outputs[:3], np.array([0, 0, 1])),
           (-_outputs[:2], np.array([0, 1]))],
    random_case=_answers_case,
    hints=("outputs.argmax(axis=1) is the class with the largest output in each row.",
           "The mean of an array of True and False is the fraction of True."),
    solution="def accuracy(outputs, labels):\n    return np.mean(outputs.argmax(axis=1) == labels)",
    edits=(
        ("that is the fraction of *wrong* answers. Compare with ==.", "== labels", "!= labels"),
        ("you counted the right answers. Divide by how many there are: the mean does both.", "np.mean", "np.sum"),
        ("you took the class with the smallest output. The net's answer is the largest.", "argmax", "argmin"),
        ("you took the largest *output*, not its class: max gives the value, argmax the place.", "argmax", "max"),
    ),
    mistakes={
        "argmax ran down the columns: it looked for the best *image* of each class. Each row is an image: axis=1.":
            "def accuracy(outputs, labels):\n    best = outputs.argmax(axis=0)\n"
            "    return np.mean([best[k % len(best)] == label for k, label in enumerate(labels)])",
        "// divides and throws the fraction away, so all that is left is 0 or 1. Divide with /, or take the mean.":
            "def accuracy(outputs, labels):\n    return np.sum(outputs.argmax(axis=1) == labels) // len(labels)",
        "you averaged the outputs at the right classes. That is how sure the net is, not how often it is right.":
            "def accuracy(outputs, labels):\n    return np.mean(outputs[np.arange(len(labels)), labels])",
    })

why_equal = Exercise(
    name="why_equal",
    why="the windows that touch the digit are the same ones wherever it lies, and the maximum forgets where they were.",
    hints=("The untrained net gave equal outputs, too. So which answers are out?",
           "*conv, flat* has the same kernel at all places. Did it do well on the right?"),
    solution="why_equal = 'B'",
    mistakes={
        "A: the net that was never trained gave equal outputs as well. It is not learned, it is built in.": "why_equal = 'A'",
        "C: *conv, flat* has that too, and guesses on the right: the dense head is tied to places.": "why_equal = 'C'",
        "D: it never saw one digit on the right side, and needed none.": "why_equal = 'D'",
    })

cost = Exercise(
    name="cost",
    cases=[(20, 5, 16), (6, 3, 2), (7, 2, 3)],
    random_case=lambda rng: tuple(int(v) for v in rng.integers(2, 9, size=3)),
    hints=("With padding k - 1 on both sides the output has H + k - 1 rows and columns.",
           "A unit is one output: places times filters. Each costs k * k multiply-adds.",
           "Parameters do not know H: F kernels, and F biases."),
    solution="""def cost(H, k, F):
    places = (H + k - 1) ** 2
    return F * (k * k + 1), F * places * k * k, F * places""",
    edits=(
        ("you left out the biases: one for each kernel.", "(k * k + 1)", "k * k"),
        ("you counted places without padding, H - k + 1. Padding k - 1 on both sides makes them H + k - 1.",
         "(H + k - 1)", "(H - k + 1)"),
        ("padding counts on both sides: H + 2 * (k - 1) pixels hold H + k - 1 places.", "(H + k - 1)", "H"),
        ("a kernel at every place is the local layer. Shared, the number of parameters does not know H.",
         "return F * (k * k + 1)", "return F * places * (k * k + 1)"),
        ("those multiply-adds are of one filter. All F do the same work.", "F * places * k * k", "places * k * k"),
        ("the kernel's size entered the work once. It has k * k weights, each multiplied at each place.",
         "places * k * k,", "places * k,"),
        ("a unit is one output of one filter: multiply the places by F.", "k * k, F * places", "k * k, places"),
        ("you counted rows only. Places are rows times columns: square them.", "** 2", "** 1"),
    ))

likeness = Exercise(
    name="likeness",
    cases=[(np.array([[1., 0.], [3., 0.], [0., 2.]]),), (np.array([[1., 2., 2.], [-2., 1., 2.], [3., 0., 4.], [1., 1., -1.]]),)],
    random_case=lambda rng: (rng.normal(size=rng.integers(2, 6, size=2)),),
    hints=("Divide each row by its length first: then a cosine is a plain product of two rows.",
           "directions @ directions.T holds all cosines at once; on its diagonal each place meets itself.",
           "With n places there are n * (n - 1) ordered pairs of different ones."),
    solution="""def likeness(filters):
    directions = filters / np.linalg.norm(filters, axis=1, keepdims=True)
    n, cosines = len(filters), directions @ directions.T
    return (cosines.sum() - np.trace(cosines)) / (n * (n - 1))""",
    edits=(
        ("each place was compared with itself, too, and is always like itself. Leave the diagonal out.",
         "(cosines.sum() - np.trace(cosines)) / (n * (n - 1))", "cosines.mean()"),
        ("the products were not divided by the lengths: large kernels count more, and the result has no scale.",
         "filters / np.linalg.norm(filters, axis=1, keepdims=True)", "filters"),
        ("you compared columns, the entries of the kernels. A place is a row.",
         "directions = filters / np.linalg.norm(filters, axis=1, keepdims=True)",
         "filters = filters.T\n    directions = filters / np.linalg.norm(filters, axis=1, keepdims=True)"),
        ("you took absolute values: a kernel and its negative would count as equal. They do opposite things.",
         "cosines = len(filters), directions @ directions.T", "cosines = len(filters), abs(directions @ directions.T)"),
        ("the diagonal is out of the sum, but the mean still counts it: there are n * (n - 1) pairs.",
         "(n * (n - 1))", "(n * n)"),
        ("each pair was divided twice over. The sum over rows and columns has both orders: n * (n - 1) of them.",
         "(n * (n - 1))", "(n * (n - 1) / 2)"),
    ))

c3 = Exercise(
    name="c3",
    why="60 * 25 + 16 = 1516. With every filter seeing every channel it would be 16 * (6 * 25 + 1) = 2416.",
    hints=("Each of the 60 kernels has 5 * 5 weights.", "Biases belong to filters, not to kernels."),
    solution="c3 = 60 * 5 * 5 + 16",
    edits=(
        ("you forgot the biases: one for each of the 16 filters.", " + 16", ""),
        ("you gave each small kernel a bias. A filter adds up its kernels and has one bias.", "+ 16", "+ 60"),
        ("that would be all 6 * 16 kernels. Only the 60 black squares are there.", "60 *", "6 * 16 *"),
        ("one side of the kernel is missing: 5 * 5 weights each.", "5 * 5", "5"),
        ("you multiplied by the 10 * 10 places. The kernels are shared by all of them.", "60 * 5 * 5", "60 * 5 * 5 * 10 * 10"),
        ("that is one kernel for each filter. A filter has one for each channel that it sees, 60 in all.", "60 *", "16 *"),
    ))

FEWEST_RIGHT, MOST_PARAMETERS = 0.85, 700


def _train_it(answer):
    import torch

    from helpers.experiments import canvas as race
    from helpers.models import canvas_net, count
    from helpers.train import accuracy, fit

    sizes = np.asarray(answer, dtype=float)
    if sizes.shape != (2,) or (sizes < 1).any() or (sizes % 1).any() or (sizes > [12, 64]).any():
        raise ValueError("it needs two whole numbers: the kernel's size, 1 to 12, and the number of kernels, 1 to 64")
    made = canvas_net("conv", kernel_size=int(sizes[0]), filters=int(sizes[1]))
    x, y = race.canvas(race.ALL, seed=0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)                     # many threads on a busy machine wait for each other
    try:
        fit(made, x[:1297], y[:1297], epochs=8, lr=0.02)
        right = accuracy(made, x[1297:], y[1297:])
    finally:
        torch.set_num_threads(threads)
    return {f"at most {MOST_PARAMETERS} parameters": count(made) <= MOST_PARAMETERS,
            f"at least {FEWEST_RIGHT:.0%} of new digits named": right >= FEWEST_RIGHT,
            "better than guessing": right > 0.25}


net = Exercise(
    name="net",
    measure=_train_it,
    seconds=120,
    why="for example, sixteen kernels as large as a stroke's bend, 5 or 6 pixels, do it. Larger kernels: then fewer of them.",
    hints=("A kernel of 1 sees one pixel and no stroke. How much of an 8x8 digit must it see?",
           "Then take as many as the budget allows: F * (k * k + 1) + 10 * (F + 1)."),
    solution="net = (5, 16)",
    mistakes={
        "it names the digits, but has more than 700 parameters: F * (k * k + 1) + 10 * (F + 1). Fewer or smaller kernels.":
            "net = (8, 16)",
        "it guesses: a kernel of a single pixel sees ink or no ink, and no stroke.": "net = (1, 16)",
        "it is small enough, but sees too little: below 85 of 100. The kernels are too small for a bend, or too few.":
            "net = (5, 3)",
        "it has too many parameters *and* names too few digits: many tiny kernels. Trade some of them for larger ones.":
            "net = (2, 60)",
    })

ALL = {e.name: e for e in (accuracy, why_equal, cost, likeness, c3, net)}
