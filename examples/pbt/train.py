"""Climbs a hill whose shape it cannot see: the toy of Jaderberg et al., "Population based training of
neural networks", figure 2.

The score is 1.2 - x^2 - y^2, but training follows the gradient of 1.2 - a x^2 - b y^2, where a and b
are the parameters. A run with a small a never gets far along x, and one with a small b never along
y; in a population one member goes on where another has come to.

A trial is one short stretch of training. It goes on from what lies in QALAM_CHECKPOINT_DIR, which
Qalam has filled from the trial's parent, and leaves its own state there for its children.
"""

import argparse
import json
import os

START = {"x": 0.9, "y": 0.9, "steps": 0}


def load(path):
    try:
        with open(path) as file:
            return json.load(file)
    except FileNotFoundError:
        return dict(START)


def save(path, state):
    # Whole or not at all, should the trial be stopped right here.
    with open(path + ".new", "w") as file:
        json.dump(state, file)
    os.replace(path + ".new", path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--a", type=float, required=True)
    parser.add_argument("--b", type=float, required=True)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--learning-rate", type=float, default=0.02)
    arguments = parser.parse_args()

    path = os.path.join(os.environ["QALAM_CHECKPOINT_DIR"], "state.json")
    state = load(path)
    for _ in range(arguments.steps):
        state["x"] -= arguments.learning_rate * 2 * arguments.a * state["x"]
        state["y"] -= arguments.learning_rate * 2 * arguments.b * state["y"]
        state["steps"] += 1
    save(path, state)
    score = 1.2 - state["x"] ** 2 - state["y"] ** 2
    print(f"step={state['steps']} score={score:.6g}", flush=True)


if __name__ == "__main__":
    main()
