"""A line through noisy points, to be found by gradient descent: a stand-in for any training."""

import random


def points():
    source = random.Random(1)
    xs = [source.uniform(-1, 1) for _ in range(400)]
    return [(x, 3 * x - 2 + source.gauss(0, 0.1)) for x in xs]


def gradient(share, slope, offset):
    """By slope and by offset, and the loss, of a share of the points."""
    errors = [(slope * x + offset - y, x) for x, y in share]
    count = len(errors)
    return [sum(e * x for e, x in errors) / count, sum(e for e, _ in errors) / count,
            sum(e * e for e, _ in errors) / count]
