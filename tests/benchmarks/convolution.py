"""Time and memory of convolution, local layers and pooling, as ratios to torch: python tests/benchmarks/convolution.py

Float32, stride and padding as named, median of interleaved rounds, for one thread and for two. 1.00 is torch, smaller
is faster. A dash: one call takes longer than 0.3 s. Every candidate must give torch's numbers before it is timed.
"""
import numpy as np
import torch
from formulations import FORMULATIONS
from timing import agree, for_each_thread_count, milliseconds, peak_megabytes, quick, ratios, rounds, sgemm_peak, table
from torch.nn import functional

from helpers.conv import conv2d, conv2d_backward
from helpers.local import local2d, local2d_backward
from helpers.pooling import avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward

SHAPES = [(1, 1, 28, 1, 3, 1, 1), (32, 1, 28, 8, 3, 1, 1), (32, 8, 28, 16, 3, 1, 1), (64, 16, 14, 32, 3, 1, 1),
          (16, 32, 32, 64, 3, 1, 1), (1, 3, 227, 96, 11, 4, 0)]
OPTIONS = {"dilation 2": dict(padding=2, dilation=2), "stride 2": dict(padding=1, stride=2),
           "4 groups": dict(padding=1, groups=4), "32 groups": dict(padding=1, groups=32)}
LOCAL = [(1, 1, 28, 8, 3, 1), (32, 1, 28, 8, 3, 1), (32, 8, 28, 16, 3, 1), (64, 16, 14, 32, 3, 1), (50, 1, 20, 16, 5, 4)]
POOLING = [(32, 16, 28, 2, 2), (32, 16, 28, 3, 2), (64, 32, 14, 2, 2)]


def random(*shape):
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def torch_pair(layer, dy, *arguments):
    """torch's way forward, and its way forward and back: functions without arguments that return numpy arrays."""
    tensors = [torch.tensor(v, requires_grad=True) for v in arguments]
    upstream = torch.from_numpy(dy)

    def forward():
        with torch.no_grad():
            return layer(*tensors).numpy()

    def both():
        for v in tensors:
            v.grad = None
        y = layer(*tensors)
        y.backward(upstream)
        return y.detach().numpy(), *(v.grad.numpy() for v in tensors)
    return forward, both


def torch_unfold(x, w, s, p):
    """The formulation of many tutorials: unfold, then a product."""
    y = w.flatten(1) @ functional.unfold(x, w.shape[2:], stride=s, padding=p)
    H_out = (x.shape[2] + 2 * p - w.shape[2]) // s + 1
    return y.reshape(len(x), len(w), H_out, -1)


def compare(pairs, memory=False):
    """Ratios and milliseconds of {name: (forward, forward and back)}, forward first; {name: peak MB} if asked."""
    results = []
    for way in (0, 1):
        candidates = quick({name: pair[way] for name, pair in pairs.items()})
        agree({name: f() for name, f in candidates.items()})
        times = rounds(candidates)
        results.append((ratios(times), milliseconds(times), milliseconds(times, "ours")))
    peaks = {name: peak_megabytes(both) for name, (_, both) in pairs.items() if name in results[1][0]} if memory else {}
    return *results, peaks


def print_ratios(title, columns, results):
    """One table a way, from a list of results of `compare`, and torch's time in a last row."""
    for way, words in enumerate(["forward", "forward + backward"]):
        names = dict.fromkeys(name for result in results for name in result[way][0])
        rows = {name: [result[way][0].get(name) for result in results] for name in names}
        table(f"{title}, {words}", columns, rows | {"(torch, ms)": [f"{result[way][1]:.3f}" for result in results]})


def conv_pairs(N, C, H, F, k, s, p):
    x, w = random(N, C, H, H), random(F, C, k, k)
    dy = random(*conv2d(x, w, None, s, p).shape)
    pairs = {"torch": torch_pair(lambda x, w: functional.conv2d(x, w, None, s, p), dy, x, w),
             "ours": (lambda: conv2d(x, w, None, s, p),
                      lambda: (conv2d(x, w, None, s, p), *conv2d_backward(dy, x, w, s, p)[:2])),
             "torch unfold, product": torch_pair(lambda x, w: torch_unfold(x, w, s, p), dy, x, w)}
    for name, (forward, backward) in FORMULATIONS.items():
        pairs[name] = (lambda f=forward: f(x, w, s, p),
                       lambda f=forward, b=backward: (f(x, w, s, p), *b(dy, x, w, s, p)))
    return pairs


