"""Exercises that are made up, for the tests of the checker, and right answers in every dress."""
import numpy as np

from helpers.exercises.engine import Exercise, diagnose

CONV = """def conv1d(x, w):
    n = len(x) - len(w) + 1
    return np.array([x[i:i + len(w)] @ w for i in range(n)])"""
FLIP, SHORT = "you flipped the kernel.", "one output is missing at the end."
GRADS = "def grads(dy, x):\n    return dy * 2 * x, np.array([dy.sum()])"


def conv(**options):
    return Exercise(
        name="conv1d", solution=CONV, why="windows overlap.", hints=("look at x[i:].", "there are n of them."),
        cases=[(np.array([3., -1, 0, 2, 5.5]), np.array([1., 2, -1])), (np.array([1., 2, 4, 8]), np.array([1., 10]))],
        edits=((FLIP, "@ w ", "@ w[::-1] "), (SHORT, " + 1", "")),
        mistakes={"you averaged.": CONV.replace("@ w ", "@ w / len(w) ")}, **options)


def grads():
    return Exercise(name="grads", solution=GRADS, cases=[(np.array([1., 2.]), np.array([3., 5.]))],
                    mistakes={"you left out dy.": GRADS.replace("dy * 2", "2")})


def number(right=34944, wrong=34848):
    return Exercise(name="n", solution=f"n = {right}", mistakes={"the bias is missing.": f"n = {wrong}"})


def letter():
    return Exercise(name="letter", solution="letter = 'B'", why="b.",
                    mistakes={"A: no.": "letter = 'A'", "C: never.": "letter = 'C'"})


def responses(kernel):
    if np.shape(kernel) != (3, 3):
        raise ValueError(f"the kernel has shape {np.shape(kernel)}; expected (3, 3).")
    down, across = np.sum(kernel, axis=1), np.sum(kernel, axis=0)
    return {"answers to a flat area": bool(abs(kernel.sum()) > 1e-9),
            "answers to a vertical edge": bool(abs(across[2]) > 1e-9),
            "answers to a horizontal edge": bool(abs(down[2]) > 1e-9)}


def edges():
    return Exercise(name="edge", measure=responses, solution="edge = np.array([[-1., 0, 1]] * 3)",
                    mistakes={"yours finds horizontal edges.": "edge = np.array([[-1., 0, 1]] * 3).T",
                              "a kernel of ones blurs.": "edge = np.ones((3, 3))"})


def body(code):
    """A conv1d with this body."""
    return "def conv1d(x, w):\n" + "".join(f"    {line}\n" for line in code.split("\n"))


def verdict(exercise, source):
    return diagnose(exercise, exercise.build(source))


WINDOWS = "v = np.lib.stride_tricks.sliding_window_view(x, len(w))\n"

RIGHT_LOOKS = {
    "the solution": CONV,
    "a list": body("return [float(v) for v in np.correlate(x, w, 'valid')]"),
    "a tuple": body("return tuple(np.correlate(x, w, 'valid'))"),
    "float32": body("return np.correlate(x.astype('f4'), w.astype('f4'), 'valid')"),
    "float32 tensor": body("import torch\nreturn torch.conv1d(torch.tensor(x)[None, None].float(), "
                           "torch.tensor(w)[None, None].float())[0, 0]"),
    "tensor with grad": body("import torch\nw = torch.tensor(w, requires_grad=True)\n"
                             "return torch.conv1d(torch.tensor(x)[None, None], w[None, None])[0, 0]"),
    "a list of tensors with grad": body("import torch\nw = torch.tensor(w, requires_grad=True)\n"
                                        "return [torch.tensor(x[i:i + len(w)]) @ w for i in range(1 + len(x) - len(w))]"),
    "a list of 0-d arrays": body("return [np.array(v) for v in np.correlate(x, w, 'valid')]"),
    "einsum": body(WINDOWS + "return np.einsum('ij,j->i', v, w)"),
    "einsum with ...": body(WINDOWS + "return np.einsum(v, [..., 0], w, [0])"),
    "loops": body("y = []\nfor i in range(len(x) - len(w) + 1):\n    s = 0\n    for j in range(len(w)):\n"
                  "        s += x[i + j] * w[j]\n    y.append(s)\nreturn y"),
    "Fourier, complex with tiny imaginary parts": body(
        "n = len(x)\nreturn np.fft.ifft(np.fft.fft(x) * np.conj(np.fft.fft(w, n)))[:n - len(w) + 1]"),
    "negative zeros": body("return -(-np.correlate(x, w, 'valid') * 1.0) + -0.0"),
    "prints": body("print('so far')\nreturn np.correlate(x, w, 'valid')"),
    "draws random numbers": body("np.random.default_rng().normal()\nreturn np.correlate(x, w, 'valid')"),
    "warns": body("import warnings\nwarnings.warn('old')\nreturn np.correlate(x, w, 'valid')"),
    "a lambda": "conv1d = lambda x, w: np.correlate(x, w, 'valid')",
    "a callable object":
        "class C:\n    def __call__(self, x, w):\n        return np.correlate(x, w, 'valid')\nconv1d = C()",
    "other names": "def conv1d(signal, kernel):\n    return np.correlate(signal, kernel, 'valid')",
    "more arguments with defaults": "def conv1d(x, w, stride=1):\n    return np.correlate(x, w, 'valid')[::stride]",
    "a blank left over": body("...\nreturn np.correlate(x, w, 'valid')"),
    "objects": body("return np.correlate(x, w, 'valid').astype(object)"),
    "Fortran order": body("return np.asfortranarray(np.correlate(x, w, 'valid')[::-1])[::-1]"),
}
