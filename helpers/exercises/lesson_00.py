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

ALL = {colours.name: colours}
