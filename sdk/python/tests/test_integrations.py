"""scikit-learn, PyTorch, XGBoost, pandas and matplotlib."""

from __future__ import annotations

import matplotlib
import numpy
import pytest
import sklearn.base
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from sklearn.utils._testing import ignore_warnings
from sklearn.utils.estimator_checks import parametrize_with_checks

import qalam
from qalam import search
from qalam.sklearn import QalamSearchCV

matplotlib.use("Agg")


class TestSearchCV:
    @parametrize_with_checks(
        [
            QalamSearchCV(Ridge(), {"alpha": search.log(0.1, 1)}, n_iter=2, cv=2, random_state=0),
            QalamSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, n_iter=2, cv=2, random_state=0),
            QalamSearchCV(
                make_pipeline(PCA(), Ridge()),
                {"ridge__alpha": [0.1, 1.0]},
                n_iter=2,
                cv=2,
                random_state=0,
                error_score="raise",
            ),
        ]
    )
    def test_scikit_learns_own_checks(self, estimator, check):
        with ignore_warnings():
            check(estimator)

    def test_it_finds_the_better_and_learns(self, client):
        X, y = load_iris(return_X_y=True)
        model = QalamSearchCV(
            SVC(),
            {
                "C": search.log(1e-3, 1e3),
                "kernel": ["linear", "rbf"],
                "gamma": search.log(1e-4, 10).when("kernel", "rbf"),
            },
            n_iter=12,
            random_state=1,
            client=client,
        ).fit(X, y)
        assert model.best_score_ > 0.95
        assert len(model.cv_results_["params"]) == 12
        assert model.predict(X[:3]).shape == (3,)
        for params in model.cv_results_["params"]:
            assert ("gamma" in params) == (params["kernel"] == "rbf")
        with pytest.raises(qalam.NotFoundError):
            client.get_experiment(model.experiment_name_)

    def test_the_same_state_does_the_same(self, client):
        X, y = load_iris(return_X_y=True)

        def run():
            model = QalamSearchCV(
                LogisticRegression(max_iter=500),
                {"C": search.log(0.01, 10)},
                n_iter=5,
                random_state=3,
                client=client,
            )
            return sklearn.base.clone(model).fit(X, y).cv_results_["param_C"].tolist()

        assert run() == run()

    def test_a_finite_space_that_is_smaller_and_values_of_any_kind(self, client):
        X, y = load_iris(return_X_y=True)
        model = QalamSearchCV(
            make_pipeline(PCA(), SVC()),
            {"svc": [SVC(), LogisticRegression(max_iter=500)]},
            n_iter=10,
            algorithm="grid",
            client=client,
            n_jobs=1,
        ).fit(X, y)
        assert len(model.cv_results_["params"]) == 2

    def test_several_metrics_and_the_experiment_kept(self, client):
        X, y = load_iris(return_X_y=True)
        model = QalamSearchCV(
            LogisticRegression(max_iter=500),
            {"C": search.log(0.01, 10)},
            n_iter=4,
            batch_size=2,
            scoring=["accuracy", "f1_macro"],
            refit="f1_macro",
            client=client,
            keep_experiment=True,
        ).fit(X, y)
        experiment = client.get_experiment(model.experiment_name_)
        assert experiment.best_trial.value == pytest.approx(model.best_score_)
        assert experiment.state == "Succeeded"

    def test_candidates_that_fail(self, client):
        X, y = load_iris(return_X_y=True)
        model = QalamSearchCV(
            LogisticRegression(max_iter=500),
            {"C": [1.0, -1.0]},
            n_iter=2,
            batch_size=2,
            algorithm="grid",
            client=client,
            keep_experiment=True,
        )
        with pytest.warns(FitFailedWarning):
            model.fit(X, y)
        states = {t.state for t in client.get_experiment(model.experiment_name_).trials()}
        assert states == {"Succeeded", "Failed"} and model.best_params_ == {"C": 1.0}


