"""What an exception says, in one line and in plain words."""
import re

SAYINGS = (
    (r"matmul: .*\(size (\d+) is different from (\d+)\)",
     r"with @, a row on the left meets a column on the right; here they have \2 and \1 numbers"),
    (r"matmul: .*does not have enough dimensions.*", "@ needs arrays on both sides; one of them is a single number"),
    (r"operands could not be broadcast together with shapes (\S+) (\S+)",
     r"entry by entry, the shapes \1 and \2 do not fit"),
    (r"non-broadcastable output operand with shape (\S+) doesn't match the broadcast shape (\S+)",
     r"the place written to has shape \1, what should go there has shape \2"),
    (r"could not broadcast input array from shape (\S+) into shape (\S+)",
     r"the place written to has shape \2, what should go there has shape \1"),
    (r"shape mismatch: indexing arrays.* shapes (\S+) (\S+)",
     r"the lists in the index are read in pairs, but their shapes are \1 and \2"),
    (r"setting an array element with a sequence.*",
     "several numbers were put where one number belongs; perhaps a sum is missing"),
)


def said(error):
    """The text of an exception, in one line; an exception of the learner's own may have none."""
    try:
        return " ".join(str(error).split())[:200]
    except Exception:
        return ""


def plainly(text):
    """`text`, or what it means if it is one of numpy's SAYINGS.

    >>> plainly("operands could not be broadcast together with shapes (2,3) (2,)")
    'entry by entry, the shapes (2,3) and (2,) do not fit'
    """
    for pattern, words in SAYINGS:
        found = re.search(pattern, text)
        if found:
            return found.expand(words)
    return text
