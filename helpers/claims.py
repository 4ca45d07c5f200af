"""Forty statements about weight sharing that people make, each with the verdict that the course's code supports.

    judge   the table of some statements, your answers beside the verdicts
    score   how many you judged right, over all that you answered

The evidence is computed in lesson 15, not here: a verdict without its cell is only one more claim.
"""
from typing import NamedTuple

from .tables import Table

TRUE, FALSE, DEPENDS, PASS = "true", "false", "it depends", "pass"


class Claim(NamedTuple):
    """lesson  where its evidence first came up;  accepted  answers that count as right; the first is the verdict."""
    text: str
    accepted: tuple
    because: str
    lesson: int


_rows = [
    (1, "A 100x100 image into 1,000 dense units needs ten million weights.", [TRUE],
     "every unit sees every pixel", 1),
    (2, "Convolutional layers cannot be trained with backpropagation.", [FALSE],
     "every entry of the gradient agrees with nudging, and the loss falls", 7),
    (3, "Fully connected layers save parameters by sharing weights.", [FALSE],
     "as many parameters as connections: nothing is shared", 1),
    (4, "Fully connected layers perform pooling.", [FALSE],
     "average pooling is a fixed matrix of one number; max pooling is no matrix at all", 6),
    (5, "A dense layer throws the spatial layout away.", [DEPENDS, TRUE],
     "it never sees it: in another order of pixels it learns exactly as well; a convolution does not", 2),
    (6, "AlexNet's first layer would have 105,705,600 parameters without sharing.", [TRUE],
     "290,400 units with 363 weights and a bias each", 5),
    (7, "With sharing, that layer has 34,944.", [TRUE], "96 kernels of 363 weights, and 96 biases", 5),
    (8, "The input of that layer is 224x224.", [FALSE, DEPENDS],
     "(224 - 11) / 4 + 1 is no whole number; 227 gives 55, and so does 224 with padding", 5),
    (9, "Unshared, that layer would still have 96 kernels.", [FALSE],
     "it would have 96 for each of 55x55 places; *place* is the axis that is shared", 5),
    (10, "A dense layer between the same input and output would need 44,892,064,800 weights.", [TRUE],
     "inputs times outputs: 180 GB in float32", 5),
    (11, "A convolution takes images of any size, a dense layer only one.", [TRUE, DEPENDS],
     "true of the layer; a dense head ties the whole net to one size again, global pooling frees it", 5),
    (12, "Without sharing, a net memorises where things were.", [TRUE],
     "trained on the left, dense and local nets guess on the right", 8),
    (13, "Weight sharing makes a network translation invariant.", [FALSE, DEPENDS],
     "imprecise: it makes a layer *equivariant*; invariance takes pooling over all places", 6),
    (14, "Shift the input, and the output shifts by the same amount.", [DEPENDS],
     "exact on a ring with stride 1; not at zero-padded borders, and stride s divides the shift by s", 6),
    (15, "A detector finds a thing wherever it is.", [DEPENDS],
     "the feature map does; a dense head behind it does not", 6),
    (16, "CNNs and RNNs both share weights, RNNs over time steps.", [TRUE],
     "the ids of the unrolled net repeat: T copies, one remainder", 10),
    (17, "LSTMs share weights, too.", [TRUE], "four blocks instead of one, each used at every step", 12),
    (18, "Sharing is what gives an RNN its memory.", [FALSE, DEPENDS],
     "imprecise: the carried state does; a stack of untied layers carries one as well", 10),
    (19, "Sharing lets an RNN take sequences of different lengths.", [TRUE],
     "the same parameters run at any length; how well, far beyond the trained one, is another question", 13),
    (20, "Sharing weights makes training and inference cheaper.", [DEPENDS],
     "the same multiply-adds; fewer parameters, less memory, and it *allows* a few large products", 7),
    (21, "64 dense units on 32x32 pixels have 65,536 weights, 8 filters 72: sharing saves a factor 910.", [DEPENDS, FALSE],
     "the arithmetic is right, the comparison is not: 64 outputs against 7,200", 4),
    (22, "A 3x3 filter on 224x224 without sharing needs about 148,000 parameters.", [FALSE],
     "3*3*222*222 is 443,556; a factor 3 was lost", 3),
    (23, "Deep learning's convolution is what mathematics calls convolution.", [FALSE],
     "it is cross-correlation; convolution flips the kernel. Learned kernels do not care", 4),
    (24, "The number of parameters of a convolution does not depend on the image's size.", [TRUE],
     "its work and its memory do", 5),
    (25, "Sharing can hurt where position matters.", [TRUE],
     "asked for what *and* where, a convolution with global pooling guesses the where", 9),
    (26, "If the kernel is much smaller than the image, weights are shared.", [FALSE, DEPENDS],
     "small kernels are *local*; shared means the same kernel at every place", 3),
    (27, "Weight sharing was never adopted in adaptive signal processing.", [FALSE],
     "an adaptive filter slides the same taps over time, and its gradient is a sum over uses", 10),
    (28, "Fewer parameters make training faster to converge.", [DEPENDS],
     "which ones are missing decides: few by sharing was fastest here, equally few dense ones the worst", 8),
    (29, "Fewer parameters reduce overfitting.", [DEPENDS],
     "by sharing, yes; a dense net with fewer parameters gains no test accuracy by it", 8),
    (30, "Dense nets are blind to structure, and weaker on data that has it.", [TRUE],
     "shuffled pixels cost them nothing; with equally many parameters they are far behind", 9),
    (31, "A CNN is a sequence of convolution, pooling and dense layers.", [DEPENDS],
     "true of LeNet-5 and AlexNet, and no law: the nets of lesson 9 have other parts", 8),
    (32, "A shared weight's gradient is the average over its places.", [FALSE],
     "it is the sum; the mean is too small by the number of uses", 7),
    (33, "Transformers do not share weights over positions.", [FALSE],
     "every projection is one matrix, used at every position", 14),
    (34, "Parameter sharing comes with every CNN-like layer; there is no choice.", [FALSE],
     "the same layer runs unshared in lesson 3", 3),
    (35, "Weight sharing is what makes a CNN detect local features.", [FALSE],
     "erasing does; sharing without erasing looks at everything", 4),
    (36, "Fully connected layers have the highest parameter count.", [DEPENDS],
     "in AlexNet they do; in LeNet-5 C3 has 1,516 and a ten-way head 850", 8),
    (37, "Without sharing, training is inefficient and overfits.", [TRUE, DEPENDS],
     "true here of the local net and of the dense one; more data narrow the gap", 8),
    (38, "Every layer of a CNN is a differentiable function.", [FALSE],
     "ReLU and max pooling have kinks; training lives with them", 7),
    (39, "CNNs assume that their inputs are images.", [FALSE],
     "they assume a grid on which shifts make sense: sound and text are such", 13),
    (40, "Data-parallel training averages gradients, so sharing over machines means the mean.", [DEPENDS],
     "mean of means is right for equal shards only; the rule underneath is the sum", 14),
]
CLAIMS = {number: Claim(text, tuple(accepted), because, lesson) for number, text, accepted, because, lesson in _rows}


