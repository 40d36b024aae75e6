"""The optimizers under test: our samplers and the peers."""

import dataclasses
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
# Debian's interpreter: the peers are Debian packages, which another python3 on PATH does not see.
PYTHON = "/usr/bin/python3"
OPTUNA = HERE / "peers" / "optuna_peer.py"
# Population based training goes on from its trials' checkpoints, and these problems have none. The
# trial of darts searches by itself.
NOT_COMPARED = {"pbt", "darts"}


@dataclasses.dataclass(frozen=True)
class Optimizer:
    name: str
    version: str  # part of the cache's key
    job: str  # the job's "optimizer" object, as JSON
    ours: bool


def registered(program):
    """Our algorithms by name: {"fidelity": BOOL, "needs_finite": BOOL}."""
    return json.loads(subprocess.check_output([program, "--list"], text=True))


def comparable(program):
    """The names of our algorithms that any problem suits."""
    return [
        name
        for name, needs in registered(program).items()
        if not needs["fidelity"] and not needs["needs_finite"] and name not in NOT_COMPARED
    ]


def multi_fidelity(program):
    """The names of our algorithms that choose how long a trial trains."""
    return [name for name, needs in registered(program).items() if needs["fidelity"]]


def ours(program, words):
    """NAME or NAME:SETTING=VALUE,..., for those of `words` that are registered."""
    # A result of ours holds only for the very program that gave it.
    version = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()[:16]
    known = registered(program)
    found = []
    for word in words:
        algorithm, _, settings = word.partition(":")
        if algorithm not in known:
            continue
        pairs = dict(pair.split("=", 1) for pair in settings.split(",") if pair)
        job = {"kind": "own", "algorithm": algorithm, "settings": pairs}
        found.append(Optimizer(word, version, json.dumps(job), True))
    return found


def _peers(name, command):
    """Starts the peer once to learn its version; none, with a message, where it refuses."""
    answer = subprocess.run(
        command, input='{"op": "hello"}\n', stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    hello = json.loads(answer.splitlines()[0])
    if "error" in hello:
        print(f"{name} (left out): {hello['error']}", file=sys.stderr)
        return []
    job = {"kind": "peer", "command": [str(word) for word in command]}
    return [Optimizer(name, hello.get("version", ""), json.dumps(job), False)]


def optuna(kinds):
    return [
        peer for kind in kinds for peer in _peers(f"optuna-{kind}", [PYTHON, OPTUNA, kind])
    ]


def external(definitions):
    """From --peer NAME=COMMAND..."""
    found = []
    for definition in definitions:
        name, _, command = definition.partition("=")
        for peer in _peers(name, shlex.split(command)):
            # A version of its own may be missing, or kept while the command's options change.
            found.append(dataclasses.replace(peer, version=f"{peer.version} {command}"))
    return found
