"""Answers as plain numbers: only their content is compared, never their looks."""
import numbers
import re
import sys
from typing import NamedTuple

import numpy as np

RELATIVE, OF_LARGEST, OF_ZERO, ROUNDING = 2e-5, 2e-6, 1e-6, 1e-14


class Odd(NamedTuple):
    """Something that holds no numbers and no letters, by its name in words."""
    words: str


def plain(value):
    """The content of an answer: a float array, capital letters, a tuple of these, None, ... or Odd.

    Lists, tuples, whole numbers, float32 and tensors (with or without grad) become float64 arrays.

    >>> plain([1, 2]), plain(" b) "), plain({})
    (array([1., 2.]), 'B', Odd(words='a dictionary'))
    """
    kind = type(value)                        # not isinstance: an object may lie about its __class__
    if value is None or value is ...:
        return value
    if issubclass(kind, str):
        return str.upper(value).strip().strip("().:")
    if kind.__module__.partition(".")[0] == "torch" or _is_tensor(kind):
        value = _untorch(value)
    if issubclass(kind, np.ma.MaskedArray):
        value = value.astype(float).filled(np.nan)
    return _numbers(value, kind)


def same(got, want):
    """Whether two plain values agree: whole numbers exactly, others as closely as float32 arithmetic allows.

    >>> same(plain([1 / 3]), plain(np.float32([1 / 3]))), same(plain(34944), plain(34945))
    (True, False)
    """
    if type(got) is not type(want) or isinstance(got, Odd):
        return False
    if isinstance(got, tuple):
        return len(got) == len(want) and all(map(same, got, want))
    return bool(np.all(close(got, want))) if isinstance(got, np.ndarray) else got is want or got == want


def close(got, want):
    """Where two float arrays agree; a single False if their shapes differ."""
    if got.shape != want.shape:
        return np.False_
    largest = np.max(np.abs(want), initial=0, where=np.isfinite(want))
    equal = (got == want) | (np.isnan(got) & np.isnan(want))
    if largest < 2 ** 53 and np.array_equal(got, np.rint(got)) and np.array_equal(want, np.rint(want)):
        return equal
    with np.errstate(invalid="ignore"):
        allowed = RELATIVE * np.abs(want) + OF_LARGEST * largest + (ROUNDING if largest else OF_ZERO)
        return equal | (np.isfinite(want) & (np.abs(got - want) <= allowed))


def alike(value, model):
    """The numbers of `value` in the type of `model`, so that later cells can use either.

    >>> alike([1.0, 2.0], np.array([1, 2])), alike(np.float32(3), 3)
    (array([1, 2]), 3)
    """
    if isinstance(model, (tuple, list)) and len(value) == len(model):
        return type(model)(map(alike, value, model))
    if isinstance(model, str):
        return plain(value)
    if not isinstance(model, (np.ndarray, numbers.Number, np.generic)):
        return value
    if type(value) is type(model) and np.asarray(value).dtype.kind == np.asarray(model).dtype.kind:
        return value
    kind = np.asarray(model).dtype
    array = np.rint(plain(value)).astype(kind) if kind.kind in "iu" else plain(value).astype(kind)
    return array if isinstance(model, np.ndarray) else array.item()


def show(value, digits=4):
    """Numbers in one line, short enough to be read aloud.

    >>> show(np.array([[1., -0.5], [0., 1 / 3]])), show(np.ones((3, 9)))
    ('[[1, -0.5], [0, 0.3333]]', 'an array of shape (3, 9)')
    """
    value = plain(value)
    if isinstance(value, tuple):
        return "(" + ", ".join(show(v, digits) for v in value) + ")"
    if not isinstance(value, np.ndarray):
        return value.words if isinstance(value, Odd) else repr(value)
    if value.size > 16:
        return f"an array of shape {value.shape}"
    text = np.array2string(value, separator=", ", formatter={"float_kind": lambda v: number(v, digits)})
    return re.sub(r"\s*\n\s*", " ", text)


def number(v, digits=4):
    """One number in words that suit it: 3, not 3.0; 0.3333, not 0.3333333333333333."""
    return str(int(v)) if np.isfinite(v) and v == np.rint(v) and abs(v) < 1e15 else f"{v:.{digits}g}"


def show_both(got, want):
    """Two values with as many digits as it takes to see that they differ."""
    for digits in (4, 7, 10, 17):
        texts = show(got, digits), show(want, digits)
        if texts[0] != texts[1]:
            break
    return texts


def named(kind):
    """A type in words: 'a dictionary', 'an int'."""
    words = {"dict": "dictionary", "NoneType": "None", "builtin_function_or_method": "function", "method": "function"}
    name = words.get(kind.__name__, kind.__name__)
    return name if name == "None" else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _is_tensor(kind):
    torch = sys.modules.get("torch")
    return torch is not None and issubclass(kind, torch.Tensor)


def _untorch(value):
    import torch
    if not issubclass(type(value), torch.Tensor):
        return value
    value = torch.Tensor.detach(value).to_dense().cpu().resolve_conj().resolve_neg()
    return value.to(torch.complex128 if value.is_complex() else torch.float64).numpy()


def _numbers(value, kind):
    try:
        array = np.array(value)
    except Exception:                         # ragged, or tensors with grad inside a list
        array = None
    if array is not None and array.dtype.kind in "biuf":
        return np.asarray(array, float)
    if array is not None and array.dtype.kind == "c":
        return _real(array, kind)
    if array is not None and array.ndim and not issubclass(kind, (list, tuple)):
        value = array.tolist()
    if type(value) in (list, tuple) or issubclass(kind, (list, tuple)):
        return _together([plain(v) for v in value], kind)
    try:
        return np.array(float(value)) if isinstance(value, numbers.Real) else Odd(named(kind))
    except Exception:
        return Odd(named(kind))


def _real(array, kind):
    tiny = np.all(np.abs(array.imag) <= OF_LARGEST * np.max(np.abs(array), initial=0))
    return array.real.astype(float) if tiny else Odd("an array of complex numbers")


def _together(parts, kind):
    if any(p is ... for p in parts):
        return ...
    strange = [p.words if p else "None" for p in parts if p is None or isinstance(p, Odd)]
    if strange:
        return Odd(f"{named(kind)} that holds {strange[0]}")
    shapes = {p.shape if isinstance(p, np.ndarray) else None for p in parts}
    return np.array(parts) if len(shapes) == 1 and None not in shapes else tuple(parts)
