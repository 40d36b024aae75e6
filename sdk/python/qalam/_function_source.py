"""The source of a function, with all of its module that it needs elsewhere."""

from __future__ import annotations

import ast
import builtins
import inspect
import symtable
import sys
import textwrap
import types
from typing import Any, Callable, Iterator, Mapping, Optional

_MISSING = object()


def travelling_source(function: Callable[..., Any]) -> str:
    """A program text that defines the function under its name, wherever it is executed.

    Functions and classes of the same module that it uses come along, so do constants; what it has
    from other modules is imported.

    Raises:
        TypeError: It cannot travel; names everything that holds it back.
    """
    collector = _Collector(function)
    collector.add(function, function.__name__)
    if collector.faults:
        raise TypeError(
            f"the function {function.__name__} cannot travel to the trials:\n"
            + "\n".join(f"  - {fault}" for fault in collector.faults)
        )
    return "\n\n".join(
        part for part in ("\n".join(collector.heads), *collector.definitions) if part
    )


def literal(value: Any) -> Optional[str]:
    """The text of a value made of numbers, texts, lists and the like; None for any other."""
    text = repr(value)
    try:
        return text if ast.literal_eval(text) == value else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


class _Collector:
    """Gathers definitions, each after what it needs.

    Attributes:
        heads: Imports and constants, a line each.
        definitions: Sources of functions and classes.
        faults: Why it cannot be done.
    """

    def __init__(self, root: Callable[..., Any]) -> None:
        self._module = root.__module__
        self._seen: set[str] = set()
        self.heads: list[str] = []
        self.definitions: list[str] = []
        self.faults: list[str] = []

    def add(self, thing: Any, name: str) -> None:
        """Adds a function or class under the name that is used for it."""
        if name in self._seen:
            return
        self._seen.add(name)
        if thing.__name__ == "<lambda>":
            self.faults.append(f"{name} is a lambda; write it with def")
            return
        try:
            source = textwrap.dedent(inspect.getsource(thing))
        except (OSError, TypeError):
            self.faults.append(
                f"the source of {name} cannot be read; define it in a file or a notebook"
            )
            return
        outer = _names_around(thing)
        for used in sorted(_outer_names(source)):
            if used not in (name, thing.__name__):
                self._add_name(used, outer, source, of=name)
        if name != thing.__name__:
            source += f"\n{name} = {thing.__name__}\n"
        self.definitions.append(source.rstrip("\n") + "\n")

    def _add_name(self, name: str, outer: Mapping[str, Any], source: str, of: str) -> None:
        value = outer.get(name, _MISSING)
        if value is _MISSING:
            if not hasattr(builtins, name):
                self.faults.append(f"{of} uses {name}, which is defined nowhere")
            return
        if isinstance(value, types.ModuleType):
            self._add_head(name, _import_lines(name, value, source))
            return
        home, own_name = getattr(value, "__module__", None), getattr(value, "__name__", "")
        if isinstance(value, (types.FunctionType, type)) and home == self._module:
            self.add(value, name)
            return
        if home and getattr(sys.modules.get(home), own_name, _MISSING) is value:
            alias = "" if own_name == name else f" as {name}"
            self._add_head(name, [f"from {home} import {own_name}{alias}"])
            return
        text = literal(value)
        if text is None:
            self.faults.append(
                f"{of} uses {name}, a {type(value).__name__}, which cannot travel; make it inside "
                "the function, or hand over what it is made of"
            )
            return
        self._add_head(name, [f"{name} = {text}"])

    def _add_head(self, name: str, lines: list[str]) -> None:
        if name not in self._seen or lines[0].startswith("import"):
            self._seen.add(name)
            self.heads += [line for line in lines if line not in self.heads]


def _names_around(thing: Any) -> dict[str, Any]:
    """What the names mean that a function or class does not define itself."""
    if isinstance(thing, type):
        return dict(vars(sys.modules[thing.__module__]))
    thing = inspect.unwrap(thing)
    names = dict(thing.__globals__)
    for name, cell in zip(thing.__code__.co_freevars, thing.__closure__ or ()):
        try:
            names[name] = cell.cell_contents
        except ValueError:  # not assigned yet
            names.pop(name, None)
    return names


def _outer_names(source: str) -> set[str]:
    """The names that the source uses and does not define."""
    top = symtable.symtable(source, "<source>", "exec")
    defined = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    used = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    for table in _inner_tables(top):
        for symbol in table.get_symbols():
            if symbol.is_global() and symbol.is_referenced():
                used.add(symbol.get_name())
    return used - defined


def _inner_tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner_tables(child)


def _import_lines(name: str, module: types.ModuleType, source: str) -> list[str]:
    """Imports the module under the name, with the submodules of it that the source speaks of."""
    own = module.__name__
    if own != name:
        return [f"import {own} as {name}"]
    lines = [f"import {own}"]
    for node in ast.walk(ast.parse(source)):
        chain = _attribute_chain(node)
        while chain and chain.startswith(own + "."):
            if chain in sys.modules:
                lines.append(f"import {chain}")
                break
            chain = chain.rpartition(".")[0]
    return list(dict.fromkeys(lines))


def _attribute_chain(node: ast.AST) -> str:
    """`a.b.c` for the expression of that form; empty for others."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
