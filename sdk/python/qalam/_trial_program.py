"""Calls a function that travelled here, as the process of a trial.

This file is sent along as text and run as `python -c TEXT PAYLOAD NAME VALUE NAME VALUE ...` where
nothing of Qalam need be installed; it imports nothing but the standard library. The payload is JSON,
packed: the function's source and name, how to call it, and of what types its parameters are.
"""

from __future__ import annotations

import ast
import base64
import json
import linecache
import os
import subprocess
import sys
import traceback
import zlib
from typing import Any, Callable

MESSAGE_VARIABLE = "QALAM_TERMINATION_MESSAGE_PATH"
LONGEST_MESSAGE = 4096


def pack(payload: dict[str, Any]) -> str:
    """The payload as one word of a command."""
    return base64.b64encode(zlib.compress(json.dumps(payload).encode(), 9)).decode()


def unpack(text: str) -> Any:
    """The payload again."""
    return json.loads(zlib.decompress(base64.b64decode(text)))


def whole_number(text: str) -> int:
    """Of the parameter type `int`."""
    try:
        return int(text)
    except ValueError:
        return int(float(text))


def number(text: str) -> Any:
    """Of the parameter type `discrete`: whole when it is written so."""
    try:
        return int(text)
    except ValueError:
        return float(text)


READERS: dict[str, Callable[[str], Any]] = {
    "double": float,
    "int": whole_number,
    "discrete": number,
}


def read_parameters(payload: dict[str, Any], words: list[str]) -> dict[str, Any]:
    """The parameters by name; those that do not exist in this trial came as empty texts."""
    values = {name: ast.literal_eval(text) for name, text in payload["fixed"].items()}
    for name, text in zip(words[::2], words[1::2]):
        about = payload["parameters"][name]
        if text == "" and about["conditional"]:
            continue
        if "choices" in about:
            values[name] = about["choices"].get(text, text)
        else:
            values[name] = READERS.get(about["kind"], str)(text)
    return values


def install(packages: list[str], index: str) -> None:
    """Into the trial's own folder, so that nothing else on the machine changes."""
    folder = os.path.join(os.environ.get("QALAM_TRIAL_DIR", os.getcwd()), "packages")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder]
    subprocess.run([*command, "--index-url", index, *packages], check=True)
    sys.path.insert(0, folder)


def define(payload: dict[str, Any]) -> Any:
    """Executes the source and gives the function; tracebacks show its lines."""
    name = "<{}>".format(payload["function"])
    source = payload["source"]
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    names: dict[str, Any] = {"__name__": "__qalam_trial__"}
    exec(compile(source, name, "exec"), names)
    return names[payload["function"]]


def print_result(result: Any, objectives: list[str]) -> None:
    """As lines NAME=VALUE, which the metrics collector reads."""
    if result is None:
        return
    if isinstance(result, dict):
        metrics = result
    else:
        try:
            values = [float(result)]
        except TypeError:
            values = list(result)
        if len(values) != len(objectives):
            raise ValueError(
                "the function returned {} values, and the objectives are {}".format(
                    len(values), ", ".join(objectives)
                )
            )
        metrics = dict(zip(objectives, values))
    for metric, value in metrics.items():
        text = value if isinstance(value, str) else repr(float(value))
        print("{}={}".format(metric, text), flush=True)


def fail(error: BaseException) -> None:
    """Shows the error as if the function had been called directly, and says it to the server."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == "<string>":
        frames = frames.tb_next
    lines = traceback.format_exception(type(error), error, frames or error.__traceback__)
    text = "".join(lines)
    sys.stdout.flush()
    sys.stderr.write(text)
    path = os.environ.get(MESSAGE_VARIABLE)
    if path:
        with open(path, "wb") as file:
            file.write(text.strip().encode(errors="backslashreplace")[-LONGEST_MESSAGE:])
    sys.exit(1)


def main(words: list[str]) -> None:
    """Runs the trial; exits with 1 when it fails."""
    try:
        payload = unpack(words[0])
        parameters = read_parameters(payload, words[1:])
        if payload["packages"]:
            install(payload["packages"], payload["index"])
        function = define(payload)
        if payload["call"] == "dict":
            result = function(parameters)
        else:
            result = function(**parameters)
        print_result(result, payload["objectives"])
    except Exception as error:
        # What was reported before it gave up counts.
        if type(error).__name__ != "StopTrial":
            fail(error)


if __name__ == "__main__":
    main(sys.argv[1:])
