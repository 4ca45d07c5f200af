"""A vector for every symbol: a dense layer without bias on one-hot inputs, done by looking up a row."""
from .ids import scatter_add
from .shapes import array, indices, whole
from .sharing import dense_ids


def embedding(ids, E):
    """The row of each symbol: y[n] = E[ids[n]].

    ids          (N,), (T, N) or any other shape, whole numbers 0 .. n_symbols - 1;  E  (n_symbols, n_e), a row each
    Returns      (*ids.shape, n_e), a new array of E's dtype
    Errors       IndexError "ids holds 7; expected whole numbers 0 to 4" when E has 5 rows
    Second road  one-hot rows times E, and torch.nn.Embedding: test_embedding.py
    Source       Bengio et al. 2003, "A neural probabilistic language model", section 2. Taught in lessons 13 and 14.

    >>> import numpy as np
    >>> embedding(np.array([2, 0, 2]), np.array([[1., 1.], [3., 3.], [5., 7.]]))
    array([[5., 7.],
           [1., 1.],
           [5., 7.]])
    """
    array("E", E, ("n_symbols", "n_e"))
    return E[indices("ids", ids, len(E))]


def embedding_backward(dy, ids, n_symbols):
    """The gradient of every row, the sum over its occurrences: dE[s] = sum of dy[n] over all n with ids[n] = s.

    The third kind of sharing: over places in a convolution, over steps in an RNN, here over all uses of one symbol.
    dy           (*ids.shape, n_e) upstream gradient;  ids  as in `embedding`;  n_symbols  how many rows E has
    Returns      dE (n_symbols, n_e), of dy's dtype; rows of symbols that did not occur are 0
    Errors       ValueError "dy has shape (2, 3); expected (4, n_e)" for 4 ids; IndexError as `embedding`
    Second road  a loop over n that adds to row ids[n], and torch.nn.Embedding: test_embedding.py
    Source       Bengio et al. 2003, as above, section 3. Taught in lessons 13 and 14.

    >>> import numpy as np
    >>> embedding_backward(np.array([[1., 1.], [2., 2.], [10., 0.]]), np.array([2, 0, 2]), 3)
    array([[ 2.,  2.],
           [ 0.,  0.],
           [11.,  1.]])
    """
    indices("ids", ids, whole("n_symbols", n_symbols, 1))
    array("dy", dy, (*ids.shape, "n_e"))
    n_e = dy.shape[-1]
    param_ids = dense_ids(n_e, n_symbols)[ids.ravel()]
    return scatter_add(dy.reshape(-1, n_e), param_ids, n_symbols * n_e).reshape(n_symbols, n_e)
