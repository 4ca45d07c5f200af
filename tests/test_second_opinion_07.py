"""Lesson 7: the solutions, judged by torch, by finite differences and by counting; the pictures, by their bugs."""
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from helpers.exercises import lesson_07 as ex
from helpers.exercises.engine import diagnose
from helpers.gradcheck import gradcheck
from helpers.sharing import conv2d_ids

LESSON = Path(__file__).parents[1] / "notebooks" / "07_shared_gradients.ipynb"
kernel_grad, input_grad, skip_grad, conv_backward = (
    e.build(e.solution) for e in (ex.kernel_grad, ex.input_grad, ex.skip_grad, ex.conv_backward))


def leaf(a):
    return torch.tensor(a, dtype=torch.float64, requires_grad=True)


def cases(exercise, n=20):
    """The exercise's own cases, and n more of random shapes."""
    return exercise.cases + [exercise.random_case(np.random.default_rng(seed)) for seed in range(n)]


@pytest.mark.parametrize("x, dy", cases(ex.kernel_grad))
def test_kernel_grad(x, dy):
    w = leaf(np.zeros((1, 1, len(x) - len(dy) + 1)))
    torch.conv1d(torch.tensor(x)[None, None], w).backward(torch.tensor(dy)[None, None])
    np.testing.assert_allclose(kernel_grad(x, dy), w.grad[0, 0], atol=1e-12)


@pytest.mark.parametrize("dy, w", cases(ex.input_grad))
def test_input_grad(dy, w):
    x = leaf(np.zeros((1, 1, *np.add(dy.shape, w.shape) - 1)))
    torch.conv2d(x, torch.tensor(w)[None, None]).backward(torch.tensor(dy)[None, None])
    np.testing.assert_allclose(input_grad(dy, w), x.grad[0, 0], atol=1e-12)


@pytest.mark.parametrize("dy, x", cases(ex.skip_grad))
def test_skip_grad(dy, x):
    x_torch = leaf(x)
    (x_torch + torch.tanh(x_torch)).backward(torch.tensor(dy))
    np.testing.assert_allclose(skip_grad(dy, x), x_torch.grad, atol=1e-12)


@pytest.mark.parametrize("dy, x, w, p", cases(ex.conv_backward))
def test_conv_backward(dy, x, w, p):
    x_torch, w_torch = leaf(x[:, None]), leaf(w[None, None])
    torch.conv2d(x_torch, w_torch, padding=p).backward(torch.tensor(dy)[:, None])
    dx, dw = conv_backward(dy, x, w, p)
    np.testing.assert_allclose(dx, x_torch.grad[:, 0], atol=1e-12)
    np.testing.assert_allclose(dw, w_torch.grad[0, 0], atol=1e-12)


def looks_right_and_is_wrong(message):
    """Whether a wrong program gives a dx and a dw of the right shapes in the last case, with other numbers."""
    got, right = (runs[-1].raw for runs in (ex.conv_backward.known[message], ex.conv_backward.expected))
    fits = isinstance(got, tuple) and [a.shape for a in got] == [a.shape for a in right]
    return fits and not all(map(np.array_equal, got, right))


@pytest.mark.parametrize("source", [s for m, s in ex.conv_backward.mistakes.items() if looks_right_and_is_wrong(m)])
def test_finite_differences_refuse_every_wrong_backward_pass(source):
    """The lesson says that nudging each entry finds such bugs."""
    dy, x, w, p = ex.conv_backward.cases[-1]
    dx, dw = ex.conv_backward.build(source)(dy, x, w, p)

    def loss(x, w):
        padded = np.pad(x, ((0, 0), (p, p), (p, p)))
        return sum(dy[n, i, j] * (padded[n, i:i + w.shape[0], j:j + w.shape[1]] * w).sum()
                   for n, i, j in np.ndindex(dy.shape))
    with pytest.raises(AssertionError):
        gradcheck(loss, {"x": x, "w": w}, {"x": dx, "w": dw})


def test_terms_counts_the_uses_of_one_weight():
    ids = conv2d_ids(28, 28, 3, C_out=8)
    uses = (ids == 0).sum()
    (option,) = re.findall(rf"- \*\*(\w)\*\*: {uses}$", text(), flags=re.M)
    assert ex.terms.build(ex.terms.solution) == option


def test_the_right_letter_names_the_bug_of_picture_two():
    """The option under the right letter speaks of `=`, and that is the bug that drew the picture."""
    letter = ex.which_bug.build(ex.which_bug.solution)
    (option,) = re.findall(rf"- \*\*{letter}\*\*: (.*`=`.*)$", text(), flags=re.M)
    assert diagnose(ex.input_grad, ex.suspects()["picture 2"]).message == ex.OVERWRITE


def test_no_two_pictures_are_alike():
    """A bug that a picture does not show could not be named by looking at it."""
    dy, w = pictured()
    pictures = [input_grad(dy, w), *(program(dy, w) for program in ex.suspects().values())]
    for i, a in enumerate(pictures):
        for b in pictures[:i]:
            assert np.abs(a - b).max() > 0.5


def pictured():
    """dy and w as the lesson draws them."""
    (cell,) = [c.source for c in nbformat.read(LESSON, as_version=4).cells if c.source.startswith("w_L = ")]
    space = {"np": np}
    exec(cell.split("pictures = ")[0], space)
    return space["dy_3"], space["w_L"]


