"""What the trials of the browser tests run: prints metrics, as slowly as it is told to."""

import argparse
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float, default=0.5)
parser.add_argument("--y", type=float, default=0.5)
parser.add_argument("--kind", default="a")
parser.add_argument("--metric", default="accuracy")
parser.add_argument("--steps", type=int, default=5)
parser.add_argument("--pause", type=float, default=0.0, help="seconds between steps")
parser.add_argument("--say", default="", help="a line for the log")
parser.add_argument("--fail", action="store_true")
arguments = parser.parse_args()

if arguments.say:
    print(arguments.say)
best = 1 - (arguments.x - 0.7) ** 2 - (arguments.y - 0.2) ** 2
if arguments.kind == "b":
    best -= 0.1
for step in range(1, arguments.steps + 1):
    value = best * step / arguments.steps
    print(f"step={step} {arguments.metric}={value:.6f}")
    print(f"step={step} loss={1.1 - value:.6f}")
    sys.stdout.flush()
    time.sleep(arguments.pause)
if arguments.fail:
    sys.exit("told to fail")
