"""What passes between the process that runs an answer and the one that judges it: numbers and words, as JSON.

Nothing that could run is ever read back: no pickle, no source, no class by its name.
"""
import json

import numpy as np

from helpers.exercises.limits import TooSlow
from helpers.exercises.plainly import said
from helpers.exercises.trial import Outcome
from helpers.exercises.values import Odd

MOST = 200_000                                  # numbers in one array; more come as their shape only
KINDS = {"f": float, "i": int, "u": int, "b": bool}


def pack(value):
    """A value as JSON can hold it: arrays, numbers, texts, lists, tuples, dictionaries, None, ... and Odd.

    >>> pack((1, np.array([1.5, 2.])))
    {'tuple': [1, {'array': [1.5, 2.0], 'shape': [2], 'kind': 'f'}]}
    """
    if value is ...:
        return {"blank": True}
    if isinstance(value, Odd):
        return {"odd": value.words[:200]}
    if isinstance(value, np.ndarray):
        if value.size > MOST:
            return {"odd": f"an array of shape {value.shape}"}
        return {"array": value.ravel().tolist(), "shape": list(value.shape), "kind": value.dtype.kind}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [pack(v) for v in value]}
    if isinstance(value, dict):
        return {"dict": [[str(k), pack(v)] for k, v in value.items()]}
    return value[:10_000] if isinstance(value, str) else value


def unpack(packed):
    """What `pack` packed; a ValueError for anything else.

    >>> unpack(pack([1, "B", (2., None)]))
    [1, 'B', (2.0, None)]
    """
    if packed is None or isinstance(packed, (bool, int, float, str)):
        return packed
    match packed:
        case {"array": list(numbers), "shape": list(shape), "kind": str(kind)} if kind in KINDS:
            return np.array(numbers, dtype=KINDS[kind]).reshape(shape)
        case {"blank": True}:
            return ...
        case {"odd": str(words)}:
            return Odd(words)
        case {"list": list(parts)}:
            return [unpack(p) for p in parts]
        case {"tuple": list(parts)}:
            return tuple(unpack(p) for p in parts)
        case {"dict": list(pairs)}:
            return {str(k): unpack(v) for k, v in pairs}
    raise ValueError(f"cannot be read: {str(packed)[:60]}")


def pack_outcome(outcome):
    """An Outcome without its raw value; of an exception the name, the text, and where it was."""
    error = outcome.error
    return {"value": pack(outcome.value), "several": isinstance(outcome.raw, (tuple, list)), "changed": outcome.changed,
            "printed": outcome.printed[:2000], "place": outcome.place,
            "error": None if error is None else [type(error).__name__[:60], said(error)]}


def unpack_outcome(packed):
    """The Outcome; its exception is of a new class with the old name, its raw value only a tuple or none."""
    value, error, place = unpack(packed["value"]), packed["error"], packed["place"]
    return Outcome(value=value, raw=() if packed["several"] else value, error=error and renamed(*map(str, error)),
                   changed=tuple(map(int, packed["changed"])), printed=str(packed["printed"]),
                   place=place and (int(place[0]), str(place[1])[:200]))


def renamed(name, text):
    """An exception with this name and text."""
    if name == "TooSlow":
        return TooSlow()
    return type(name if name.isidentifier() else "Exception", (Exception,), {})(text)


def send(file, **message):
    """One line of JSON."""
    file.write(json.dumps(message).encode() + b"\n")
    file.flush()
