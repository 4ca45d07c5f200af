"""A small table that everybody can read: aligned text in a terminal, an HTML table in a notebook."""
import html
from dataclasses import dataclass
from numbers import Integral, Real


@dataclass(frozen=True, repr=False)
class Table:
    """Rows of equal length under their columns; whole numbers get thousands separators, other numbers one decimal.

    caption  one sentence that says what the table is about: HTML shows it, screen readers say it first
    columns  names;  rows  tuples of numbers and strings, the first entry of a row names it
    Errors   ValueError "row ('dense', 1) has 2 entries; expected 3, one for each column"

    >>> Table("Two layers", ("layer", "parameters"), (("dense", 529984), ("conv", 9)))
    layer  parameters
    dense     529,984
    conv            9
    """
    caption: str
    columns: tuple
    rows: tuple

    def __post_init__(self):
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"row {row} has {len(row)} entries; expected {len(self.columns)}, one for each column")

    def __repr__(self):
        lines = [self.columns, *(tuple(map(_text, row)) for row in self.rows)]
        columns = [_padded(texts, self._is_number(c)) for c, texts in enumerate(zip(*lines, strict=True))]
        return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))

    def _repr_html_(self):
        sides = ["right" if self._is_number(c) else "left" for c in range(len(self.columns))]
        head = "".join(_cell("th", name, side, "col") for name, side in zip(self.columns, sides, strict=True))
        body = "".join(_html_row(row, sides) for row in self.rows)
        return (f'<table>\n<caption style="text-align: left">{html.escape(self.caption)}</caption>\n'
                f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>")

    def _is_number(self, column):
        return any(isinstance(row[column], Real) for row in self.rows)


def _padded(texts, to_the_right):
    width = max(map(len, texts))
    return [text.rjust(width) if to_the_right else text.ljust(width) for text in texts]


def _text(value):
    """As a reader wants it: 529,984 and 5.5, never 529984 and 5.5000001.

    >>> _text(529984), _text(676.0), _text(5.54), _text("none")
    ('529,984', '676', '5.5', 'none')
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    return f"{value:,.0f}" if isinstance(value, Integral) or value % 1 == 0 else f"{value:,.1f}"


def _html_row(row, sides):
    cells = "".join(_cell("td", value, side) for value, side in zip(row[1:], sides[1:], strict=True))
    return f"<tr>{_cell('th', row[0], 'left', 'row')}{cells}</tr>\n"


def _cell(tag, value, side, scope=None):
    scope = f' scope="{scope}"' if scope else ""
    return f'<{tag}{scope} style="text-align: {side}">{html.escape(_text(value))}</{tag}>'
