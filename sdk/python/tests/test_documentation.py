"""What is written about the package is true: its examples run, and the reference is what it says."""

from __future__ import annotations

import doctest
import importlib
import os
import pathlib
import pkgutil
import re
import subprocess
import sys

import pytest

import qalam
from qalam import objective, search

# Where the sources lie; the tests themselves use the installed package.
SOURCE = pathlib.Path(__file__).resolve().parent.parent
CHECKOUT = SOURCE.parent.parent


def all_doctests() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    tests = []
    for module in pkgutil.walk_packages(qalam.__path__, "qalam."):
        if module.name.rpartition(".")[2] != "__main__" and "._proto." not in module.name:
            tests += finder.find(importlib.import_module(module.name))
    tests += finder.find(qalam)
    return [test for test in tests if test.examples]


@pytest.mark.parametrize("example", all_doctests(), ids=lambda test: test.name)
def test_examples_in_docstrings(example, client, capsys):
    if example.name.startswith("qalam.plots"):
        import matplotlib

        matplotlib.use("Agg")
    experiment = client.create_experiment(
        qalam.ExperimentSpec({"x": search.double(-1, 1)}, "minimize loss")
    )
    for step in range(3):
        with experiment.ask() as trial:
            trial.report(trial.params["x"] ** 2, step)
    example.globs = {
        "qalam": qalam,
        "search": search,
        "objective": objective,
        "client": client,
        "experiment": experiment,
        "katib": importlib.import_module("qalam.katib"),
    }
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(example, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_the_reference_is_of_this_package():
    tool = SOURCE / "tools" / "make_reference.py"
    reference = CHECKOUT / "docs" / "reference" / "python.md"
    done = subprocess.run(
        [sys.executable, tool, "--check", reference], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_versions_are_one(client):
    project = (CHECKOUT / "CMakeLists.txt").read_text()
    assert re.search(r"project\(qalam VERSION ([\d.]+)", project)[1] == qalam.__version__
    assert client.server_info().version == qalam.__version__


def test_types():
    """The sources with their stubs, as the wheel was built of them."""
    built = os.environ.get("QALAM_SDK_SOURCE")
    if not built:
        pytest.skip("QALAM_SDK_SOURCE does not say where the wheel was built")
    done = subprocess.run(
        ["/usr/bin/python3", "-m", "mypy", "--config-file", "pyproject.toml"],
        cwd=built,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_nothing_heavy_is_imported_before_it_is_used():
    program = """
import sys
before = set(sys.modules)
import qalam
qalam.search.double(0, 1)
heavy = {"grpc", "google.protobuf", "yaml", "numpy", "pandas", "matplotlib", "optuna", "sklearn",
         "torch", "xgboost", "tqdm"}
print(sorted(heavy & (set(sys.modules) - before)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_every_public_name_is_there():
    assert set(qalam.__all__) <= set(dir(qalam))
    for name in qalam.__all__:
        assert getattr(qalam, name) is not None
    with pytest.raises(AttributeError, match="no_such"):
        qalam.no_such  # noqa: B018
