"""Ask a torch layer which weight each of its connections uses, without a look at its code.

    reveal           distinct numbers as parameters, one-hot inputs, and the outputs are the ids
    numpy_function   a torch layer as a function of numpy arrays
"""
import copy

import numpy as np

from .ids import gather
from .shapes import sizes


def reveal(layer, in_shape):
    """The ids of a linear torch layer, found from outside: parameter k is set to k + 1, one input at a time to 1.

    layer     a torch module with parameters: Linear, Conv1d, Conv2d, ConvTranspose2d, ... It is copied, not touched.
    in_shape  of one example: (C_in, H_in, W_in), (C_in, L_in) or (n_in,)
    Returns   (n_out, n_in); with biases one column more, as `with_bias` has it. Ids count through layer.parameters().
    Errors    ValueError "AvgPool1d(...) has no parameters, so its connections have no ids"
              ValueError "Conv1d(...) has a connection that is not one parameter": reflect padding adds two of them up
              ValueError "Sequential(...) is not linear"
    Second road  conv2d_ids and the other builders; test_reveal.py compares them on random layers. Taught in lesson 05.

    >>> import torch
    >>> reveal(torch.nn.Conv1d(1, 1, 3, bias=False), (1, 4))
    array([[ 0,  1,  2, -1],
           [-1,  0,  1,  2]])
    """
    probe, in_shape = _copy(layer), sizes("in_shape", in_shape)
    n = sum(p.numel() for p in probe.parameters())
    if n == 0:
        raise ValueError(f"{layer} has no parameters, so its connections have no ids")
    numbers, others = np.arange(1.0, n + 1), np.random.default_rng(0).permutation(n) - n / 2 + 0.25
    param_ids = np.clip(np.nan_to_num(_read_back(probe, in_shape, numbers)), 0, n).astype(int) - 1
    W = _read_back(probe, in_shape, others)
    if not np.array_equal(W, gather(others, param_ids)):
        raise ValueError(f"{layer} has a connection that is not one parameter; such a layer has no ids")
    x = np.random.default_rng(1).normal(size=in_shape)
    if not np.allclose(_call(probe, x[None], in_shape).ravel(), W @ np.append(x, 1)):
        raise ValueError(f"{layer} is not linear; only a linear layer has ids")
    return param_ids if (param_ids[:, -1] >= 0).any() else param_ids[:, :-1]


def numpy_function(layer):
    """A torch layer, as it is now, as a function: float64 arrays in, float64 arrays out. The layer is copied.

    >>> import torch
    >>> numpy_function(torch.nn.ReLU())(np.array([[-1., 2.]]))
    array([[0., 2.]])
    """
    frozen = _copy(layer)
    return lambda x: _call(frozen, x, np.shape(x)[1:])


def _read_back(probe, in_shape, numbers):
    """The matrix of the layer with these parameters; its last column is what comes out when nothing goes in."""
    import torch
    torch.nn.utils.vector_to_parameters(torch.from_numpy(numbers), probe.parameters())
    n_in = int(np.prod(in_shape))
    inputs = np.vstack([np.eye(n_in), np.zeros(n_in)]).reshape(n_in + 1, *in_shape)
    outputs = _call(probe, inputs, in_shape).reshape(n_in + 1, -1)
    return np.vstack([outputs[:-1] - outputs[-1], outputs[-1]]).T


def _copy(layer):
    """A copy in float64 and in evaluation mode: the layer itself keeps its weights, its mode and its device."""
    import torch
    if not isinstance(layer, torch.nn.Module):
        raise TypeError(f"layer is {layer!r}; expected a torch layer such as torch.nn.Conv1d(1, 1, 3)")
    return copy.deepcopy(layer).cpu().double().eval()


def _call(layer, x, in_shape):
    import torch
    try:
        with torch.no_grad():
            y = layer(torch.from_numpy(np.asarray(x, float)))
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        raise ValueError(f"in_shape is {tuple(in_shape)}; {layer} does not take it: {error}") from None
    if not isinstance(y, torch.Tensor):
        raise TypeError(f"{layer} gives a {type(y).__name__}; expected a layer that gives one tensor")
    return y.numpy()
