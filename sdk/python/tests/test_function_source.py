"""What of a function travels, and what holds it back."""

from __future__ import annotations

import collections
import functools
import math
import os.path
import urllib.request
from math import hypot as length

import pytest

from qalam._function_source import literal, travelling_source

FACTOR = 3
TABLE = {"a": [1, 2.5, (None, True)]}
HANDLE = object()


def helper(x):
    return FACTOR * other_helper(x)


def other_helper(x):
    return x + 1


class Model:
    def __init__(self, size=FACTOR):
        self.size = size


def recursive(n):
    return 1 if n == 0 else n * recursive(n - 1)


def uses_much(x):
    import json

    model = Model()
    local = [math.sqrt(value) for value in (x, length(3, 4))]
    urllib.request.Request("http://localhost")
    return json.dumps([helper(x), TABLE, model.size, local, os.path.sep])


@functools.lru_cache(maxsize=None)
def decorated(x, scale=FACTOR):
    return scale * x


def uses_what_cannot_travel(x):
    return HANDLE, missing, x  # noqa: F821


def run(function, *arguments):
    """Calls the function as it arrives elsewhere."""
    names: dict = {"__name__": "elsewhere"}
    exec(travelling_source(function), names)
    return names[function.__name__](*arguments)


@pytest.mark.parametrize(
    "function, argument", [(uses_much, 2), (decorated, 5), (recursive, 5), (helper, 1)]
)
def test_it_does_elsewhere_what_it_does_here(function, argument):
    assert run(function, argument) == function(argument)


def test_what_it_closes_over_travels():
    offset = 10

    def inner(x):
        return x + offset + FACTOR

    assert run(inner, 1) == inner(1) == 14


def test_a_name_of_another_thing_travels_under_that_name():
    alias = helper

    def inner(x):
        return alias(x)

    assert run(inner, 1) == 6


def test_everything_that_holds_it_back_is_named():
    with pytest.raises(TypeError) as error:
        travelling_source(uses_what_cannot_travel)
    assert "uses HANDLE, a object, which cannot travel" in str(error.value)
    assert "uses missing, which is defined nowhere" in str(error.value)


def test_a_lambda_is_refused():
    with pytest.raises(TypeError, match="write it with def"):
        travelling_source(lambda x: x)


def test_a_function_without_source_is_refused():
    names: dict = {}
    exec("def f(x):\n    return x", names)
    with pytest.raises(TypeError, match="source of f cannot be read"):
        travelling_source(names["f"])


def test_literals():
    for value in (1, 2.5, "a\n'\"", None, True, [1, (2, {3})], {"a": b"b"}, float("1e300")):
        assert eval(literal(value)) == value
    for value in (object(), collections.OrderedDict(a=1), float("nan"), literal):
        assert literal(value) is None
