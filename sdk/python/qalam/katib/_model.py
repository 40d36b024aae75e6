"""What Katib's objects have in common."""

from __future__ import annotations

import dataclasses
import functools
import typing
from typing import Any, Mapping, TypeVar

Self = TypeVar("Self", bound="Model")


class Model:
    """An object of Katib's API: attributes in snake_case, a document in camelCase."""

    def to_dict(self) -> dict[str, Any]:
        """Its attributes, nested objects as dicts too, None where one is not set."""
        return {
            field.name: _plain(getattr(self, field.name), snake_case=True)
            for field in dataclasses.fields(self)
        }

    def to_document(self) -> dict[str, Any]:
        """As it stands in YAML, without what is not set."""
        return {
            camel_case(field.name): _plain(value, snake_case=False)
            for field in dataclasses.fields(self)
            if (value := getattr(self, field.name)) is not None
        }

    @classmethod
    def from_document(cls: type[Self], document: Mapping[str, Any]) -> Self:
        """From its form in YAML; what Katib does not know is left out."""
        values: dict[str, Any] = {}
        for name, kind in _kinds(typing.cast(Any, cls)).items():
            value = document.get(camel_case(name))
            if kind is not None and isinstance(value, list):
                value = [kind.from_document(item) for item in value]
            elif kind is not None and isinstance(value, Mapping):
                value = kind.from_document(value)
            values[name] = value
        return cls(**values)


def document_of(thing: Any) -> Any:
    """The document of an object of Katib's or of the package kubernetes, or of dicts of them."""
    return _plain(thing, snake_case=False)


def camel_case(name: str) -> str:
    """`algorithm_name` as `algorithmName`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _plain(value: Any, snake_case: bool) -> Any:
    if isinstance(value, Model):
        return value.to_dict() if snake_case else value.to_document()
    if isinstance(value, Mapping):
        return {name: _plain(item, snake_case) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, snake_case) for item in value]
    # The objects of the package kubernetes name their fields in a table of this name.
    names = getattr(value, "attribute_map", None)
    if names is not None:
        return {
            own if snake_case else theirs: _plain(item, snake_case)
            for own, theirs in names.items()
            if (item := getattr(value, own)) is not None
        }
    return value


@functools.lru_cache(maxsize=None)
def _kinds(cls: Any) -> dict[str, Any]:
    """For each field the model that it, or each of its items, is; None for others."""
    return {name: _model_in(hint) for name, hint in typing.get_type_hints(cls).items()}


def _model_in(hint: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, Model):
        return hint
    for part in typing.get_args(hint):
        found = _model_in(part)
        if found is not None:
            return found
    return None
