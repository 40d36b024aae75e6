"""Tables of measured configurations as problems."""

import csv
import gzip
import hashlib
import re
import statistics

from driver.running import Problem

# A column of one of several repetitions, e.g. accuracy_seed0.
REPETITION = re.compile(r"(.+)_seed\d+$")
LARGER_IS_BETTER = re.compile(r"acc|auc|score|f1|precision|recall|r2", re.IGNORECASE)


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _objective_columns(header):
    """The repetitions of the objective, or the last column where there are none."""
    repeated = [i for i, name in enumerate(header) if REPETITION.match(name)]
    return repeated or [len(header) - 1]


def _parameter(name, values):
    """Numbers are an ordered list, anything else are categories."""
    distinct = list(dict.fromkeys(values))
    if all(_is_number(value) for value in distinct):
        return {"name": name, "type": "discrete", "values": sorted(distinct, key=float)}
    return {"name": name, "type": "categorical", "values": sorted(distinct)}


def problem(path, maximize, folder):
    """The table as a problem; the loss is the mean over the repetitions.

    `maximize` None: by the objective's name. Writes the table in the runner's form to `folder`.
    """
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    header, *rows = csv.reader(content.decode("utf-8").splitlines())
    objectives = _objective_columns(header)
    inputs = [i for i in range(len(header)) if i not in objectives]
    if maximize is None:
        maximize = LARGER_IS_BETTER.search(header[objectives[0]]) is not None
    sign = -1 if maximize else 1
    digest = hashlib.sha256(content).hexdigest()[:16]
    file = folder / f"table-{digest}-{'max' if maximize else 'min'}.csv"
    lines = []
    for row in rows:
        # Some tables leave out repetitions; a row without any is a configuration that fails.
        measured = [float(row[i]) for i in objectives if i < len(row) and row[i]]
        if not measured:
            continue
        loss = sign * statistics.fmean(measured)
        lines.append(",".join([*(row[i] for i in inputs), repr(loss)]))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    parameters = [_parameter(header[i], [row[i] for row in rows]) for i in inputs]
    description = {"kind": "table", "file": str(file), "parameters": parameters}
    return Problem(path.name.split(".")[0], description, ["table", file.name])


def optimum(table):
    """The least loss of a problem that `problem` made."""
    with open(table.description["file"], encoding="utf-8") as file:
        return min(float(line.rpartition(",")[2]) for line in file)
