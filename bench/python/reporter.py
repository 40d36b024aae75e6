"""Reports so many times, and prints the rate of the calls and that of what the server has stored."""

import json
import sys
import time

import qalam

calls = int(sys.argv[1])
qalam.report_metrics({"loss": 0.0}, 0)
start = time.perf_counter()
for step in range(1, calls):
    qalam.report_metrics({"loss": 0.5}, step)
called = time.perf_counter() - start
sent = qalam.reporting.flush(120)
stored = time.perf_counter() - start
print(
    json.dumps(
        {"calls_per_second": calls / called, "stored_per_second": calls / stored, "sent": sent}
    )
)
