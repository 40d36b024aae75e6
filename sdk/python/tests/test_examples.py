"""The scripts of examples/python and the code of the guide run, and do what they say."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
EXAMPLES = sorted((CHECKOUT / "examples" / "python").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_scripts(path):
    expected = {
        "ask_tell.py": "80 trials, Succeeded",
        "katib_style.py": "10 trials succeeded",
        "optuna_style.py": "40 trials",
        "quick.py": "best shape",
        "reporting.py": "the best trial reported 200 losses",
        "sklearn_search.py": "on unseen digits 0.9",
        "tune.py": "20 trials; best",
    }
    done = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, timeout=120, cwd=CHECKOUT
    )
    assert done.returncode == 0, done.stderr
    assert expected[path.name] in done.stdout


@pytest.mark.parametrize(
    "path, line, original",
    [
        ("katib_style.py", "import qalam.katib as katib", "import kubeflow.katib as katib"),
        ("optuna_style.py", "sampler=qalam.optuna.QalamSampler(", "optuna.samplers.TPESampler()"),
    ],
)
def test_scripts_of_other_tools_change_one_line(path, line, original):
    """Of the whole script, only that line (and an import for it) speaks of Qalam."""
    text = (CHECKOUT / "examples" / "python" / path).read_text()
    assert original in text.split('"""')[1]
    body = text.split('"""', 2)[2]
    speaking = [one.strip() for one in body.splitlines() if "qalam" in one]
    assert [one for one in speaking if one != "import qalam.optuna"] == [
        one for one in speaking if line in one
    ]


def test_the_guides_code_runs(tmp_path):
    """Each block of Python in the guide, one after the other."""
    text = (CHECKOUT / "docs" / "python.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) > 5
    script = tmp_path / "guide.py"
    script.write_text("\n".join(blocks))
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
