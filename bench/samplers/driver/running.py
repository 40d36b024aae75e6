"""Runs jobs on all cores, through the cache."""

import dataclasses
import json
import queue
import subprocess
import sys
import threading
import time


@dataclasses.dataclass(frozen=True)
class Problem:
    name: str  # in the report
    description: dict  # the job's "problem" object
    identity: list  # in the cache's key: what the losses depend on
    groups: tuple = ()  # in which the report also averages


class Job:
    """One optimizer on one problem with one seed."""

    def __init__(self, problem, optimizer, seed, budget):
        self.problem = problem
        self.optimizer = optimizer
        self.seed = seed
        self.budget = budget
        self.result = None

    def key(self):
        """What the result depends on; nothing of where things lie, so that a cache can move."""
        optimizer = [self.optimizer.name, self.optimizer.version]
        return json.dumps([self.problem.identity, optimizer, self.seed, self.budget])

    def line(self):
        return json.dumps(
            {
                "problem": self.problem.description,
                "optimizer": json.loads(self.optimizer.job),
                "seed": self.seed,
                "budget": self.budget,
            }
        )


class _Worker(threading.Thread):
    """One runner program, fed with jobs."""

    def __init__(self, program, todo, done):
        super().__init__(daemon=True)
        self._program = program
        self._todo = todo
        self._done = done

    def run(self):
        process = subprocess.Popen(
            [self._program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with process:
            while True:
                try:
                    job = self._todo.get_nowait()
                except queue.Empty:
                    break
                process.stdin.write(job.line() + "\n")
                process.stdin.flush()
                answer = process.stdout.readline()
                job.result = json.loads(answer) if answer else {"error": "the runner died"}
                self._done.put(job)
                if not answer:
                    break
            process.stdin.close()
        self._done.put(None)


def run(program, cache, jobs, workers):
    """Fills in each job's result. Errors are results too, but are not kept."""
    missing = []
    for job in jobs:
        job.result = cache.get(job.key())
        if job.result is None:
            missing.append(job)
    todo, done = queue.Queue(), queue.Queue()
    for job in missing:
        todo.put(job)
    threads = [_Worker(program, todo, done) for _ in range(min(workers, len(missing)))]
    for thread in threads:
        thread.start()
    running, finished, start = len(threads), 0, time.monotonic()
    shown = start
    while running:
        job = done.get()
        if job is None:
            running -= 1
            continue
        finished += 1
        if "error" not in job.result:
            cache.put(job.key(), job.result)
        if time.monotonic() - shown > 10:  # seconds between lines of progress
            shown = time.monotonic()
            left = (shown - start) * (len(missing) - finished) / finished
            print(
                f"  {finished} of {len(missing)} runs, {shown - start:.0f} s, about "
                f"{left / 60:.0f} min left ({len(jobs) - len(missing)} more were known)",
                file=sys.stderr,
                flush=True,
            )
    for job in missing:
        if job.result is None:
            job.result = {"error": "not run: every runner died"}
