#!/usr/bin/python3
"""Times a step of first-order DARTS in Python's torch, as bench_supernet_step does in C++.

bench/nas/speed runs both.
"""

import argparse
import resource
import statistics
import time

import torch

import supernet

WARM_UP = 3  # the first steps allocate


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sizes = {"cells": 6, "channels": 16, "batch": 64, "side": 8, "steps": 20, "threads": 1}
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    net = supernet.Supernet(options.cells, options.channels)
    step = supernet.darts_step(net, *supernet.optimizers(net, 3e-4))
    shape = (options.batch, 1, options.side, options.side)
    batches = [torch.randn(shape), torch.randint(10, (options.batch,)),
               torch.randn(shape), torch.randint(10, (options.batch,))]
    times, passed = [], []
    for _ in range(WARM_UP + options.steps):
        begin = time.process_time(), time.monotonic()
        step(*batches)
        times.append(1000 * (time.process_time() - begin[0]))
        passed.append(1000 * (time.monotonic() - begin[1]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    parameters = sum(p.numel() for p in net.parameters())
    print(f"step_ms={statistics.median(times[WARM_UP:]):.3f} "
          f"wall_ms={statistics.median(passed[WARM_UP:]):.3f} peak_mib={peak} parameters={parameters}")


if __name__ == "__main__":
    main()
