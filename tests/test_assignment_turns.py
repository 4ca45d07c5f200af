"""Answers as students write them: right ones in other styles are right, and wrong turns are named whatever the code looks like."""
import pytest
from assignments import each_variant

from helpers.classroom.marked import ASSIGNMENTS, questions
from helpers.exercises.engine import diagnose

RIGHT = {
    "ring_ids": """def ring_ids(n, offsets):
    print("ring", n)
    return [[offsets.index((j - i) % n) if (j - i) % n in offsets else -1 for j in range(n)] for i in range(n)]""",
    "uses": """from collections import Counter
def uses(param_ids, n):
    found = Counter(param_ids.ravel().tolist())
    return tuple(found[k] for k in range(n))""",
    "as_matrix": """def as_matrix(w, H, W):
    def slide(image):
        return [(image[i:i + w.shape[0], j:j + w.shape[1]] * w).sum()
                for i in range(H - w.shape[0] + 1) for j in range(W - w.shape[1] + 1)]
    return np.stack([slide(e.reshape(H, W)) for e in np.eye(H * W, dtype=np.float32)], axis=1).astype(np.float32)""",
    "strided_grad": """def strided_grad(x, dy, s, k):
    return dy.astype(np.float32) @ np.lib.stride_tricks.sliding_window_view(x, k)[::s][:len(dy)]""",
    "strided_input_grad": """def strided_input_grad(dy, w, s, n):
    up = np.zeros((len(dy) - 1) * s + 1)
    up[::s] = dy
    full = np.convolve(up, w)
    return list(full) + [0] * (n - len(full))""",
    "bias_grad": "bias_grad = lambda dy: np.einsum('nchw->c', dy).tolist()",
    "tied_matrix": """def tied_matrix(W):
    n = len(W)
    return sum(np.roll(W, (m, m), axis=(0, 1)) for m in range(n)) / n""",
    "both_ways": """def both_ways(x, W_xh, W_hh):
    rows, h, g = [[None, None] for _ in x], 0 * W_hh[0], 0 * W_hh[0]
    for t in range(len(x)):
        h, g = np.tanh(W_xh @ x[t] + W_hh @ h), np.tanh(W_xh @ x[-1 - t] + W_hh @ g)
        rows[t][0], rows[-1 - t][1] = list(h), list(g)
    return [a + b for a, b in rows]""",
    "leak_grad": """def leak_grad(dh, x, h_0, a):
    h, slope, total = h_0, 0, 0
    for x_t, d in zip(x, dh):
        slope = h - x_t + a * slope
        h = a * h + (1 - a) * x_t
        total += d * slope
    return total""",
    "initial_grad": """def initial_grad(dh, h, W_hh):
    if len(dh) == 1:
        return dh[0] * (1 - h[1] ** 2) @ W_hh
    return (dh[0] + initial_grad(dh[1:], h[1:], W_hh)) * (1 - h[1] ** 2) @ W_hh""",
    "echo": "echo = lambda signals, kernel: [np.correlate(s, kernel, 'valid') for s in signals]",
    "shared_slope": """def shared_slope(x, y, w):
    r = np.array([np.correlate(s, w, 'valid') for s in x]) - y
    return 2 * np.array([(r * x[:, t:t + r.shape[1]]).mean() for t in range(len(w))])""",
    "own_slopes": """def own_slopes(x, y, v):
    X = np.lib.stride_tricks.sliding_window_view(x, v.shape[1], axis=1)
    return (2 * ((X * v).sum(-1) - y)[:, :, None] * X).mean(axis=0) / len(v)""",
}

WRONG = [
    ("ring_ids", "every row is the same", """def ring_ids(n, offsets):
    ids = -np.ones((n, n))
    for row in ids:
        row[offsets] = range(len(offsets))
    return ids"""),
    ("uses", "the id -1 has an entry", """def uses(param_ids, n):
    found = {}
    for k in param_ids.ravel().tolist():
        found[k] = found.get(k, 0) + 1
    return [found[k] for k in sorted(found)]"""),
    ("uses", "counted as if it were the last parameter", """def uses(param_ids, n):
    found = [0] * n
    for k in param_ids.ravel():
        found[k] += 1
    return found"""),
    ("leak_grad", "before its own dh[t] had arrived", """def leak_grad(dh, x, h_0, a):
    def share(h, t):
        if t == len(x):
            return 0, 0
        later, back = share(a * h + (1 - a) * x[t], t + 1)
        return later + back * (h - x[t]), dh[t] + a * back
    return share(h_0, 0)[0]"""),
    ("tied_matrix", "leave out the entries that go round", """def tied_matrix(W):
    out = np.zeros_like(W)
    for d in range(len(W)):
        for i in range(len(W)):
            out[i, (i + d) % len(W)] = np.diag(W, d).mean()
    return out"""),
    ("as_matrix", "the window starts at the pixel that has the number of the output", """def as_matrix(w, H, W):
    k_h, k_w = w.shape
    M = np.zeros(((H - k_h + 1) * (W - k_w + 1), H * W))
    for r in range(len(M)):
        for a in range(k_h):
            M[r, r + a * W:r + a * W + k_w] = w[a]
    return M"""),
    ("strided_grad", "you left out the stride", "def strided_grad(x, dy, s, k):\n    return np.correlate(x, dy, 'valid')[:k]"),
    ("bias_grad", "reshape(C, ...) mixed", """def bias_grad(dy):
    N, C, H, W = dy.shape
    return [part.sum() for part in np.split(dy.ravel(), C)]"""),
    ("both_ways", "just before they read", """def both_ways(x, W_xh, W_hh):
    T, n_h = len(x), len(W_hh)
    out = np.zeros((T, 2 * n_h))
    for order, half in (range(T), slice(n_h)), (range(T - 1, -1, -1), slice(n_h, None)):
        h = np.zeros(n_h)
        for t in order:
            out[t, half] = h
            h = np.tanh(W_xh @ x[t] + W_hh @ h)
    return out"""),
    ("both_ways", "went on from the last state of the first", """def both_ways(x, W_xh, W_hh):
    h, a, b = np.zeros(len(W_hh)), [], []
    for x_t in x:
        h = np.tanh(W_xh @ x_t + W_hh @ h)
        a.append(h)
    for x_t in x[::-1]:
        h = np.tanh(W_xh @ x_t + W_hh @ h)
        b.insert(0, h)
    return np.hstack([a, b])"""),
    ("initial_grad", "the sum inside the first tanh", """def initial_grad(dh, h, W_hh):
    back = 0
    for slope, d in zip(1 - h[:0:-1] ** 2, dh[::-1]):
        back = slope * (d + back @ W_hh) if np.ndim(back) else slope * d
    return back"""),
    ("echo", "the kernel is flipped", "def echo(x, w):\n    return np.array([np.convolve(s, w, 'valid') for s in x])"),
]


def asked(variant):
    return {name: q for a in ASSIGNMENTS for name, q in questions(a, variant).items()}


@each_variant
@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_in_other_styles(variant, name):
    question = asked(variant)[name]
    assert diagnose(question, question.build(RIGHT[name])).kind == "right"


@each_variant
@pytest.mark.parametrize("name, said, source", WRONG)
def test_wrong_turns_are_named(variant, name, said, source):
    question = asked(variant)[name]
    kind, message = diagnose(question, question.build(source))
    assert kind == "mistake" and said in message
