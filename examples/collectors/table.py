"""Writes a table of a form of its own, which collect_table.py reads."""

import os

import descent

with open(os.environ["QALAM_METRICS_PATH"], "w", encoding="utf-8") as table:
    table.write("step;loss\n")
    for step, loss in descent.losses():
        table.write(f"{step};{loss:.6g}\n")
        table.flush()
