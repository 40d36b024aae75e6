"""A collector of one's own: reads the table of table.py as it grows and prints NAME=VALUE.

It ends when it is told to, at the trial's end.
"""

import os
import signal
import sys
import time

is_over = False


def end(*_):
    global is_over
    is_over = True


signal.signal(signal.SIGTERM, end)
path = os.environ["QALAM_METRICS_PATH"]
while not os.path.exists(path) and not is_over:
    time.sleep(0.05)
if not os.path.exists(path):
    sys.exit("there is no table")
with open(path, encoding="utf-8") as table:
    line = ""
    while True:
        was_over = is_over
        line += table.readline()
        if line.endswith("\n"):
            step, loss = line.strip().split(";")
            if step != "step":
                print(f"step={step} loss={loss}", flush=True)
            line = ""
        elif was_over:
            break
        else:
            time.sleep(0.05)
