"""Fits a line to points by gradient descent, each rank of MPI on a share of them."""

import argparse

from mpi4py import MPI

import line


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--steps", type=int, default=100)
    arguments = parser.parse_args()

    ranks = MPI.COMM_WORLD
    share = line.points()[ranks.rank :: ranks.size]
    slope = offset = 0.0
    for step in range(1, arguments.steps + 1):
        mine = line.gradient(share, slope, offset)
        by_slope, by_offset, loss = (ranks.allreduce(part) / ranks.size for part in mine)
        slope -= arguments.learning_rate * by_slope
        offset -= arguments.learning_rate * by_offset
        if ranks.rank == 0 and step % 20 == 0:
            print(f"step={step} loss={loss:.6f}", flush=True)
    if ranks.rank == 0:
        print(f"{ranks.size} ranks", flush=True)


if __name__ == "__main__":
    main()
