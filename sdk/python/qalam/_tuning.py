"""From a function and a search space to an experiment whose trials call it."""

from __future__ import annotations

import inspect
import os
import pathlib
import sys
from typing import Any, Callable, Mapping, Optional, Sequence

from qalam import _trial_program
from qalam._function_source import literal, travelling_source
from qalam._parameter_types import choice_text
from qalam.objective import ObjectiveArgument, objectives
from qalam.search import Parameter
from qalam.spec import ExperimentSpec

# Linux takes no longer word in a command.
_LONGEST_PAYLOAD = 120_000
BY_NAME = "names"
AS_DICT = "dict"


def tuning_spec(
    function: Callable[..., Any],
    search_space: Mapping[str, Any],
    objective: ObjectiveArgument,
    *,
    embedded: bool,
    python: Optional[str] = None,
    call: Optional[str] = None,
    as_text: bool = False,
    packages: Sequence[str] = (),
    index: str = "",
    **options: Any,
) -> ExperimentSpec:
    """See Client.tune.

    Args:
        embedded: Whether the trials run on this machine, as this user: then they use this
            interpreter, in this folder, and find the modules beside the main script.
        call: `names` or `dict`; None decides by the function's signature.
        as_text: Whether the function gets every parameter as text.
        packages, index: To be installed by pip before the call, and from where.
        options: Further arguments of ExperimentSpec.

    Raises:
        TypeError: The function or a fixed argument cannot travel.
    """
    space = {n: value for n, value in search_space.items() if isinstance(value, Parameter)}
    fixed = {n: value for n, value in search_space.items() if not isinstance(value, Parameter)}
    sought = objectives(objective)
    payload = {
        "source": travelling_source(function),
        "function": function.__name__,
        "call": call or _how_to_call(function, search_space),
        "fixed": _literals(fixed),
        "parameters": {name: _about(space[name], as_text) for name in space},
        "objectives": [one.metric for one in sought],
        "packages": list(packages),
        "index": index,
    }
    packed = _trial_program.pack(payload)
    if len(packed) > _LONGEST_PAYLOAD:
        raise TypeError(
            f"the function {function.__name__} and its arguments are too long to travel: "
            f"{len(packed)} of {_LONGEST_PAYLOAD} bytes; load large data inside the function"
        )
    if embedded:
        options.setdefault("working_dir", os.getcwd())
        options["env"] = {**_module_path(), **options.get("env", {})}
        python = python or sys.executable
    words = [word for name in space for word in (name, "{" + name + "}")]
    options.setdefault("prefix", function.__name__)
    return ExperimentSpec(
        space,
        sought,
        command=[python or "python3", "-u", "-c", _program(), packed, *words],
        **options,
    )


def _program() -> str:
    return inspect.getsource(_trial_program)


def _how_to_call(function: Callable[..., Any], search_space: Mapping[str, Any]) -> str:
    """By name when its parameters are those of the space; else with a dict when it takes one.

    Raises:
        TypeError: Neither fits.
    """
    signature = inspect.signature(function)
    try:
        # Conditional parameters may be missing in a trial, which the function must allow for.
        signature.bind(**dict.fromkeys(search_space))
        return BY_NAME
    except TypeError as error:
        mismatch = error
    try:
        signature.bind({})
        return AS_DICT
    except TypeError:
        pass
    raise TypeError(
        f"the function {function.__name__}{signature} can be called neither with "
        f"{', '.join(search_space)} ({mismatch}) nor with one dict of them"
    )


def _literals(fixed: Mapping[str, Any]) -> dict[str, str]:
    texts = {name: literal(value) for name, value in fixed.items()}
    wrong = [name for name, text in texts.items() if text is None]
    if wrong:
        raise TypeError(
            f"{', '.join(wrong)} cannot travel to the trials: fixed arguments are numbers, texts, "
            "booleans, None, and lists, tuples, sets and dicts of them"
        )
    return {name: text for name, text in texts.items() if text is not None}


def _about(parameter: Parameter, as_text: bool) -> dict[str, Any]:
    about: dict[str, Any] = {
        "kind": "text" if as_text else parameter.kind,
        "conditional": parameter.condition is not None,
    }
    if parameter.kind == "categorical" and not as_text:
        about["choices"] = {choice_text(choice): choice for choice in parameter.choices}
    return about


def _module_path() -> dict[str, str]:
    """So that the trials find the modules beside the script that this process runs."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    folders = [str(pathlib.Path(script).resolve().parent)] if script else []
    inherited = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([*folders, *([inherited] if inherited else [])])}
