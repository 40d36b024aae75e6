"""The handwritten digits of examples/digits, as lists: pixels from 0 to 1, and which digit it is."""

import csv
import pathlib

FILE = pathlib.Path(__file__).resolve().parent.parent / "digits" / "data" / "digits.csv"


def load():
    """Returns (pixels, labels) to train on and (pixels, labels) to measure on."""
    with open(FILE, newline="") as file:
        rows = [[int(cell) for cell in row] for row in csv.reader(file)]

    def split(chosen):
        return [[cell / 16 for cell in row[:-1]] for row in chosen], [row[-1] for row in chosen]

    return split(rows[:1400]), split(rows[1400:])
