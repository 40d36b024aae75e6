"""Trains a small network on handwritten digits, each process on a share of them.

Nothing here is Qalam's: MASTER_ADDR, MASTER_PORT, WORLD_SIZE and RANK are what PyTorch itself reads.
"""

import argparse

import torch
from torch import distributed, nn

import digits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--epochs", type=int, default=5)
    arguments = parser.parse_args()

    torch.set_num_threads(1)  # the processes share the machine's cores
    torch.manual_seed(1)
    distributed.init_process_group("gloo")
    rank, world = distributed.get_rank(), distributed.get_world_size()
    print(f"process {rank} of {world}", flush=True)

    (pixels, labels), (test_pixels, test_labels) = digits.load()
    pixels, labels = torch.tensor(pixels[rank::world]), torch.tensor(labels[rank::world])
    test_pixels, test_labels = torch.tensor(test_pixels), torch.tensor(test_labels)
    network = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    network = nn.parallel.DistributedDataParallel(network)
    optimizer = torch.optim.SGD(network.parameters(), lr=arguments.learning_rate, momentum=0.9)
    for epoch in range(1, arguments.epochs + 1):
        for batch in torch.arange(len(pixels) // 32 * 32).view(-1, 32):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(pixels[batch]), labels[batch]).backward()
            optimizer.step()
        if rank == 0:
            with torch.no_grad():
                correct = (network.module(test_pixels).argmax(1) == test_labels).float().mean()
            print(f"epoch={epoch} accuracy={correct:.4f}", flush=True)
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
