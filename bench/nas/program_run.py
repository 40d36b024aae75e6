"""Runs a program and says what it cost."""

import os
import subprocess
import sys
import time


def run(command):
    """Standard output; wall seconds, processor seconds and the most MiB that it held at once.

    A failure shows what was said and ends the benchmark.
    """
    begin = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {process.returncode}")
    return output, {"seconds": time.monotonic() - begin,
                    "processor_seconds": usage.ru_utime + usage.ru_stime,
                    "peak_mib": usage.ru_maxrss // 1024}
