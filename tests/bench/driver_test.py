#!/usr/bin/python3
"""The benchmark driver's arithmetic. Skipped (exit 77) where its Debian packages are missing."""

import gzip
import pathlib
import sys
import tempfile
import types
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(SOURCE / "bench" / "samplers"))

try:
    from driver import curves, nas, optimizers, page, printing, ranking, report, suites, tables
    from driver import targets
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


def job(optimizer, seed, trace, problem="p", regret=True, groups=(), **description):
    return types.SimpleNamespace(
        optimizer=types.SimpleNamespace(name=optimizer),
        problem=types.SimpleNamespace(name=problem, description=description, groups=groups),
        seed=seed,
        budget=10,
        result={"trace": trace, "regret": regret, "trials": 10, "cpu_seconds": 0.02},
    )


class RankingTest(unittest.TestCase):
    def test_best_at_reads_the_trace_up_to_the_budget(self):
        result = {"trace": [[2, 5.0], [4, 3.0]]}
        self.assertEqual(ranking.best_at(result, 1), float("inf"))
        self.assertEqual(ranking.best_at(result, 3), 5.0)
        self.assertEqual(ranking.best_at(result, 4), 3.0)

    def test_ranks_share_ties_and_regret_is_relative_to_random_search(self):
        jobs = []
        for seed in range(1, 7):
            jobs += [job("random", seed, [[1, 2.0]]), job("good", seed, [[1, 0.5]]),
                     job("same", seed, [[1, 2.0]])]
        found = ranking.evaluate(jobs, 10)
        self.assertEqual(found["optimizers"]["good"]["mean_rank"], 1)
        self.assertEqual(found["optimizers"]["random"]["mean_rank"], 2.5)
        self.assertEqual(found["optimizers"]["good"]["normalised_regret"], 0.25)
        self.assertEqual(found["optimizers"]["same"]["normalised_regret"], 1)
        self.assertEqual(found["wilcoxon_holm_p"]["random / same"], 1)
        # Six wins of six have probability 2 / 2^6, times three pairs by Holm.
        self.assertAlmostEqual(found["wilcoxon_holm_p"]["good / random"], 3 * 2 / 64)

    def test_an_unknown_optimum_is_the_best_that_was_found(self):
        jobs = [job("random", 1, [[1, 5.0]], regret=False),
                job("good", 1, [[1, 3.0]], regret=False)]
        found = ranking.evaluate(jobs, 10)
        self.assertEqual(found["optimizers"]["good"]["normalised_regret"], 0)
        self.assertEqual(found["optimizers"]["random"]["normalised_regret"], 1)

    def test_seeds_that_one_optimizer_lacks_do_not_count(self):
        jobs = [job("random", 1, [[1, 5.0]]), job("random", 2, [[1, 5.0]]),
                job("good", 1, [[1, 3.0]])]
        self.assertEqual(ranking.evaluate(jobs, 10)["runs"], 1)

    def test_groups_are_averaged_by_themselves(self):
        jobs = []
        for problem, group, loss in (("p", "easy", 1.0), ("q", "hard", 4.0)):
            jobs += [job("random", 1, [[1, 2.0]], problem, groups=(group, "all")),
                     job("other", 1, [[1, loss]], problem, groups=(group, "all"))]
        found = ranking.evaluate(jobs, 10)["by_group"]
        self.assertEqual(list(found), ["easy", "hard", "all"])
        self.assertEqual(found["easy"]["other"], {"mean_rank": 1, "normalised_regret": 0.5})
        self.assertEqual(found["hard"]["other"], {"mean_rank": 2, "normalised_regret": 2})
        self.assertEqual(found["all"]["other"], {"mean_rank": 1.5, "normalised_regret": 1.25})

    def test_nothing_that_all_have_finished_is_an_empty_table(self):
        jobs = [job("random", 1, [[1, 5.0]]), job("good", 2, [[1, 3.0]])]
        found = {"suite": "s", "tables": [ranking.evaluate(jobs, 10)]}
        self.assertEqual(printing.tables(found)[0].rows, [])

    def test_holm_steps_down(self):
        corrected = ranking.holm({"a": 0.01, "b": 0.04, "c": 0.03})
        self.assertEqual(corrected, {"a": 0.03, "c": 0.06, "b": 0.06})


class NasTest(unittest.TestCase):
    def test_regret_is_in_points_and_tested_against_random_search(self):
        jobs = []
        for seed in range(1, 7):
            jobs += [job("random", seed, [[1, 2.0], [4, 1.0]]),
                     job("good", seed, [[1, 0.5], [4, 0.0 if seed > 3 else 0.1 * seed]])]
        jobs.append(job("random", 7, [[1, 9.0]]))  # a seed that the other lacks
        found = nas.evaluate(jobs, (2, 4))
        self.assertEqual(found["runs"], 6)
        self.assertEqual(found["optimizers"]["random"]["regret"], [2.0, 1.0])
        self.assertEqual(found["optimizers"]["good"]["regret"][0], 0.5)
        self.assertAlmostEqual(found["optimizers"]["good"]["regret"][1], 0.1)
        self.assertEqual(found["optimizers"]["good"]["found_best"], 0.5)
        # Six wins of six: one in 2^6.
        self.assertAlmostEqual(found["optimizers"]["good"]["p_better_than_random"], 1 / 64)
        self.assertIsNone(found["optimizers"]["random"]["p_better_than_random"])
        shown = printing.markdown({"table": "t", "optimum": -91.0, "search": found,
                                   "milliseconds_per_suggestion": {"random": 1, "good": 2}})
        self.assertLess(shown.index("| good"), shown.index("| random"))
        self.assertIn("91.00", shown)


