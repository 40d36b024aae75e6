"""Boosts trees on handwritten digits, each process on a share of them.

The Master (RANK 0) runs the tracker by which the processes of XGBoost find one another, at
MASTER_ADDR:MASTER_PORT, and works as the others do.
"""

import argparse
import os

import xgboost

import digits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--eta", type=float, required=True)
    parser.add_argument("--rounds", type=int, default=8)
    arguments = parser.parse_args()

    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    tracker = None
    if rank == 0:
        tracker = xgboost.RabitTracker(host_ip=address, n_workers=world, port=port, sortby="task")
        tracker.start(world)
    with xgboost.collective.CommunicatorContext(
        DMLC_TRACKER_URI=address, DMLC_TRACKER_PORT=port, DMLC_TASK_ID=str(rank)
    ):
        print(f"process {xgboost.collective.get_rank()} of {world}", flush=True)
        (pixels, labels), (test_pixels, test_labels) = digits.load()
        share = xgboost.DMatrix(pixels[rank::world], label=labels[rank::world])
        test = xgboost.DMatrix(test_pixels, label=test_labels)
        settings = {"objective": "multi:softmax", "num_class": 10, "eta": arguments.eta,
                    "eval_metric": "merror", "max_depth": 4, "tree_method": "hist", "nthread": 1}
        history = {}
        xgboost.train(settings, share, arguments.rounds, evals=[(test, "test")],
                      evals_result=history, verbose_eval=False)
        if rank == 0:
            for step, error in enumerate(history["test"]["merror"], start=1):
                print(f"step={step} accuracy={1 - error:.4f}", flush=True)
    if tracker is not None:
        tracker.join()


if __name__ == "__main__":
    main()