def conv_tables(peak):
    names = [",".join(map(str, shape)) for shape in SHAPES]
    results = [compare(conv_pairs(*shape), memory=True) for shape in SHAPES]
    print_ratios("conv2d N,C,H,F,k,s,p", names, results)
    rows = {}
    for way, words in enumerate(["forward", "forward + backward"]):
        work = [2 * (1 + 2 * way) * N * C * F * k * k * ((H + 2 * p - k) // s + 1)**2 for N, C, H, F, k, s, p in SHAPES]
        for who, place in (("torch", 1), ("ours", 2)):
            rows[f"{who}, {words}"] = [f / r[way][place] / 1e6 / peak for f, r in zip(work, results, strict=True)]
    table(f"conv2d, fraction of numpy's sgemm peak, {peak:.0f} GFLOP/s", names, rows)
    of_numpy = [name for name in results[0][2] if not name.startswith("torch")]
    table("conv2d, peak MB of numpy's memory, forward + backward", names,
          {name: [result[2].get(name) for result in results] for name in of_numpy})


def option_pairs(options):
    x, w = random(16, 32, 32, 32), random(32 if options.get("groups") == 32 else 64, 32 // options.get("groups", 1), 3, 3)
    dy = random(*conv2d(x, w, **options).shape)
    return {"torch": torch_pair(lambda x, w: functional.conv2d(x, w, **options), dy, x, w),
            "ours": (lambda: conv2d(x, w, **options),
                     lambda: (conv2d(x, w, **options), *conv2d_backward(dy, x, w, **options)[:2]))}


def local_pairs(N, C, H, F, k, p):
    places = H + 2 * p - k + 1
    x, w, dy = random(N, C, H, H), random(places, places, F, C, k, k), random(N, F, places, places)

    def by_torch(x, w):
        columns = functional.unfold(x, k, padding=p).permute(2, 1, 0)
        return (w.reshape(places**2, F, -1) @ columns).permute(2, 1, 0).reshape(dy.shape)

    def by_einsum():
        win = np.lib.stride_tricks.sliding_window_view(np.pad(x, ((0, 0), (0, 0), (p, p), (p, p))), (k, k), (2, 3))
        return np.einsum("ijfcab,ncijab->nfij", w, win, optimize=True)
    return {"torch": torch_pair(by_torch, dy, x, w),
            "ours": (lambda: local2d(x, w, None, 1, p),
                     lambda: (local2d(x, w, None, 1, p), *local2d_backward(dy, x, w, 1, p)[:2]))}, by_einsum


def local_tables():
    results = []
    for shape in LOCAL:
        pairs, by_einsum = local_pairs(*shape)
        agree({"torch": pairs["torch"][0](), "einsum": by_einsum()})
        result = compare(pairs)
        times = rounds({"torch": pairs["torch"][0], "einsum": by_einsum}, seconds=0.5)
        result[0][0]["einsum, optimize=True"] = ratios(times)["einsum"]
        results.append(result)
    print_ratios("local2d N,C,H,F,k,p (torch: unfold, product)", [",".join(map(str, shape)) for shape in LOCAL], results)


def pooling_tables():
    for kind, forward, backward in [("max", max_pool2d, max_pool2d_backward), ("avg", avg_pool2d, avg_pool2d_backward)]:
        results = []
        for N, C, H, k, s in POOLING:
            x = random(N, C, H, H)
            dy = random(*forward(x, k, s).shape)
            layer = getattr(functional, f"{kind}_pool2d")
            results.append(compare({
                "torch": torch_pair(lambda x, f=layer, k=k, s=s: f(x, k, s), dy, x),
                "ours": (lambda x=x, k=k, s=s, f=forward: f(x, k, s),
                         lambda x=x, dy=dy, k=k, s=s, f=forward, b=backward: (f(x, k, s), b(dy, x, k, s)))}))
        print_ratios(f"{kind}_pool2d N,C,H,k,s", [",".join(map(str, shape)) for shape in POOLING], results)


def run(threads):
    torch.set_num_threads(threads)
    print(f"\n## {threads} thread{'s' * (threads > 1)}")
    conv_tables(sgemm_peak())
    print_ratios("conv2d 16,32,32,64,3 with", list(OPTIONS), [compare(option_pairs(o)) for o in OPTIONS.values()])
    local_tables()
    pooling_tables()


if __name__ == "__main__":
    for_each_thread_count(run)