class TargetsTest(unittest.TestCase):
    def test_targets_span_ten_decades(self):
        self.assertEqual(len(targets.TARGETS), 51)
        self.assertEqual(targets.TARGETS[0], 100)
        self.assertAlmostEqual(targets.TARGETS[-1], 1e-8)

    def test_share_solved(self):
        jobs = [job("a", 1, [[1, 1e3], [5, 1.0]], dimension=2, function=1),
                job("a", 2, [[1, 0.0]], dimension=2, function=15)]
        found = targets.evaluate(jobs)["a"]
        # 1.0 is met at 10^2 .. 10^0: 11 of 51.
        self.assertAlmostEqual(found["unimodal"], 11 / 51)
        self.assertEqual(found["multimodal"], 1)
        self.assertAlmostEqual(found["curve"][1], 0.5)  # after two evaluations


class TablesTest(unittest.TestCase):
    def test_columns_are_told_apart(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            path = folder / "small.csv.gz"
            text = "rate,unit,accuracy_seed0,accuracy_seed1\n1e-2,relu,1,2\n1e-3,tanh,3,5\n"
            text += "1e-2,tanh,7\n1e-3,relu\n"  # repetitions left out
            path.write_bytes(gzip.compress(text.encode()))
            problem = tables.problem(path, None, folder)
            self.assertEqual(problem.name, "small")
            self.assertEqual(
                problem.description["parameters"],
                [{"name": "rate", "type": "discrete", "values": ["1e-3", "1e-2"]},
                 {"name": "unit", "type": "categorical", "values": ["relu", "tanh"]}],
            )
            # Accuracy is maximised by its name: the loss is the negated mean.
            written = pathlib.Path(problem.description["file"]).read_text(encoding="utf-8")
            self.assertEqual(written, "1e-2,relu,-1.5\n1e-3,tanh,-4.0\n1e-2,tanh,-7.0\n")


class CurvesTest(unittest.TestCase):
    def test_a_target_that_half_of_the_runs_miss_has_no_median_time(self):
        jobs = [job("a", 1, [[0.5, 9.0], [2.0, 1.0]]), job("a", 2, [[0.5, 9.0]])]
        found = curves.evaluate(jobs, {"easy": 9.0, "hard": 1.0})["a"]
        self.assertEqual(found["easy"], {"met": 1, "median_time": 0.5})
        self.assertEqual(found["hard"], {"met": 0.5, "median_time": None})


class SuitesTest(unittest.TestCase):
    def test_lists_of_numbers_may_hold_ranges(self):
        self.assertEqual(suites.numbers("2"), (2,))
        self.assertEqual(suites.numbers("1,8-10,5"), (1, 8, 9, 10, 5))


class PeerTest(unittest.TestCase):
    def test_a_peer_that_refuses_is_left_out(self):
        with tempfile.TemporaryDirectory() as name:
            program = pathlib.Path(name) / "peer.py"
            program.write_text("print('{\"version\": \"7\"}')")
            refusing = pathlib.Path(name) / "refusing.py"
            refusing.write_text("print('{\"error\": \"no\"}')")
            found = optimizers.external(
                [f"good={sys.executable} {program}", f"bad={sys.executable} {refusing}"]
            )
        self.assertEqual([one.name for one in found], ["good"])
        self.assertEqual(found[0].version, f"7 {sys.executable} {program}")


class PageTest(unittest.TestCase):
    def test_every_kind_of_result_becomes_a_table(self):
        ranked = [job(name, seed, [[1, loss]], groups=("easy",), dimension=2, function=1)
                  for seed in (1, 2) for name, loss in (("random", 2.0), ("good", 1.0))]
        times = curves.evaluate(ranked, {"easy": 1.0})
        milliseconds = ranking.milliseconds_per_suggestion(ranked)
        results = {
            "bbob": {"tables": [ranking.evaluate(ranked, 10)]},
            "targets": {"solved": targets.evaluate(ranked)},
            "curves": {"time_to_target": times, "targets": {"easy": 1.0}, "workers": 4},
            "speed": {"rows": [
                {"what": "tpe", "unit": "ms/trial", "ours": 0.1, "aim": 0.2},
                {"what": "nsga2", "error": "unknown algorithm name nsga2"},
            ]},
        }
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for suite, found in results.items():
                found["milliseconds_per_suggestion"] = milliseconds
                report.write(folder, report.describe(suite, "quick", "--seeds 2", 2) | found)
            labelled = report.describe("bbob", "full", "", 20, "far")
            report.write(folder, labelled | results["bbob"])
            self.assertTrue((folder / "samplers-bbob-far.json").exists())
            page.write(folder, folder / "page.md")
            text = (folder / "page.md").read_text(encoding="utf-8")
        for line in ("## bbob\n", "## bbob, far\n",
                     "| good | 1.00 | 0.500 |", "| good | 1.0 / 0.50 |", "| random | - (0.00) |",
                     "| tpe | 0.1 | ms/trial | 0.2 | yes |", "quick selection (--seeds 2), 2 seeds"):
            self.assertIn(line, text)


if __name__ == "__main__":
    unittest.main()
