"""Lesson 0, start here: one easy exercise, to learn how exercises work."""
from .engine import Exercise

colours = Exercise(
    name="colours",
    why="three numbers, used at four places. That is weight sharing.",
    hints=("Look at the third table, the one under \"convolution\".", "Count different colours, not squares."),
    solution="colours = 3",
    mistakes={
        "you counted the squares, that is the connections. Count different colours: squares of one colour are"
        " one number.":
            "colours = 12",
        "that is the dense layer, the first picture. Look at the third one.": "colours = 24",
        "you counted the rows, that is the outputs. Count the different colours in the table.": "colours = 4",
        "you counted the columns, that is the inputs. Count the different colours in the table.": "colours = 6",
        "you counted the colours of the RNN, the last picture. Look at the third one.": "colours = 2",
    })

in_common = Exercise(
    name="in_common",
    why="the same squares are filled, only the colours differ. First connections are erased, then numbers are shared.",
    hints=("Lay the second and the third table of the poster on top of each other.",),
    solution="in_common = 'B'",
    mistakes={
        "A: the local layer has 12 numbers, one for each square; the convolution has 3.": "in_common = 'A'",
        "C: in the local layer no colour comes back; in the convolution three colours come back in every row.":
            "in_common = 'C'",
        "D: look at which squares are filled and which are white.": "in_common = 'D'",
    })

ALL = {e.name: e for e in (colours, in_common)}
