"""Minimises the Rosenbrock function by gradient descent: a stand-in for any Python training script.

All that Qalam asks of a script is that it takes its parameters as arguments and prints its metrics as
NAME=VALUE.
"""

import argparse


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--momentum", type=float, required=True)
    parser.add_argument("--steps", type=int, default=200)
    arguments = parser.parse_args()

    x, y = -1.0, 1.5
    velocity_x = velocity_y = 0.0
    for step in range(1, arguments.steps + 1):
        gradient_x = -2 * (1 - x) - 400 * x * (y - x * x)
        gradient_y = 200 * (y - x * x)
        velocity_x = arguments.momentum * velocity_x - arguments.learning_rate * gradient_x
        velocity_y = arguments.momentum * velocity_y - arguments.learning_rate * gradient_y
        # A step that is too long would overflow; a clipped one is merely bad, as in real training.
        x = min(max(x + velocity_x, -5.0), 5.0)
        y = min(max(y + velocity_y, -5.0), 5.0)
        if step % 20 == 0:
            print(f"step={step} loss={rosenbrock(x, y):.6g}", flush=True)


if __name__ == "__main__":
    main()
