"""What the four widgets share: one browser module, a stable repr, and a picture that lives without a kernel.

A widget is three files with one name: `unroller.py`, `unroller.js` and, if it needs one, `unroller.css`.
All arithmetic and drawing happens in the browser; Python checks the input and is told later where the learner went.
The module's one import, `import { ... } from "./common.js";`, is resolved here: browser hosts get a single module.
"""
import base64
import html
import json
import re
from pathlib import Path

import anywidget
import numpy as np

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./common\.js";\n', re.MULTILINE)
START = """(() => {
  const page = document.currentScript.parentElement, source = %s, state = %s;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  import(url).then((module) => {
    page.querySelector(".ws-note").remove();
    module.default.render({ model: module.staticModel(state), el: page.querySelector(".ws-mount") });
    URL.revokeObjectURL(url);
  });
})();"""


def compose(name):
    """The module and the style sheet of one widget, each as one text: what is common first, then its own."""
    own, common = (HERE / f"{name}.js").read_text("utf-8"), (HERE / "common.js").read_text("utf-8")
    script, imports = IMPORT.subn("", own)
    if imports != 1 or re.search(r"^import ", script, re.MULTILINE):
        raise ValueError(f'{name}.js needs exactly one import, written import {{ ... }} from "./common.js";')
    styles = [path.read_text("utf-8") for path in (HERE / "common.css", HERE / f"{name}.css") if path.exists()]
    return common + "\n" + script, "\n".join(styles)


def pack(values):
    """An array as JSON that is short and exact: its shape, the type of its numbers, their bytes in base 64.

    values   numbers of any shape; multiples of 1/255, as in photographs, take one byte each
    Returns  {"shape", "type" ("u1", "f4" or "f8"), "scale", "data"}; `unpack` in common.js reads it back.

    >>> pack(np.array([[0, 1, 255]]))
    {'shape': [1, 3], 'type': 'u1', 'scale': 1, 'data': 'AAH/'}
    """
    values = np.asarray(values, float)
    kind, scale, stored = next(form for form in _forms(values) if np.array_equal(form[2] / form[1], values))
    data = base64.b64encode(np.ascontiguousarray(stored, f"<{kind}")).decode()
    return {"shape": list(values.shape), "type": kind, "scale": scale, "data": data}


def _forms(values):
    with np.errstate(invalid="ignore", over="ignore"):
        for scale in (1, 255):
            yield "u1", scale, np.clip(np.round(values * scale), 0, 255).astype("u1")
        yield "f4", 1, values.astype("f4")
    yield "f8", 1, values


def checked(name, values, shape=None, which=""):
    """Finite numbers as floats, of that shape if there is one, or an error that says how to mend it.

    which   more words about the shape, for the message

    >>> checked("kernel", [[1, 2]]).tolist()
    [[1.0, 2.0]]
    """
    try:
        numbers = np.asarray(values, float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is a {type(values).__name__}; expected an array of numbers") from None
    if numbers.size == 0:
        raise ValueError(f"{name} has shape {numbers.shape}; there is nothing in it")
    if shape and numbers.shape != shape:
        raise ValueError(f"{name} has shape {numbers.shape}; expected {shape}{which}")
    if not np.isfinite(numbers).all():
        at = tuple(map(int, np.argwhere(~np.isfinite(numbers))[0]))
        raise ValueError(f"{name}{list(at)} is {numbers[at]}; expected finite numbers")
    return numbers


def by(shape):
    return " × ".join(map(str, shape))


class CourseWidget(anywidget.AnyWidget):
    """The base of every widget; a subclass names its `files` and writes its own `__repr__`.

        class Unroller(CourseWidget):
            files = "unroller"                      # unroller.js, unroller.css
            steps = t.Int(1).tag(sync=True)         # one name, the same in Python and in JavaScript

    Where there is no kernel, all `sync=True` traits of the subclass are the state the module starts from.
    """

    def __init_subclass__(cls, **kwargs):
        if "files" in cls.__dict__:
            cls._esm, cls._css = compose(cls.files)
        super().__init_subclass__(**kwargs)

    def __repr__(self):
        raise NotImplementedError(f"{type(self).__name__} needs a __repr__ without an address: saved outputs hold it")

    def state(self):
        """The traits the browser needs, by name."""
        common = anywidget.AnyWidget.class_traits(sync=True)
        return {name: getattr(self, name) for name in self.traits(sync=True)
                if name not in common and not name.startswith("_")}

    def static_html(self):
        """The widget as a piece of HTML that runs by itself; a page that allows no script shows only its text."""
        note = html.escape(f"{self!r}. Run this cell to use it.")
        start = START % (_for_script(self._esm), _for_script(self.state()))
        return (f"<div class='ws-static'><p class='ws-note'>{note}</p><style>{self._css}</style>"
                f"<div class='ws-mount'></div><script>{start}</script></div>")

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": repr(self), "text/html": self.static_html()}, metadata


def _for_script(value):
    return json.dumps(str(value) if isinstance(value, str) else value, allow_nan=False).replace("<", "\\u003c")
