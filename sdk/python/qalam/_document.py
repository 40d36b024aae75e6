"""Documents on their way to the server and back."""

from __future__ import annotations

import os
import pathlib
from typing import Any, Mapping, NamedTuple, Union

from qalam._texts import check_text, for_people, json_text
from qalam.spec import ExperimentSpec

# An experiment to be: a spec, a dict like the YAML, the path of a YAML or JSON file, or its text.
SpecArgument = Union[ExperimentSpec, Mapping[str, Any], str, "os.PathLike[str]"]


class Document(NamedTuple):
    """Text for the server, and what its faults shall call it."""

    text: str
    source: str


def document_of(argument: SpecArgument, namespace: str = "") -> Document:
    """What the argument stands for.

    A text with a line break in it is a document itself; another is the path of a file.

    Args:
        namespace: For a spec or dict that names none; files and texts are left as they are.

    Raises:
        OSError: The file cannot be read.
        TypeError: It is none of what it may be.
        ValueError: A text in it cannot be sent.
    """
    if isinstance(argument, ExperimentSpec):
        return Document(_dump(argument.to_document(), namespace), "spec")
    if isinstance(argument, Mapping):
        return Document(_dump(argument, namespace), "dict")
    if isinstance(argument, str) and ("\n" in argument or argument.lstrip().startswith("{")):
        return Document(check_text(argument), "document")
    if isinstance(argument, (str, os.PathLike)):
        text = pathlib.Path(argument).read_text("utf-8")
        return Document(text, for_people(os.fspath(argument)))
    raise TypeError(
        "an experiment is an ExperimentSpec, a dict, or the path of a YAML file, not "
        f"{type(argument).__name__}"
    )


def _dump(document: Mapping[str, Any], namespace: str) -> str:
    metadata = document.get("metadata")
    if namespace and isinstance(metadata, Mapping) and not metadata.get("namespace"):
        document = {**document, "metadata": {**metadata, "namespace": namespace}}
    return json_text(document)


def parse(text: str) -> Any:
    """The first document of a YAML text, every scalar as text: no `on` becomes True on the way."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return next(iter(yaml.load_all(text, Loader=loader)), {})
