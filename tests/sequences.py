"""Recurrent layers for the tests: random arguments, and what torch makes of the same numbers."""
import numpy as np
import torch
from hypothesis import strategies as st

SIZES = dict(T=st.integers(1, 6), N=st.integers(1, 4), n_x=st.integers(1, 5), n_h=st.integers(1, 5),
             without=st.sets(st.sampled_from(["h_0", "b_xh", "b_hh"])), seed=st.integers(0, 2**32 - 1))


def random_arguments(gates, T, N, n_x, n_h, without=(), seed=0, dtype=float):
    """What a layer is called with, by name; c_0 too if there are four gates. Those in `without` are None."""
    rng = np.random.default_rng(seed)
    shapes = dict(x=(T, N, n_x), h_0=(N, n_h), c_0=(N, n_h), W_xh=(gates * n_h, n_x), W_hh=(gates * n_h, n_h),
                  b_xh=(gates * n_h,), b_hh=(gates * n_h,))
    if gates != 4:
        del shapes["c_0"]
    return {name: None if name in without else rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}


def upstream(T, N, n_h, seed=0):
    """dL/dh for every step, and for the last cell."""
    rng = np.random.default_rng([seed, 1])
    return rng.normal(size=(T, N, n_h)), rng.normal(size=(N, n_h))


def torch_answer(layer, arguments, dh, dc_T=None):
    """The outputs of torch's layer with these weights, and its gradient for every argument; None stands for zeros."""
    gates = {torch.nn.RNN: 1, torch.nn.GRU: 3, torch.nn.LSTM: 4}[layer]
    n_h, n_x, N = arguments["W_hh"].shape[1], arguments["W_xh"].shape[1], arguments["x"].shape[1]
    module = layer(n_x, n_h, dtype=torch.float64)
    places = dict(W_xh=module.weight_ih_l0, W_hh=module.weight_hh_l0, b_xh=module.bias_ih_l0, b_hh=module.bias_hh_l0)
    zeros = dict(h_0=np.zeros((N, n_h)), c_0=np.zeros((N, n_h)), b_xh=np.zeros(gates * n_h), b_hh=np.zeros(gates * n_h))
    numbers = {name: torch.tensor(zeros[name] if v is None else v) for name, v in arguments.items()}
    with torch.no_grad():
        for name, place in places.items():
            place.copy_(numbers[name])
    inputs = {name: numbers[name].requires_grad_() for name in numbers if name not in places}
    states = [inputs[name][None] for name in ("h_0", "c_0") if name in inputs]
    y, last = module(inputs["x"], tuple(states) if gates == 4 else states[0])
    loss = (y * torch.tensor(dh)).sum()
    if dc_T is not None:
        loss = loss + (last[1] * torch.tensor(dc_T)).sum()
    loss.backward()
    return y.detach().numpy(), last, {name: (inputs | places)[name].grad.numpy() for name in arguments}
