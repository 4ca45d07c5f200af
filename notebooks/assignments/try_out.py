"""Does an answer run? `try_out` says so, and shows one example. Whether it is right is decided when it is marked."""
import copy
import json
import linecache
import traceback
from pathlib import Path

import numpy as np

EXAMPLES, LARGE = Path(__file__).with_name("examples.json"), 30


def try_out(name, answer):
    """Print one line about an answer, and give it back unchanged."""
    try:
        known = json.loads(EXAMPLES.read_text(encoding="utf-8")).get(name)
    except (OSError, ValueError):
        print(f"{name}: examples.json is missing or damaged, so there is nothing to try. Take a fresh copy of it.")
        return answer
    if known is None:
        raise ValueError(f"name is {name!r}; this assignment has no such question")
    print(f"{name}: {look(answer, known)}")
    return answer


def look(answer, known):
    """What there is to say about an answer, in words."""
    if answer is ...:
        return "not attempted"
    if known["kind"] == "function":
        return run(answer, **unpack(known)) if callable(answer) else "expected a function; keep the line with def"
    if callable(answer) or answer is None:
        return f"this is {'a function' if callable(answer) else 'None'}; write down the answer itself"
    if known["kind"] == "letter":
        letter = isinstance(answer, str) and len(answer.strip(" ().:")) == 1
        return f"your answer is {answer.strip(' ().:')!r}" if letter else "expected one letter in quotes, such as 'A'"
    return numbers(answer, tuple(known["shape"]))


def numbers(answer, shape):
    """A number or an array: what it is, and whether it has the shape that was asked for."""
    try:
        got = array(answer)
    except (TypeError, ValueError):
        return f"expected numbers, not {kind(answer)}"
    return f"your answer is {shown(got)}" + ("" if got.shape == shape else f"; expected {sized(shape)}, not {sized(got.shape)}")


def run(function, arguments, result, **_):
    """Run a function on the example; arguments: {name: value}."""
    mine = copy.deepcopy(arguments)
    given = ", ".join(f"{name} = {shown(value)}" for name, value in arguments.items())
    try:
        got = function(*mine.values())
    except Exception as error:
        return f"stopped for {given} - {type(error).__name__}: {error}{where(error)}"
    if got is ... or got is None:
        return "it runs, but returns None. Is a return missing? (print only shows a result.)" if got is None else "not attempted"
    changed = [name for name in mine if not np.array_equal(mine[name], arguments[name])]
    return f"it runs. For {given} it gives {compared(got, result)}" + "".join(
        f". But it changed its argument {name}: begin with {name}.copy()" for name in changed)


def compared(got, want):
    """A result, and whether it is what it should be; if not, where it differs."""
    try:
        got, want = array(got), array(want)
    except (TypeError, ValueError):
        return f"{kind(got)}; expected {sized(np.shape(want))}"
    if got.shape != want.shape:
        return f"{shown(got)}; expected {shown(want)}: {sized(want.shape)}, not {sized(got.shape)}"
    off = ~np.isclose(got, want, rtol=1e-5, atol=1e-7)
    if not off.any():
        return f"{shown(got)}; that is right there"
    if want.size <= LARGE:
        return f"{shown(got)}; expected {shown(want)}"
    first = tuple(np.argwhere(off)[0].tolist())
    return f"{shown(got)}; at {list(first)} it has {shown(got[first])}, expected {shown(want[first])}"


def where(error):
    """The last line of the notebook through which an error came."""
    for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
        text = linecache.getline(frame.f_code.co_filename, number).strip()
        if text and not Path(frame.f_code.co_filename).exists():
            return f" (line {number}: {text})"
    return ""


def array(value):
    return np.asarray(value.detach() if hasattr(value, "detach") else value, dtype=float)


def kind(value):
    kinds = {"str": "text", "list": "a list with rows of different lengths, or of other things", "dict": "a dictionary"}
    return kinds.get(type(value).__name__, f"a {type(value).__name__}")


def sized(shape):
    return f"an array of shape {shape}" if shape else "one number"


def digits(value):
    return f"{value:.5g}" if value % 1 or abs(value) > 1e12 else f"{value + 0:.0f}"


def shown(value):
    """Numbers in one line; of a large array only the shape."""
    text = np.array2string(array(value), separator=", ", formatter={"float_kind": digits})
    return " ".join(text.split()) if np.size(value) <= LARGE else sized(np.shape(value))


def unpack(packed):
    """Arrays, lists and dictionaries from examples.json."""
    if isinstance(packed, dict) and "array" in packed:
        return np.array(packed["array"], dtype={"f": float, "b": bool}.get(packed["kind"], int)).reshape(packed["shape"])
    if isinstance(packed, dict):
        return list(map(unpack, packed["list"])) if "list" in packed else {k: unpack(v) for k, v in packed.items()}
    return packed