def text():
    return "\n".join(c.source for c in nbformat.read(LESSON, as_version=4).cells if c.cell_type == "markdown")


ROW, IMAGE, SKIP, BATCH = ("def kernel_grad(x, dy):\n    ", "def input_grad(dy, w):\n    ", "def skip_grad(dy, x):\n    ",
                           "def conv_backward(dy, x, w, p):\n    ")
WINDOWS = "np.lib.stride_tricks.sliding_window_view"
OTHER_LOOKS = [
    (ex.kernel_grad, ROW + "return np.correlate(x, dy, 'valid')"),
    (ex.kernel_grad, ROW + "return [float(v) for v in np.convolve(x, dy[::-1], 'valid')]"),
    (ex.kernel_grad, ROW + f"return dy @ {WINDOWS}(x, len(x) - len(dy) + 1)"),
    (ex.kernel_grad, ROW + "return np.correlate(x.astype('f4'), dy.astype('f4'), 'valid')"),
    (ex.kernel_grad, ROW + "import torch\n    x, dy = torch.tensor(x), torch.tensor(dy)\n"
                           "    return torch.conv1d(x[None, None], dy[None, None])[0, 0]"),
    (ex.input_grad, IMAGE + "(a, b), dy = w.shape, np.pad(dy, [(w.shape[0] - 1,) * 2, (w.shape[1] - 1,) * 2])\n"
                            f"    return ({WINDOWS}(dy, (a, b)) * w[::-1, ::-1]).sum(axis=(2, 3))"),
    (ex.input_grad, IMAGE + "dx = np.zeros(np.add(dy.shape, w.shape) - 1)\n    for a, b in np.ndindex(w.shape):\n"
                            "        dx[a:a + dy.shape[0], b:b + dy.shape[1]] += w[a, b] * dy\n    return dx"),
    (ex.input_grad, IMAGE + "import torch\n    t = torch.tensor\n    return torch.conv_transpose2d("
                            "t(dy)[None, None], t(w)[None, None])[0, 0]"),
    (ex.skip_grad, SKIP + "return dy * (2 - np.tanh(x) ** 2)"),
    (ex.skip_grad, SKIP + "dx = dy.copy()\n    dx += dy / np.cosh(x) ** 2\n    return dx"),
    (ex.skip_grad, SKIP + "import torch\n    x = torch.tensor(x, requires_grad=True)\n"
                          "    (x + torch.tanh(x)).backward(torch.tensor(dy))\n    return x.grad"),
    (ex.conv_backward, BATCH + "from helpers.conv import conv2d_backward\n    dx, dw, _ = conv2d_backward("
                               "dy[:, None], x[:, None], w[None, None], padding=p)\n    return dx[:, 0], dw[0, 0]"),
    (ex.conv_backward, BATCH + f"win = {WINDOWS}(np.pad(x, [(0, 0), (p, p), (p, p)]), w.shape, axis=(1, 2))\n"
                               "    dw = np.einsum('nij,nijab->ab', dy, win)\n"
                               "    dx = np.zeros(np.add(x.shape, (0, 2 * p, 2 * p)))\n"
                               "    for a, b in np.ndindex(w.shape):\n"
                               "        dx[:, a:a + dy.shape[1], b:b + dy.shape[2]] += w[a, b] * dy\n"
                               "    return [dx[:, p:dx.shape[1] - p, p:dx.shape[2] - p], dw]"),
    (ex.conv_backward, BATCH + "import torch\n    x = torch.tensor(x[:, None], requires_grad=True)\n"
                               "    w = torch.tensor(w[None, None], requires_grad=True)\n"
                               "    torch.conv2d(x, w, padding=p).backward(torch.tensor(dy[:, None]))\n"
                               "    return x.grad[:, 0], w.grad[0, 0]"),
    (ex.which_bug, "which_bug = ' b '"), (ex.which_bug, "which_bug = '(B)'"), (ex.which_bug, "which_bug = 'B.'"),
    (ex.terms, "terms = 'b'"), (ex.terms, "terms = '(B)'"), (ex.terms, "terms = ' B '"),
]


@pytest.mark.parametrize("exercise, source", OTHER_LOOKS)
def test_right_answers_of_other_looks_are_accepted(exercise, source):
    assert diagnose(exercise, exercise.build(source)).kind == "right"


@pytest.mark.parametrize("exercise", ex.ALL.values(), ids=ex.ALL)
def test_every_mistake_is_named(exercise):
    for message, source in exercise.mistakes.items():
        assert diagnose(exercise, exercise.build(source)) == ("mistake", message)


def test_writing_into_the_upstream_gradient_is_named_in_every_function():
    for exercise in (ex.kernel_grad, ex.input_grad, ex.conv_backward):
        name = exercise.name
        source = exercise.solution + (f"\nkeep = {name}\ndef {name}(*args):\n    out = keep(*args)\n"
                                      "    for a in args[:2]:\n        a *= 2\n    return out")
        verdict = diagnose(exercise, exercise.build(source))
        assert verdict.kind == "mistake" and "changed" in verdict.message


def test_an_unknown_wrong_answer_is_told_which_of_the_two_results_differs():
    """dx and dw have different shapes; the checker compares them one by one."""
    source = ex.conv_backward.solution.replace("return dx, dw", "return dx, 3 * dw + 1")
    verdict = diagnose(ex.conv_backward, ex.conv_backward.build(source))
    assert verdict.kind == "wrong" and "result 2 of 2" in verdict.message
