"""What questions have in common: the heading in the notebook, a choice of letters, the shape of a design."""
import numpy as np


def heading(number, question):
    """What stands in the notebook above the cell for the answer.

    >>> from helpers.classroom.marked import Written
    >>> heading(2, Written(name="two_ways", text="Say why.", points=1))
    '## 2. Two ways (1 point)\\n\\nSay why.'
    """
    title = question.name.replace("_", " ").capitalize()
    points = "1 point" if question.points == 1 else f"{question.points} points"
    return f"## {number}. {title} ({points})\n\n{question.text}"


def choice(name, asked, options, rng):
    """text, stub, solution and mistakes of a question that is answered by a letter.

    options  [(what it says, why it is wrong), ...]; the first one is right. rng decides which letter each of them gets
    """
    order = rng.permutation(len(options)).tolist()
    letters = dict(zip("ABCDEFGH", order, strict=False))
    lines = [f"- **{letter}**: {options[i][0]}" for letter, i in letters.items()]
    right = next(letter for letter, i in letters.items() if i == 0)
    return dict(
        name=name, stub=f"{name} = ...", solution=f"{name} = {right!r}",
        text=f"{asked}\n\n" + "\n".join(lines) + "\n\nAnswer with the letter, in quotes.",
        mistakes={f"{letter}: {options[i][1]}": f"{name} = {letter!r}" for letter, i in letters.items() if i})


def expect_shape(answer, shape):
    """What a measure asks first.

    Errors  ValueError "it has shape (4,); expected (2, 2)."
    """
    if not isinstance(answer, np.ndarray):
        raise ValueError(f"it is no array of numbers; expected shape {shape}.")
    if answer.shape != shape:
        raise ValueError(f"it has shape {answer.shape}; expected {shape}.")
    if not np.isfinite(answer).all() or np.abs(answer).max() > 1e9:
        raise ValueError("some of its numbers are nan, infinite or huge.")
