#!/usr/bin/python3
"""A step of first-order DARTS on the same supernet in Python's torch, beside Qalam's program.

    bench/nas/peers/supernet_step.py [--ours build/bin/bench_supernet_step] [--threads 1] ...

Both do what DARTS' algorithm 1 says: the architecture's weights by Adam on one batch, then the
network's by clipped SGD on another. Written as PyTorch code usually is. Runs alternate; the medians of
processor time over the steps of each run are compared.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time

import torch
from torch import nn

OPERATIONS = 8  # none included
NODES = 4


def norm(channels, affine=False):
    return nn.BatchNorm2d(channels, affine=affine)


def convolution(c_in, c_out, kernel, stride=1, affine=False):
    return nn.Sequential(nn.ReLU(),
                         nn.Conv2d(c_in, c_out, kernel, stride, (kernel - 1) // 2, bias=False),
                         norm(c_out, affine))


def depthwise(c, kernel, stride, dilation=1):
    padding = dilation * (kernel - 1) // 2
    return [nn.ReLU(),
            nn.Conv2d(c, c, kernel, stride, padding, dilation, groups=c, bias=False),
            nn.Conv2d(c, c, 1, bias=False),
            norm(c)]


class FactorizedReduction(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.even = nn.Conv2d(c_in, c_out // 2, 1, 2, bias=False)
        self.odd = nn.Conv2d(c_in, c_out // 2, 1, 2, bias=False)
        self.norm = norm(c_out)

    def forward(self, x):
        x = torch.relu(x)
        shifted = nn.functional.pad(x, (-1, 1, -1, 1))
        return self.norm(torch.cat([self.even(x), self.odd(shifted)], 1))


def operations(c, stride):
    skip = nn.Identity() if stride == 1 else FactorizedReduction(c, c)
    return nn.ModuleList([
        nn.Sequential(nn.MaxPool2d(3, stride, 1), norm(c)),
        nn.Sequential(nn.AvgPool2d(3, stride, 1, count_include_pad=False), norm(c)),
        skip,
        nn.Sequential(*depthwise(c, 3, stride), *depthwise(c, 3, 1)),
        nn.Sequential(*depthwise(c, 5, stride), *depthwise(c, 5, 1)),
        nn.Sequential(*depthwise(c, 3, stride, 2)),
        nn.Sequential(*depthwise(c, 5, stride, 2)),
    ])


class Cell(nn.Module):
    def __init__(self, older, newer, c, reduction, follows_reduction):
        super().__init__()
        self.older = FactorizedReduction(older, c) if follows_reduction else convolution(older, c, 1)
        self.newer = convolution(newer, c, 1)
        self.edges = nn.ModuleList()
        for node in range(2, 2 + NODES):
            for source in range(node):
                self.edges.append(operations(c, 2 if reduction and source < 2 else 1))

    def forward(self, older, newer, weights):
        nodes = [self.older(older), self.newer(newer)]
        edge = 0
        for _ in range(NODES):
            values = []
            for source in nodes:
                mixed = self.edges[edge]
                # weights[edge][0] is that of none.
                values.append(sum(w * op(source) for w, op in zip(weights[edge][1:], mixed)))
                edge += 1
            nodes.append(sum(values))
        return torch.cat(nodes[2:], 1)


class Supernet(nn.Module):
    def __init__(self, cells, c):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 3 * c, 3, padding=1, bias=False), norm(3 * c, True))
        self.cells = nn.ModuleList()
        self.reductions = {cells // 3, 2 * cells // 3}
        older = newer = 3 * c
        for i in range(cells):
            if i in self.reductions:
                c *= 2
            self.cells.append(Cell(older, newer, c, i in self.reductions, i - 1 in self.reductions))
            older, newer = newer, NODES * c
        self.classifier = nn.Linear(newer, 10)
        edges = sum(range(2, 2 + NODES))
        self.normal = torch.zeros(edges, OPERATIONS, requires_grad=True)
        self.reduction = torch.zeros(edges, OPERATIONS, requires_grad=True)

    def forward(self, x):
        normal, reduction = self.normal.softmax(1), self.reduction.softmax(1)
        older = newer = self.stem(x)
        for i, cell in enumerate(self.cells):
            weights = reduction if i in self.reductions else normal
            older, newer = newer, cell(older, newer, weights)
        return self.classifier(newer.mean((2, 3)))


def measure(options):
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    net = Supernet(options.cells, options.channels)
    sgd = torch.optim.SGD(net.parameters(), 0.025, momentum=0.9, weight_decay=3e-4)
    adam = torch.optim.Adam([net.normal, net.reduction], 3e-4, (0.5, 0.999), weight_decay=1e-3)
    loss_of = nn.CrossEntropyLoss()
    shape = (options.batch, 1, options.side, options.side)
    images, labels = torch.randn(shape), torch.randint(10, (options.batch,))
    judged, answers = torch.randn(shape), torch.randint(10, (options.batch,))

    def step():
        adam.zero_grad()
        loss_of(net(judged), answers).backward()
        adam.step()
        sgd.zero_grad()
        loss_of(net(images), labels).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5)
        sgd.step()

    times = []
    for _ in range(3 + options.steps):
        begin = time.process_time()
        step()
        times.append(1000 * (time.process_time() - begin))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    parameters = sum(p.numel() for p in net.parameters())
    print(f"step_ms={statistics.median(times[3:]):.3f} peak_mib={peak} parameters={parameters}")


def compare(options, arguments):
    results = {"ours": [], "theirs": []}
    programs = {"ours": [options.ours], "theirs": [sys.executable, __file__]}
    for _ in range(options.rounds):
        for name, program in programs.items():
            line = subprocess.run(program + arguments, check=True, capture_output=True, text=True)
            results[name].append(dict(word.split("=") for word in line.stdout.split()))
    parameters = {r["parameters"] for rows in results.values() for r in rows}
    if len(parameters) != 1:
        sys.exit(f"the networks differ: {parameters} parameters")
    medians = {}
    for name, rows in results.items():
        medians[name] = statistics.median(float(r["step_ms"]) for r in rows)
        print(f"{name}: {medians[name]:.1f} ms of processor a step, {rows[0]['peak_mib']} MiB")
    print(f"ours / theirs: {medians['ours'] / medians['theirs']:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", help="bench_supernet_step; without it this network alone is timed")
    parser.add_argument("--rounds", type=int, default=3)
    sizes = {"cells": 6, "channels": 16, "batch": 64, "side": 8, "steps": 20, "threads": 1}
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    if options.ours:
        compare(options, [word for name in sizes for word in (f"--{name}", str(getattr(options, name)))])
    else:
        measure(options)


if __name__ == "__main__":
    main()
