"""Writes docs/reference/python.md from the docstrings of the package.

    build/sdk/venv/bin/python sdk/python/tools/make_reference.py docs/reference/python.md

With `--check` it writes nothing and ends with 1 when the file is not what it would write.
"""

from __future__ import annotations

import argparse
import dataclasses
import enum
import importlib
import inspect
import pathlib
import re
import sys

import qalam

HEAD = """# The Python SDK: reference

Made by `sdk/python/tools/make_reference.py` from the docstrings; what to use when is in
[the guide](../python.md). Every example here is run by the tests, against a real server that the name
`client` stands for.
"""

# Title, module, and the names of it to tell of.
SECTIONS = (
    (
        "The short way",
        "qalam._default",
        ("optimize", "tune", "create_experiment", "get_experiment", "default_client"),
    ),
    ("Client", "qalam.client", ("Client",)),
    ("Encryption", "qalam._tls", ("TLS",)),
    ("ExperimentSpec", "qalam.spec", ("ExperimentSpec",)),
    (
        "Search spaces",
        "qalam.search",
        (
            "double",
            "int",
            "log",
            "step",
            "normal",
            "log_normal",
            "categorical",
            "discrete",
            "Parameter",
        ),
    ),
    ("Objectives", "qalam.objective", ("minimize", "maximize", "objectives", "Objective")),
    ("Experiment", "qalam.experiment", ("Experiment",)),
    ("Running trials", "qalam.running_trial", ("RunningTrial",)),
    ("Inside a trial", "qalam.reporting", ("report_metrics", "should_stop", "flush")),
    (
        "What the server tells",
        "qalam.records",
        (
            "ExperimentStatus",
            "Trial",
            "TrialCounts",
            "MetricSummary",
            "MetricPoint",
            "Objective",
            "Event",
            "Algorithm",
            "AlgorithmSetting",
            "ServerInfo",
        ),
    ),
    ("States", "qalam.states", ("ExperimentState", "TrialState")),
    (
        "Pictures",
        "qalam.plots",
        (
            "plot_history",
            "plot_curves",
            "plot_timeline",
            "plot_slices",
            "plot_contour",
            "plot_parallel",
            "plot_pareto",
        ),
    ),
    ("For Katib's scripts", "qalam.katib", ("KatibClient", "report_metrics")),
    (
        "For Optuna's studies",
        "qalam.optuna",
        ("QalamSampler", "qalam_objective", "SuggestingTrial"),
    ),
    ("scikit-learn", "qalam.sklearn", ("QalamSearchCV",)),
    ("PyTorch", "qalam.torch", ("ReportCallback",)),
    ("XGBoost", "qalam.xgboost", ("ReportCallback",)),
    ("Errors", "qalam.errors", None),
)

FIELD_SECTIONS = ("Args", "Attributes", "Raises", "Returns")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = reference()
    if not arguments.check:
        arguments.path.write_text(text)
        return 0
    if arguments.path.read_text() == text:
        return 0
    print(f"{arguments.path} is stale; make it anew: {__file__} {arguments.path}", file=sys.stderr)
    return 1


def reference() -> str:
    parts = [HEAD]
    for title, module_name, names in SECTIONS:
        module = importlib.import_module(module_name)
        parts.append(f"## {title}\n")
        shown = module_name if "._" not in module_name else "qalam"
        if names is None:
            parts.append(f"All in `qalam`.\n\n{formatted(module.__doc__)}")
            names = [name for name, thing in vars(module).items() if is_error(thing, module)]
        elif module.__doc__ and "._" not in module_name and len(names) > 1:
            parts.append(f"In `{shown}`. {formatted(module.__doc__)}")
        for name in names:
            thing = getattr(module, name)
            home = "qalam" if getattr(qalam, name, None) is thing else shown
            parts.append(entry(f"{home}.{name}", thing))
    return "\n".join(parts).rstrip("\n") + "\n"


def is_error(thing: object, module: object) -> bool:
    return (
        inspect.isclass(thing)
        and issubclass(thing, Exception)
        and (thing.__module__ == module.__name__)
    )


