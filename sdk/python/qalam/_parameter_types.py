"""The values of parameters in Python's types. In the API, all of them are text."""

from __future__ import annotations

import json
from typing import Any, Callable, Iterable, Mapping, Optional, Sequence, Union

# What a categorical parameter's choices may be. Others than text are written as JSON into the
# document, and which they were stands beside it, so that every worker gets them back as they were.
Choice = Union[str, int, float, bool, None]

CHOICES_ANNOTATION = "qalam/choices"


def choice_text(choice: Choice) -> str:
    """What stands for the choice in a document."""
    return choice if isinstance(choice, str) else json.dumps(choice)


def number_text(value: float) -> str:
    """The shortest text of exactly this number; whole ones without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def plain(value: Any) -> Any:
    """A scalar of NumPy or another library as Python's own."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    item = getattr(value, "item", None)
    return item() if callable(item) else value


def value_text(value: Any) -> str:
    """What stands for a value in a document or a call, where nothing else is known of it."""
    value = plain(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_text(value)
    return choice_text(value)


def _number(text: str) -> Union[int, float]:
    """As it is written: a whole number when it has no point or exponent."""
    try:
        return int(text)
    except ValueError:
        return float(text)


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return int(float(text))


_Reader = Callable[[str], Any]
_Writer = Callable[[Any], str]
_READERS: Mapping[str, _Reader] = {"double": float, "int": _integer, "discrete": _number}


class ParameterTypes:
    """How to read and write the parameters of one experiment.

    Args:
        document: The experiment's, with numbers as numbers or as text.
    """

    def __init__(self, document: Optional[Mapping[str, Any]] = None) -> None:
        self._readers: dict[str, _Reader] = {}
        self._writers: dict[str, _Writer] = {}
        document = document or {}
        annotations = (document.get("metadata") or {}).get("annotations") or {}
        choices = json.loads(annotations.get(CHOICES_ANNOTATION, "{}"))
        for parameter in (document.get("spec") or {}).get("parameters") or []:
            name, kind = parameter["name"], parameter["parameterType"]
            texts = [str(text) for text in parameter["feasibleSpace"].get("list") or []]
            if kind in _READERS:
                self._readers[name] = _READERS[kind]
            if kind == "discrete":
                self._writers[name] = _discrete_writer(texts)
            elif kind == "categorical":
                self._writers[name] = lambda value: choice_text(plain(value))
                if name in choices:
                    self._readers[name] = _choice_reader(choices[name])

    def values(self, assignments: Iterable[Any]) -> dict[str, Any]:
        """The values of messages that have a name and a value."""
        return {
            assignment.name: self.value(assignment.name, assignment.value)
            for assignment in assignments
        }

    def value(self, name: str, text: str) -> Any:
        """The value that the text stands for; the text itself for a name that is not known."""
        reader = self._readers.get(name)
        return text if reader is None else reader(text)

    def text(self, name: str, value: Any) -> str:
        """What stands for the value of the parameter."""
        return self._writers.get(name, value_text)(value)


def _choice_reader(choices: Sequence[Choice]) -> _Reader:
    by_text = {choice_text(choice): choice for choice in choices}
    return lambda text: by_text.get(text, text)


def _discrete_writer(texts: Sequence[str]) -> _Writer:
    """The list's own text of the number: 0.10 where the document says 0.10."""
    by_number = {float(text): text for text in texts}
    return lambda value: by_number.get(float(value), value_text(value))
