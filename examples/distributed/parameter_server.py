"""A parameter server and its workers, as TensorFlow has them, over plain sockets.

TensorFlow is not in Debian 12; this program reads TF_CONFIG as TensorFlow does in each process of a
TFJob, and plays the part that it finds there. The server ends when it is told to.
"""

import argparse
import json
import os
import threading

import line
import messages


def serve(address, count):
    parameters = [0.0, 0.0]
    lock = threading.Lock()

    def answer(peer):
        change = peer.receive()
        while change is not None:
            with lock:
                for i, delta in enumerate(change):
                    parameters[i] += delta
                current = list(parameters)
            peer.send(current)
            change = peer.receive()

    server = messages.listen(address)
    # None begins before all are there.
    peers = [messages.Peer(server.accept()[0]) for _ in range(count)]
    for peer in peers:
        threading.Thread(target=answer, args=(peer,), daemon=True).start()
    threading.Event().wait()


def work(address, share, rate, steps, report):
    server = messages.connect(address)
    server.send([0.0, 0.0])
    for step in range(1, steps + 1):
        parameters = server.receive()
        if parameters is None:  # the chief is done, and the server was told to end
            return
        slope, offset = parameters
        by_slope, by_offset, loss = line.gradient(share, slope, offset)
        server.send([-rate * by_slope, -rate * by_offset])
        if report and step % 20 == 0:
            print(f"step={step} loss={loss:.6f}", flush=True)
    server.receive()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--steps", type=int, default=100)
    arguments = parser.parse_args()

    config = json.loads(os.environ["TF_CONFIG"])
    cluster, task = config["cluster"], config["task"]
    print(f"{task['type']} {task['index']}", flush=True)
    server = cluster["ps"][0]
    workers = [("chief", 0)] + [("worker", i) for i in range(len(cluster["worker"]))]
    if task["type"] == "ps":
        serve(server, len(workers))
    me = workers.index((task["type"], task["index"]))
    work(server, line.points()[me :: len(workers)], arguments.learning_rate, arguments.steps, me == 0)


if __name__ == "__main__":
    main()
