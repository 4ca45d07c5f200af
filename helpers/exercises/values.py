"""Answers as plain numbers: only their content is compared, never their looks."""
import numbers
import re
import sys
from dataclasses import dataclass

import numpy as np

RELATIVE, OF_LARGEST, OF_ZERO, ROUNDING = 2e-5, 2e-6, 1e-6, 1e-14


@dataclass(frozen=True)
class Odd:
    """Something that holds no numbers and no letters, by its name in words."""
    words: str


def plain(value):
    """The content of an answer: a float array, capital letters, a tuple or dictionary of these, None, ... or Odd.

    Lists, tuples, whole numbers, float32 and tensors (with or without grad) become float64 arrays.

    >>> plain([1, 2]), plain(" b) "), plain({1, 2})
    (array([1., 2.]), 'B', Odd(words='a set'))
    """
    kind = type(value)                          # not isinstance: an object may lie about its __class__
    if value is None or value is ... or kind is Odd:
        return value
    if issubclass(kind, str):
        return str.upper(value).strip().strip("().:")
    if issubclass(kind, dict):
        return {str(k): plain(v) for k, v in dict.items(value)}
    if issubclass(kind, np.ma.MaskedArray):
        value = np.ma.filled(value.astype(float), np.nan)
    return _numbers(_untorch(value), kind)


def same(got, want):
    """Whether two plain values agree: whole numbers exactly, others as closely as float32 arithmetic allows.

    >>> same(plain([1 / 3]), plain(np.float32([1 / 3]))), same(plain(44_892_064_800), plain(44_892_355_200))
    (True, False)
    """
    if type(got) is not type(want) or isinstance(got, Odd):
        return False
    if isinstance(got, np.ndarray):
        return got.shape == want.shape and bool(np.all(close(got, want)))
    if isinstance(got, tuple):
        return len(got) == len(want) and all(map(same, got, want))
    if isinstance(got, dict):
        return got.keys() == want.keys() and all(same(got[k], want[k]) for k in want)
    return got == want


@np.errstate(all="ignore")
def close(got, want):
    """Where two float arrays of one shape agree."""
    equal = (got == want) | (np.isnan(got) & np.isnan(want))
    largest = np.max(np.abs(want), initial=0, where=np.isfinite(want))
    if largest < 2 ** 53 and np.array_equal(got, np.rint(got)) and np.array_equal(want, np.rint(want)):
        return equal
    allowed = RELATIVE * np.abs(want) + OF_LARGEST * largest + (ROUNDING if largest else OF_ZERO)
    return equal | (np.isfinite(want) & (np.abs(got - want) <= allowed))


def alike(value, model):
    """The numbers of `value` in the type of `model`, so that later cells can use either.

    >>> alike([1.0, 2.0], np.array([1, 2])), alike(np.float32(3), 3)
    (array([1, 2]), 3)
    """
    numbers_of = plain(value)
    if isinstance(model, str):
        return numbers_of if isinstance(numbers_of, str) else value
    if isinstance(model, (tuple, list)) and hasattr(value, "__len__") and len(value) == len(model):
        return type(model)(map(alike, value, model))
    if not isinstance(model, (np.ndarray, numbers.Number)) or not isinstance(numbers_of, np.ndarray):
        return value
    kind = np.asarray(model).dtype
    if type(value) is type(model) and np.asarray(value).dtype.kind == kind.kind:
        return value
    array = np.rint(numbers_of).astype(kind) if kind.kind in "iu" else numbers_of.astype(kind)
    return array if isinstance(model, np.ndarray) or array.ndim else array.item()


def show(value, digits=4):
    """Numbers in one line, short enough to be read aloud.

    >>> show(np.array([[1., -0.5], [0., 1 / 3]])), show(np.ones((3, 9)))
    ('[[1, -0.5], [0, 0.3333]]', 'an array of shape (3, 9)')
    """
    if isinstance(value, tuple):
        return "(" + ", ".join(show(v, digits) for v in value) + ")"
    if not isinstance(value, np.ndarray):
        return value.words if isinstance(value, Odd) else repr(value)
    if value.size > 20:
        return f"an array of shape {value.shape}"
    text = np.array2string(value, separator=", ", formatter={"float_kind": lambda v: number(v, digits)})
    return re.sub(r"\s*\n\s*", " ", text)


def number(v, digits=4):
    """One number as one would write it: 3, not 3.0; 0.3333, not 0.3333333333333333."""
    whole = np.isfinite(v) and v == np.rint(v) and abs(v) < 1e15
    return str(int(v)) if whole else f"{v:.{digits}g}"


def named(value):
    """What kind of thing something is, in words.

    >>> named({1}), named(len), named(1j)
    ('a set', 'a function', 'a complex number')
    """
    if callable(value):
        return "a class" if issubclass(type(value), type) else "a function"
    name = {"dict": "dictionary", "complex": "complex number", "ndarray": "array"}
    name = name.get(type(value).__name__, type(value).__name__)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _untorch(value):
    torch = sys.modules.get("torch")            # never imported here: without it there are no tensors
    if torch is None or not issubclass(type(value), getattr(torch, "Tensor", ())):
        return value
    value = torch.Tensor.detach(value).to_dense().cpu().resolve_conj().resolve_neg()
    return value.to(torch.complex128 if value.is_complex() else torch.float64).numpy()


def _numbers(value, kind):
    try:
        array = np.array(value)
    except Exception:                           # ragged, or tensors with grad in a list
        array = None
    if array is not None and array.dtype.kind in "biuf":
        return array.astype(float)
    if array is not None and array.dtype.kind == "c":
        return _real(array)
    if issubclass(kind, (list, tuple)):
        return _together([plain(v) for v in value], value)
    if issubclass(kind, np.ndarray):
        return plain(np.ndarray.tolist(value))
    try:
        return np.array(float(value)) if issubclass(kind, numbers.Number) else Odd(named(value))
    except Exception:
        return Odd(named(value))


def _real(array):
    tiny = np.all(np.abs(array.imag) <= OF_LARGEST * np.max(np.abs(array), initial=0))
    return array.real.astype(float) if tiny else Odd("complex numbers")


def _together(parts, value):
    if any(p is ... for p in parts):
        return ...
    strange = [p.words if p else "None" for p in parts if p is None or isinstance(p, Odd)]
    if strange:
        return Odd(f"{named(value)} that holds {strange[0]}")
    shapes = {p.shape if isinstance(p, np.ndarray) else None for p in parts}
    return np.array(parts) if len(shapes) == 1 and None not in shapes else tuple(parts)
