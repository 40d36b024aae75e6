"""A container as a process of this machine, by bubblewrap: with a mount and a process namespace of
its own, in which the machine's files lie as they are, but for /run, and the pod's volumes as well.
The container's image is not looked at."""

import json
import os
import signal
import subprocess
import threading

from api import now
from container_logs import LogWriter
from volumes import expand, make_environment

LONGEST_TERMINATION_MESSAGE = 4096
LONGEST_PROBE = 20  # seconds


class CannotStart(Exception):
    """The command cannot be started; the text says why."""


def _root_arguments(places):
    """Bubblewrap's arguments for a root that holds what the machine's does, and `places`.

    Nothing is made on the machine: a folder in which a place is missing is put together anew.
    """
    put_together = {"/"}
    for place in places:
        parent = place
        while not os.path.lexists(place) and parent != "/":
            parent = os.path.dirname(parent)
            put_together.add(parent)
    arguments = []

    def lay(path):
        if path not in put_together:
            arguments.extend(["--dev-bind", path, path])
            return
        for name in sorted(os.listdir(path)):
            child = os.path.join(path, name)
            if child in ("/proc", "/dev", "/run"):
                continue
            if os.path.islink(child):
                arguments.extend(["--symlink", os.readlink(child), child])
            elif os.path.exists(child):
                lay(child)

    lay("/")
    return arguments


def _sandbox_arguments(mounts, working_directory):
    """`mounts`: place in the container -> (path on the machine, whether it is read-only)."""
    arguments = ["--unshare-pid", "--as-pid-1", "--die-with-parent", "--new-session"]
    arguments += _root_arguments([*mounts, working_directory])
    arguments += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/run"]
    for place, (path, read_only) in sorted(mounts.items()):
        arguments += ["--ro-bind" if read_only else "--bind", path, place]
    return arguments + ["--dir", working_directory, "--chdir", working_directory]


def _on_machine(path, mounts):
    """Where a path of the container lies on the machine."""
    for place in sorted(mounts, reverse=True):
        if path == place or path.startswith(place + "/"):
            return mounts[place][0] + path[len(place) :]
    return path


def _check_command(command, variables, mounts, working_directory):
    """The runtime's own words for a command that is not there."""
    if "/" in command:
        path = _on_machine(os.path.join(working_directory, command), mounts)
        if os.access(path, os.X_OK):
            return
        why = f"stat {command}: no such file or directory"
    else:
        folders = variables["PATH"].split(":")
        if any(os.access(_on_machine(f"{f}/{command}", mounts), os.X_OK) for f in folders):
            return
        why = "executable file not found in $PATH"
    raise CannotStart(
        "failed to create containerd task: OCI runtime create failed: container_linux.go:380: "
        f'starting container process caused: exec: "{command}": {why}: unknown'
    )


class Container:
    """One run of a container. `spec` is its entry in the pod."""

    def __init__(self, context, spec, volumes, run):
        self.spec = spec
        self._context = context
        self._folder = os.path.join(context.folder, "containers", spec["name"])
        os.makedirs(self._folder, exist_ok=True)
        self.log_path = os.path.join(self._folder, f"{run}.log")
        self._message_path = os.path.join(self._folder, f"{run}.message")
        for path in (self.log_path, self._message_path):
            with open(path, "wb"):
                pass
        self._volumes = volumes
        self._process = None
        self._pid = None
        self._variables = {}
        self.id = f"bubblewrap://{os.urandom(32).hex()}"
        self.started_at = None

    def _mounts(self):
        message_place = self.spec.get("terminationMessagePath") or "/dev/termination-log"
        mounts = {message_place: (self._message_path, False)}
        for mount in self.spec.get("volumeMounts") or []:
            path = self._volumes[mount["name"]]
            if sub_path := mount.get("subPath"):
                path = os.path.join(path, sub_path)
                if not os.path.exists(path):
                    os.makedirs(path)
            place = os.path.realpath(mount["mountPath"])
            mounts[place] = (path, mount.get("readOnly", False))
        return mounts

    def start(self):
        """CannotStart, or Missing of volumes.py."""
        spec = self.spec
        variables = self._variables = make_environment(self._context, spec)
        command = [expand(a, variables) for a in spec.get("command") or []]
        command += [expand(a, variables) for a in spec.get("args") or []]
        if not spec.get("command"):
            raise CannotStart("no command specified, and images have none here")
        mounts = self._mounts()
        working_directory = os.path.realpath(spec.get("workingDir") or "/")
        _check_command(command[0], variables, mounts, working_directory)
        output, output_of_child = os.pipe()
        information, information_of_child = os.pipe()
        self._process = subprocess.Popen(
            ["bwrap", *_sandbox_arguments(mounts, working_directory)]
            + ["--info-fd", str(information_of_child), "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=output_of_child,
            stderr=output_of_child,
            env=variables,
            executable=self._context.bubblewrap,
            pass_fds=[information_of_child],
        )
        self.started_at = now()
        os.close(output_of_child)
        os.close(information_of_child)
        self._log = LogWriter(output, self.log_path)
        with open(information, encoding="utf-8") as file:
            text = file.read()
        self._pid = json.loads(text)["child-pid"] if text else None

    def succeeds(self, command):
        """Whether the command, run within the container, ends with status 0 in time."""
        enter = ["nsenter", f"--target={self._pid}", "--mount", "--pid"]
        if os.geteuid() != 0:
            enter += ["--user", "--preserve-credentials"]
        try:
            done = subprocess.run(
                [*enter, "--", *command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=self._variables,
                timeout=LONGEST_PROBE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def stop(self, grace):
        """TERM to the container's first process, and KILL to all of them after the grace."""
        self._signal(signal.SIGTERM)
        timer = threading.Timer(grace, self.kill)
        timer.daemon = True
        timer.start()

    def kill(self):
        self._signal(signal.SIGKILL)

    def _signal(self, number):
        # Until it is waited for, the number is the process's own or that of none.
        if self._process.returncode is None and self._pid is not None:
            try:
                os.kill(self._pid, number)
            except ProcessLookupError:
                pass

    def wait(self):
        """Waits for its end, with its output whole; what the status says of it."""
        code = self._process.wait()
        self._log.wait()
        with open(self._message_path, "rb") as file:
            message = file.read(LONGEST_TERMINATION_MESSAGE).decode(errors="replace")
        if not message and code and self.spec.get("terminationMessagePolicy") != "File":
            message = self._last_output()
        return {
            "exitCode": code,
            "reason": "Error" if code else "Completed",
            "startedAt": self.started_at,
            "finishedAt": now(),
            "containerID": self.id,
            **({"message": message} if message else {}),
        }

    def _last_output(self):
        with open(self.log_path, "rb") as file:
            file.seek(max(0, os.path.getsize(self.log_path) - 4096))
            lines = [line.split(b" ", 3)[-1] for line in file.read().splitlines()[-80:]]
        return b"\n".join(lines)[-2048:].decode(errors="replace")
