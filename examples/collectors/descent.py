"""What all examples of this folder train: the Rosenbrock function, minimised by gradient descent."""

import argparse


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def losses(steps=20, rounds=10):
    """Yields (step, loss) as the training that the command line describes goes on."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning-rate", type=float, required=True)
    rate = parser.parse_args().learning_rate
    x, y = -1.0, 1.5
    for step in range(1, steps + 1):
        for _ in range(rounds):
            gradient_x = -2 * (1 - x) - 400 * x * (y - x * x)
            gradient_y = 200 * (y - x * x)
            # A step that is too long would overflow; a clipped one is merely bad.
            x = min(max(x - rate * gradient_x, -5.0), 5.0)
            y = min(max(y - rate * gradient_y, -5.0), 5.0)
        yield step, rosenbrock(x, y)
