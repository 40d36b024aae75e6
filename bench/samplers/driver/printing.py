"""The results as tables, for the terminal and for docs/benchmarks/samplers.md."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Table:
    caption: str
    header: list
    rows: list


def tables(report):
    """What a suite's results show."""
    if "tables" in report:
        return _ranking(report)
    if "solved" in report:
        return [_targets(report)]
    if "time_to_target" in report:
        return [_curves(report)]
    if "search" in report:
        return [_architectures(report)]
    return [_speed(report)]


def show(report):
    for table in tables(report):
        cells = [table.header, *table.rows]
        widths = [max(len(str(row[i])) for row in cells) + 2 for i in range(len(table.header))]
        print(f"\n{table.caption}")
        for i, (first, *rest) in enumerate(cells):
            print(f"{first:<{widths[0]}}" + "".join(f"{c:>{w}}" for c, w in zip(rest, widths[1:])))
            if i == 0:
                print("-" * sum(widths))


def markdown(report):
    lines = []
    for table in tables(report):
        lines += [table.caption + ".", "", "| " + " | ".join(table.header) + " |"]
        lines.append("|---" + "|--:" * (len(table.header) - 1) + "|")
        lines += ["| " + " | ".join(map(str, row)) + " |" for row in table.rows]
        lines.append("")
    return "\n".join(lines)


def _size(report):
    """How much was run, as the caption says it."""
    narrowed = f" ({report['narrowed']})" if report.get("narrowed") else ""
    return f"{report['selection']} selection{narrowed}, {report['seeds']} seeds"


def _p(value):
    return "" if value is None else f"{value:.1g}"


def _ranking(report):
    """Ranks and regrets, a pair of columns a budget, best first; then the same by group."""
    last = report["tables"][-1]
    if not last["problems"]:
        return [Table(f"{report['suite']}: nothing that all have finished", ["optimizer"], [])]
    names = sorted(last["optimizers"], key=lambda name: last["optimizers"][name]["mean_rank"])
    header = ["optimizer"]
    for one in report["tables"]:
        header += [f"rank@{one['budget']}", f"regret@{one['budget']}"]
    rows = []
    for name in names:
        row = [name]
        for one in report["tables"]:
            entry = one["optimizers"][name]
            row += [f"{entry['mean_rank']:.2f}", f"{entry['normalised_regret']:.3f}"]
        pairs = last["wilcoxon_holm_p"]
        row.append(_p(pairs.get(f"{names[0]} / {name}", pairs.get(f"{name} / {names[0]}"))))
        row.append(f"{report['milliseconds_per_suggestion'][name]:.3f}")
        rows.append(row)
    caption = (
        f"{report['suite']}: {len(last['problems'])} problems, {last['runs']} runs each, "
        f"{_size(report)}; Friedman p = {_p(last['friedman_p']) or '-'} over {last['blocks']} "
        f"blocks; p: Wilcoxon against the first, Holm"
    )
    found = [Table(caption, [*header, "p", "cpu ms"], rows)]
    groups = last["by_group"]
    if groups:
        found.append(Table(
            f"{report['suite']} by group: mean rank / normalised regret at {last['budget']}",
            ["optimizer", *groups],
            [[name, *(f"{group[name]['mean_rank']:.1f} / {group[name]['normalised_regret']:.2f}"
                      for group in groups.values())] for name in names],
        ))
    return found


def _targets(report):
    """Shares of targets solved, a column a dimension."""
    dimensions = list(next(iter(report["solved"].values()))["by_dimension"])
    rows = []
    for name, entry in sorted(report["solved"].items(), key=lambda item: -item[1]["all"]):
        rows.append([
            name,
            *(f"{entry['by_dimension'][d]:.3f}" for d in dimensions),
            *("" if entry[kind] is None else f"{entry[kind]:.3f}"
              for kind in ("all", "unimodal", "multimodal")),
            f"{report['milliseconds_per_suggestion'][name]:.3f}",
        ])
    return Table(
        f"{report['suite']}: share of 51 targets solved, 100 evaluations a dimension, "
        f"{_size(report)}",
        ["optimizer", *(f"d={d}" for d in dimensions), "all", "unimodal", "multimodal", "cpu ms"],
        rows,
    )


def _speed(report):
    """A row an aim; the ratio says how many times the peer takes."""
    rows = []
    for entry in report["rows"]:
        if "error" in entry:
            rows.append([entry["what"], entry["error"], "", "", "", "", "", ""])
            continue
        theirs, aim = entry.get("theirs"), entry["aim"]
        rows.append([
            entry["what"],
            f"{entry['ours']:.4g}",
            entry["unit"],
            *(("", "") if aim is None
              else (f"{aim:.4g}", "yes" if entry["ours"] <= aim else "no")),
            entry.get("peer", ""),
            "" if theirs is None else f"{theirs:.4g}",
            "" if theirs is None else f"{entry['ratio']:.4g}x",
        ])
    return Table(
        "speed: processor time; met where ours <= aim",
        ["what", "ours", "unit", "aim", "met", "peer", "theirs", "ratio"],
        rows,
    )


def _curves(report):
    """Median time to each target, and the share of runs that met it."""
    rows = []
    for name, entry in report["time_to_target"].items():
        row = [name]
        for target in report["targets"]:
            time = entry[target]["median_time"]
            row.append(("-" if time is None else f"{time:.2f}") + f" ({entry[target]['met']:.2f})")
        rows.append(row)
    return Table(
        f"{report['suite']}: median simulated time to target, in durations of a full training, "
        f"{report['workers']} workers, {_size(report)} (share of runs that met it)",
        ["optimizer", *(f"{name}: {loss:.4g}" for name, loss in report["targets"].items())],
        rows,
    )


def _architectures(report):
    """Mean regret in points, a column a budget, best first."""
    search = report["search"]
    rows = []
    for name, entry in sorted(search["optimizers"].items(), key=lambda item: item[1]["regret"][-1]):
        rows.append([
            name,
            *(f"{regret:.3f}" for regret in entry["regret"]),
            f"{entry['median_regret']:.3f}",
            f"{entry['found_best']:.2f}",
            _p(entry["p_better_than_random"]),
            f"{report['milliseconds_per_suggestion'][name]:.2f}",
        ])
    return Table(
        f"{report['table']}: mean regret after so many evaluations, in points below the table's "
        f"best ({-report['optimum']:.2f}), {search['runs']} seeds; p: better than random search, "
        f"Wilcoxon one-sided, Holm",
        ["method", *(f"@{budget}" for budget in search["budgets"]), "median", "found best", "p",
         "cpu ms"],
        rows,
    )