def entry(title: str, thing: object) -> str:
    if not inspect.isclass(thing):
        return f"### {title}\n\n{signature(title.rpartition('.')[2], thing)}{doc_of(thing)}"
    if issubclass(thing, Exception):
        bases = ", ".join(base.__name__ for base in thing.__bases__)
        return f"### {title.rpartition('.')[2]}\n\n*{bases}.* {doc_of(thing)}"
    parts = [f"### {title}\n"]
    if issubclass(thing, enum.Enum):
        words = ", ".join(f"`{member.name}` (`{member.value}`)" for member in thing)
        parts.append(f"{doc_of(thing)}\nMembers: {words}.\n")
    elif dataclasses.is_dataclass(thing) and thing.__dataclass_params__.frozen:
        parts.append(fields_of(thing) + doc_of(thing))
    else:
        parts.append(signature(thing.__name__, thing) + doc_of(thing))
    for name, member in members(thing):
        if isinstance(member, property):
            parts.append(f"#### .{name}\n\n{doc_of(member)}")
        else:
            parts.append(f"#### .{name}()\n\n{signature(name, member)}{doc_of(member)}")
    return "\n".join(parts)


def members(cls: type) -> list[tuple[str, object]]:
    """What of the class and its bases in this package is told of, in the order of the source."""
    found: dict[str, object] = {}
    for base in (one for one in cls.__mro__ if one.__module__.startswith("qalam")):
        for name, member in vars(base).items():
            public = not name.startswith("_") and name not in found
            if public and (inspect.isfunction(member) or isinstance(member, property)):
                if inspect.getdoc(member):
                    found[name] = member
    return list(found.items())


def fields_of(cls: type) -> str:
    lines = [f"{field.name}: {field.type}" for field in dataclasses.fields(cls)]
    return "```python\n" + "\n".join(lines) + "\n```\n\n"


def signature(name: str, thing: object) -> str:
    parameters = list(inspect.signature(thing).parameters.values())
    if parameters and parameters[0].name == "self":
        parameters = parameters[1:]
    result = inspect.signature(thing).return_annotation
    arrow = f" -> {result}" if isinstance(result, str) and not inspect.isclass(thing) else ""
    words, starred = [], False
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            words.append("*")
        starred = starred or parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        words.append(shown_parameter(parameter))
    line = f"{name}({', '.join(words)}){arrow}"
    if len(line) > 96:
        line = f"{name}(\n" + "".join(f"    {word},\n" for word in words) + f"){arrow}"
    return f"```python\n{line}\n```\n\n"


def shown_parameter(parameter: inspect.Parameter) -> str:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    text = stars + parameter.name
    if parameter.annotation is not parameter.empty:
        text += f": {parameter.annotation}"
    if parameter.default is not parameter.empty:
        default = parameter.default
        shown = (
            "..."
            if "factory" in repr(default)
            else str(default)
            if isinstance(default, enum.Enum)
            else repr(default)
        )
        text += f" = {shown}"
    return text


def doc_of(thing: object) -> str:
    return formatted(inspect.getdoc(thing) or "")


def formatted(doc: str | None) -> str:
    """A docstring as Markdown: sections as lists, examples as code."""
    lines = inspect.cleandoc(doc or "").splitlines()
    out: list[str] = []
    section = ""
    index = 0
    while index < len(lines):
        line = lines[index]
        heading = re.fullmatch(r"(\w+):", line)
        if heading and heading[1] in FIELD_SECTIONS:
            section = heading[1]
            out += [f"**{section}**", ""]
        elif line.lstrip().startswith(">>>"):
            section = ""
            example = []
            while index < len(lines) and lines[index].strip():
                example.append(lines[index])
                index += 1
            out += ["```python", *inspect.cleandoc("\n".join(example)).splitlines(), "```", ""]
            continue
        elif section and line.strip():
            out += field_lines(line, out)
        elif not line.strip():
            section = ""
            out.append("")
        else:
            out.append(line)
        index += 1
    return "\n".join(out).strip("\n") + "\n"


def field_lines(line: str, before: list[str]) -> list[str]:
    """A line of a section: the beginning of an entry, or more of the last one."""
    field = re.match(r"    ([\w, ]+): (.*)", line)
    if line.startswith("     "):
        before[-1] += " " + line.strip()
        return []
    if field:
        names = ", ".join(f"`{name.strip()}`" for name in field[1].split(","))
        return [f"- {names}: {field[2]}"]
    if before and before[-1].strip() and not before[-1].startswith("**"):
        before[-1] += " " + line.strip()
        return []
    return [line.strip()]


if __name__ == "__main__":
    sys.exit(main())
