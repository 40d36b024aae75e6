#!/usr/bin/python3
"""A whole search by first-order DARTS on the digits in Python's torch, as `qalam-nas search` does it.

A fifth of the images is held out, the others are halved: one half trains the network's weights, by the
other the architecture's are chosen. bench/nas/speed runs both.
"""

import argparse
import math

import numpy
import torch
from torch.utils.data import DataLoader, TensorDataset

import supernet

OPERATIONS = ["none", "max_pooling_3x3", "average_pooling_3x3", "skip_connection",
              "separable_convolution_3x3", "separable_convolution_5x5", "dilated_convolution_3x3",
              "dilated_convolution_5x5"]


def read(path):
    """The training images' halves and those that are held out."""
    table = numpy.loadtxt(path, delimiter=",", dtype=numpy.float32)
    numpy.random.default_rng(1).shuffle(table)
    images = torch.from_numpy(table[:, :64]).reshape(-1, 1, 8, 8)
    labels = torch.from_numpy(table[:, 64]).long()
    training = 4 * len(table) // 5
    images = (images - images[:training].mean()) / images[:training].std()
    half = training // 2
    return [TensorDataset(images[a:b], labels[a:b])
            for a, b in ((0, half), (half, training), (training, None))]


def accuracy(net, data):
    with torch.no_grad():
        right = sum((net(images).argmax(1) == labels).sum().item()
                    for images, labels in DataLoader(data, batch_size=512))
    return right / len(data)


def derive(weights):
    """Into each node the two edges whose best operation weighs most, none aside."""
    cell, edge = [], 0
    for node in range(2, 2 + supernet.NODES):
        strengths, best = weights[edge:edge + node, 1:].max(1)
        kept = sorted(strengths.topk(2).indices.tolist())
        cell.append([(OPERATIONS[1 + best[source]], source) for source in kept])
        edge += node
    return cell


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="digits.csv")
    sizes = {"cells": 5, "channels": 8, "batch-size": 64, "epochs": 10, "threads": 1}
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    training, judging, held_out = read(options.data)
    net = supernet.Supernet(options.cells, options.channels)
    sgd, adam = supernet.optimizers(net, 6e-3)
    step = supernet.darts_step(net, sgd, adam)

    def batches(data):
        return DataLoader(data, batch_size=options.batch_size, shuffle=True, drop_last=True)

    for epoch in range(options.epochs):
        rate = 0.001 + 0.024 * (1 + math.cos(math.pi * epoch / options.epochs)) / 2
        for group in sgd.param_groups:
            group["lr"] = rate
        losses = [step(*train, *judge).item() for train, judge in zip(batches(training), batches(judging))]
        print(f"epoch={epoch} Train-Loss={sum(losses) / len(losses):.4f} "
              f"Validation-Accuracy={accuracy(net, held_out):.4f}", flush=True)
    for name in ("normal", "reduction"):
        print(name, derive(getattr(net, name).softmax(1)))


if __name__ == "__main__":
    main()