def judge(answers):
    """The table of the statements in `answers`: your answer, whether it holds, the verdict and its reason.

    answers  {number of the claim: "true", "false", "it depends"; "pass" for no opinion; or ... for not yet, which
             leaves the verdict out: commit first}
    Errors   ValueError "answers has 41; expected numbers of claims, 1 to 40"
             ValueError "answers[3] is 'yes'; expected 'true', 'false', 'it depends' or 'pass'"

    >>> judge({3: "false", 24: ...}).rows[0][:4]
    (3, 'Fully connected layers save parameters by sharing weights.', 'false', 'right')
    """
    _checked(answers)
    rows = tuple((n, CLAIMS[n].text, "" if answer is ... else answer, _mark(n, answer), *_verdict(n, answer))
                 for n, answer in answers.items())
    return Table("The claims, and what the code above says", ("#", "claim", "yours", "", "verdict", "because"), rows)


def score(*pages):
    """How many of the claims you judged right: a table, one row for each page of answers and one for all.

    pages   dicts as for `judge`.  Errors  as `judge`

    >>> score({3: "false", 4: "true"}, {24: ...}).rows[-1]
    ('all', 3, 2, 1)
    """
    rows = []
    for number, answers in enumerate(pages, start=1):
        marks = [_mark(n, answer) for n, answer in _checked(answers).items()]
        rows.append((f"page {number}", len(marks), len(marks) - marks.count(""), marks.count("right")))
    totals = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    return Table("Your score", ("", "claims", "answered", "right"), (*rows, ("all", *totals)))


def _checked(answers):
    for number, answer in answers.items():
        if number not in CLAIMS:
            raise ValueError(f"answers has {number!r}; expected numbers of claims, 1 to {len(CLAIMS)}")
        if answer is not ... and answer not in (TRUE, FALSE, DEPENDS, PASS):
            raise ValueError(f"answers[{number}] is {answer!r}; expected 'true', 'false', 'it depends' or 'pass'")
    return answers


def _mark(number, answer):
    return "" if answer in (..., PASS) else "right" if answer in CLAIMS[number].accepted else "look again"


def _verdict(number, answer):
    return ("commit first", "") if answer is ... else (" or ".join(CLAIMS[number].accepted), CLAIMS[number].because)
