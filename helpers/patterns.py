"""More ways to share: biases, a tied decoder, stacks, a connection table, and whatever symmetry you like.

    transpose_ids   a decoder that uses the encoder's weights backwards
    block_ids       layers side by side or one after another; the same ids in two blocks are the same weights
    with_bias       one more column, whose input is always 1:  bias_ids, conv_bias_ids, rnn_bias_ids
    table_ids       a convolution in which filter f sees only some channels, such as LeNet-5's C3
    orbit_ids       share exactly what a symmetry asks for

They take and give `param_ids` as in sharing.py: (n_out, n_in), -1 for no connection.
"""
import numpy as np

from .ids import NO_EDGE, connected, parameters_of, tie
from .shapes import pair, whole
from .sharing import conv2d_ids, stack_ids

LENET_C3 = np.array([list(map(int, line)) for line in (
    "111000", "011100", "001110", "000111", "100011", "110001",         # three neighbours, on a ring
    "111100", "011110", "001111", "100111", "110011", "111001",         # four neighbours
    "110110", "011011", "101101",                                       # four, in two pairs
    "111111")], bool)
LENET_C3.flags.writeable = False


def transpose_ids(param_ids):
    """The layer backwards, with the same weights: transpose_ids(ids)[j, i] = ids[i, j]. Shape (n_in, n_out).

    gather(theta, transpose_ids(ids)) is gather(theta, ids).T: the decoder of a tied autoencoder, and what carries
    gradients back. Taught in lesson 14.

    >>> transpose_ids(np.array([[0, 1, -1], [-1, 0, 1]]))
    array([[ 0, -1],
           [ 1,  0],
           [-1,  1]])
    """
    connected(param_ids)
    return param_ids.T.copy()


def block_ids(*blocks):
    """Layers in one matrix, down the diagonal: (sum of n_out, sum of n_in). An id in two blocks is one weight in both.

    block_ids(ids, ids)                 siamese: one net for two inputs
    block_ids(*[ids] * T)               a tied stack: the same as tie(stack_ids(ids, T), n)
    block_ids(ids, transpose_ids(ids))  a tied autoencoder: rows (code, output), columns (input, code)
    Taught in lessons 10 and 14.

    >>> block_ids(np.array([[0, 1]]), np.array([[0], [1]]))
    array([[ 0,  1, -1],
           [-1, -1,  0],
           [-1, -1,  1]])
    """
    if not blocks:
        raise ValueError("block_ids was given no blocks; expected at least one param_ids")
    heights, widths = zip(*(connected(block).shape for block in blocks), strict=True)
    out = np.full((sum(heights), sum(widths)), NO_EDGE)
    for block, row, col in zip(blocks, np.cumsum((0, *heights)), np.cumsum((0, *widths)), strict=False):
        out[row:row + block.shape[0], col:col + block.shape[1]] = block
    return out


def tied_stack_ids(param_ids, T, n_params=None):
    """T copies of a layer that share all their weights: tie(stack_ids(ids, T), n_params). Taught in lesson 10.

    >>> tied_stack_ids(np.array([[0, 1]]), 2)
    array([[ 0,  1, -1, -1],
           [-1, -1,  0,  1]])
    """
    return tie(stack_ids(param_ids, T, n_params), parameters_of(param_ids, n_params))


def with_bias(param_ids, bias_ids, n_params=None):
    """One more column, for an input that is always 1: (n_out, n_in + 1). Bias b is parameter n_params + b.

    bias_ids  (n_out,) which bias each output uses, from 0;  n_params  how many weights; None: the highest id + 1
    theta is then np.append(weights, biases), the input np.append(x, 1). Twice for torch.nn.RNN, which has two biases.
    Errors    ValueError "bias_ids has shape (3,); expected (2,), one for each output"

    >>> with_bias(np.array([[0, 1, -1], [-1, 0, 1]]), conv_bias_ids(1, 2))
    array([[ 0,  1, -1,  2],
           [-1,  0,  1,  2]])
    """
    bias_ids, n_out = np.asarray(bias_ids), len(connected(param_ids))
    if bias_ids.shape != (n_out,):
        raise ValueError(f"bias_ids has shape {bias_ids.shape}; expected ({n_out},), one for each output")
    if bias_ids.dtype.kind != "i" or bias_ids.min() < 0:
        raise ValueError(f"bias_ids is {bias_ids}; expected whole numbers of at least 0")
    return np.column_stack([param_ids, parameters_of(param_ids, n_params) + bias_ids])