class TestCallbacks:
    def test_torch_stops_when_it_should(self, client):
        import torch

        from qalam.torch import ReportCallback

        experiment = client.create_experiment(
            qalam.ExperimentSpec({"x": search.double(0, 1)}, "minimize loss", trials=3)
        )
        weight = torch.tensor([2.0], requires_grad=True)
        trial = experiment.ask(lease_seconds=1)
        callback = ReportCallback(trial, stop=False)
        assert callback.on_epoch_end(0, loss=(weight**2).sum(), note="first") is False
        experiment.stop()
        epoch = 1
        while not callback.on_epoch_end(epoch, loss=weight.sum()):
            epoch += 1
            assert epoch < 1_000_000
        with pytest.raises(qalam.StopTrial):
            ReportCallback(trial).on_epoch_end(epoch, loss=1.0)

    def test_xgboost_reports_each_evaluation_and_stops(self, client):
        import xgboost

        from qalam.xgboost import ReportCallback

        X, y = load_iris(return_X_y=True)
        data = xgboost.DMatrix(X, label=y)
        experiment = client.create_experiment(
            qalam.ExperimentSpec({"x": search.double(0, 1)}, "minimize test-rmse", trials=3)
        )

        def train(trial, rounds, every=1):
            return xgboost.train(
                {"nthread": 1},
                data,
                num_boost_round=rounds,
                evals=[(data, "test")],
                verbose_eval=False,
                callbacks=[ReportCallback(trial, every)],
            )

        trial = experiment.ask()
        train(trial, 10, every=5)
        told = trial.tell()
        points = experiment.metrics(told, "test-rmse")
        assert [point.step for point in points] == [0, 5]
        assert told.value == points[-1].value < points[0].value
        trial = experiment.ask(lease_seconds=1)
        experiment.stop()
        while not trial.should_stop():
            pass
        assert train(trial, 10).num_boosted_rounds() == 1


@pytest.fixture(scope="module")
def finished(client):
    """An experiment with every kind of parameter and end."""
    experiment = client.create_experiment(
        qalam.ExperimentSpec(
            {
                "x": search.log(1e-4, 1),
                "y": search.int(1, 5),
                "kind": search.categorical(["a", "b", None]),
                "depth": search.double(0, 1).when("kind", "a"),
            },
            ["minimize loss", "maximize speed"],
            algorithm="random",
            trials=30,
            seed=1,
        )
    )

    def function(trial):
        if trial.number == 3:
            raise ValueError("broken")
        for step in range(3):
            trial.report({"loss": trial.params["x"] + step, "speed": trial.params["y"]}, step)

    experiment.optimize(function, catch=ValueError)
    return experiment


def test_a_table(finished):
    frame = finished.to_dataframe()
    assert list(frame["number"]) == list(range(30))
    assert {"loss", "speed", "params_x", "params_kind", "metrics_loss", "started"} <= set(frame)
    assert frame.loc[3, "state"] == "Failed" and numpy.isnan(frame.loc[3, "loss"])
    assert frame["completed"].dt.tz is not None
    assert len(finished.to_dataframe(states=["Failed"])) == 1
    assert len(finished.to_dataframe(states=["Killed"])) == 0


class TestPlots:
    @pytest.mark.parametrize(
        "draw",
        [
            lambda experiment: experiment.plot_history(),
            lambda experiment: experiment.plot_curves(),
            lambda experiment: experiment.plot_curves("speed"),
            lambda experiment: experiment.plot_timeline(),
            lambda experiment: experiment.plot_slices()[0],
            lambda experiment: experiment.plot_contour("x", "y"),
            lambda experiment: experiment.plot_contour("x", "kind"),
            lambda experiment: experiment.plot_parallel(["x", "y", "kind"]),
            lambda experiment: experiment.plot_pareto(),
        ],
    )
    def test_each_is_drawn(self, finished, draw, tmp_path):
        ax = draw(finished)
        assert ax.collections or ax.lines or ax.patches
        path = tmp_path / "picture.png"
        ax.figure.savefig(path)
        assert path.stat().st_size > 5000
        matplotlib.pyplot.close("all")

    def test_the_history_is_the_experiments(self, finished):
        _, ax = matplotlib.pyplot.subplots()
        assert finished.plot_history(ax=ax) is ax
        values = [trial.value for trial in finished.trials() if trial.value is not None]
        drawn = ax.collections[0].get_offsets()[:, 1]
        assert sorted(drawn) == pytest.approx(sorted(values))
        assert ax.lines[0].get_ydata()[-1] == pytest.approx(min(values))
        matplotlib.pyplot.close("all")

    def test_what_cannot_be_drawn_is_said(self, client):
        empty = client.create_experiment(
            qalam.ExperimentSpec({"x": search.double(0, 1)}, "minimize loss")
        )
        for draw in (empty.plot_history, empty.plot_slices, empty.plot_parallel):
            with pytest.raises(ValueError, match="no trial with an objective"):
                draw()
        with pytest.raises(ValueError, match="no trial that was started"):
            empty.plot_timeline()
        with pytest.raises(ValueError, match="one objective"):
            empty.plot_pareto()
        matplotlib.pyplot.close("all")
