"""Processes that average their gradients, as data-parallel training does, over plain sockets.

JAX and PaddlePaddle are not in Debian 12; this program reads what they would read in each process of
a JAXJob or a PaddleJob, meets the others there and works with them. The first process coordinates.
"""

import argparse
import os

import line
import messages


def place():
    """Where the coordinator listens, which process this is, and of how many."""
    environment = os.environ
    if "COORDINATOR_ADDRESS" in environment:
        address = f"{environment['COORDINATOR_ADDRESS']}:{environment['COORDINATOR_PORT']}"
        return address, int(environment["PROCESS_ID"]), int(environment["NUM_PROCESSES"])
    return (environment["PADDLE_MASTER"], int(environment["PADDLE_RANK"]),
            int(environment["PADDLE_NNODES"]))


class Coordinator:
    """Averages over all processes; the others wait for what it sends."""

    def __init__(self, address, count):
        server = messages.listen(address)
        self._peers = [messages.Peer(server.accept()[0]) for _ in range(count - 1)]

    def average(self, values):
        all_values = [values] + [peer.receive() for peer in self._peers]
        averages = [sum(column) / len(all_values) for column in zip(*all_values)]
        for peer in self._peers:
            peer.send(averages)
        return averages


class Participant:
    def __init__(self, address):
        self._coordinator = messages.connect(address)

    def average(self, values):
        self._coordinator.send(values)
        return self._coordinator.receive()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--steps", type=int, default=100)
    arguments = parser.parse_args()

    address, rank, count = place()
    print(f"process {rank} of {count}", flush=True)
    others = Coordinator(address, count) if rank == 0 else Participant(address)
    share = line.points()[rank::count]
    slope = offset = 0.0
    for step in range(1, arguments.steps + 1):
        by_slope, by_offset, loss = others.average(line.gradient(share, slope, offset))
        slope -= arguments.learning_rate * by_slope
        offset -= arguments.learning_rate * by_offset
        if rank == 0 and step % 20 == 0:
            print(f"step={step} loss={loss:.6f}", flush=True)


if __name__ == "__main__":
    main()