def bias_ids(n_out):
    """A bias of its own for every output, as in dense and local layers: (n_out,).

    >>> bias_ids(4)
    array([0, 1, 2, 3])
    """
    return np.arange(whole("n_out", n_out, 1))


def conv_bias_ids(C_out, n_places):
    """One bias a filter, shared by all its places: (C_out * n_places,).

    >>> conv_bias_ids(2, 3)
    array([0, 0, 0, 1, 1, 1])
    """
    return np.arange(whole("C_out", C_out, 1)).repeat(whole("n_places", n_places, 1))


def rnn_bias_ids(T, n_h):
    """One bias a unit, shared by all steps: (T * n_h,).

    >>> rnn_bias_ids(3, 2)
    array([0, 1, 0, 1, 0, 1])
    """
    return np.tile(np.arange(whole("n_h", n_h, 1)), whole("T", T, 1))


def table_ids(connection_table, H_in, W_in, kernel_size, stride=1, padding=0):
    """A convolution in which filter f sees channel c only where connection_table[f, c]: erase, then renumber by kernel.

    connection_table  (C_out, C_in) of True and False;  the rest as `conv2d_ids`
    theta    w[connection_table].ravel(), w (C_out, C_in, k_h, k_w): the kernels that exist, one after another
    Returns  (C_out * H_out * W_out, C_in * H_in * W_in). Taught in lesson 08.
    Errors   ValueError "connection_table has shape (3,); expected (C_out, C_in)"
    Source   LeCun et al. 1998, table I: LENET_C3 has 60 kernels, 60 * 25 + 16 = 1,516 parameters with biases
    Second road  torch.nn.Conv2d with the missing kernels set to zero; test_patterns.py compares them

    >>> table_ids(np.array([[True, False], [True, True]]), 1, 1, 1)
    array([[ 0, -1],
           [ 1,  2]])
    """
    table = np.asarray(connection_table)
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"connection_table has shape {table.shape}; expected (C_out, C_in)")
    if table.dtype != bool:
        raise TypeError(f"connection_table holds {table.dtype}; expected True and False, such as table == 1")
    (C_out, C_in), (k_h, k_w) = table.shape, pair("kernel_size", kernel_size, 1)
    number = np.where(table, np.cumsum(table).reshape(table.shape) - 1, NO_EDGE).ravel()
    ids = conv2d_ids(H_in, W_in, (k_h, k_w), C_in, C_out, stride, padding)
    kernel, entry = np.divmod(ids, k_h * k_w)
    return np.where(connected(ids) & (number[kernel] != NO_EDGE), number[kernel] * k_h * k_w + entry, NO_EDGE)


def orbit_ids(n_out, n_in, *symmetries):
    """Share what the symmetries ask for, and no more: (i, j) and (rows[i], columns[j]) use the same parameter.

    symmetries  pairs (rows, columns): where each output goes, (n_out,), and each input, (n_in,), as numbers from 0
    Returns     (n_out, n_in), ids in the order in which they are first met. Taught in lesson 14.
    Errors      ValueError "rows is [0 0]; expected every number from 0 to 1 once"
    Second road a shift gives the circular convolution with a kernel as long as the ring; test_patterns.py compares them
    Source      Ravanbakhsh, Schneider & Poczos 2017, "Equivariance through parameter-sharing"

    >>> orbit_ids(3, 3, ([1, 2, 0], [1, 2, 0]))
    array([[0, 1, 2],
           [2, 0, 1],
           [1, 2, 0]])
    """
    ids, before = np.arange(whole("n_out", n_out, 1) * whole("n_in", n_in, 1)).reshape(n_out, n_in), None
    moves = [np.ix_(_permutation("rows", rows, n_out), _permutation("columns", columns, n_in))
             for rows, columns in symmetries]
    while not np.array_equal(ids, before):
        before = ids
        for move in moves:
            ids = np.minimum(ids, ids[move])
    return np.unique(ids, return_inverse=True)[1].reshape(n_out, n_in)


def _permutation(name, places, n):
    if not np.array_equal(np.sort(places), np.arange(n)):
        raise ValueError(f"{name} is {places}; expected every number from 0 to {n - 1} once")
    return np.asarray(places)
