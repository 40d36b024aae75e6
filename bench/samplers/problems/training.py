#!/usr/bin/python3
"""Real training as problems: models of scikit-learn and xgboost on scikit-learn's bundled data.

usage: training.py CACHE_FOLDER; speaks the evaluator's protocol of ../README.md.
       training.py --list

The loss is the mean over three fixed folds: log loss (forests, boosting, networks), error rate
(support vector machines), or squared error as a share of the variance (diabetes).
"""

import json
import pathlib
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import numpy  # noqa: E402
import sklearn  # noqa: E402
import xgboost  # noqa: E402
from sklearn import datasets, ensemble, metrics, model_selection  # noqa: E402
from sklearn import neural_network, pipeline, preprocessing, svm  # noqa: E402

from driver.cache import Cache  # noqa: E402

warnings.filterwarnings("ignore")

# What the losses depend on. Raise the number when a definition here changes.
IDENTITY = ["training", 1, sklearn.__version__, xgboost.__version__]

FOLDS = 3
# Large sets are thinned: a training must take tens of milliseconds, for there are many.
MOST_ROWS = 300
SEED = 0  # of the folds and of the models: the loss is a function of the parameters

LOADERS = {
    "digits": datasets.load_digits,
    "wine": datasets.load_wine,
    "breast-cancer": datasets.load_breast_cancer,
    "diabetes": datasets.load_diabetes,
}


def double(name, low, high, log=False):
    return {"name": name, "type": "double", "min": low, "max": high, "log": log}


def whole(name, low, high, log=False):
    return {"name": name, "type": "int", "min": low, "max": high, "log": log}


def category(name, *values):
    return {"name": name, "type": "categorical", "values": list(values)}


def forest(is_regression, p):
    kind = ensemble.RandomForestRegressor if is_regression else ensemble.RandomForestClassifier
    return kind(
        n_estimators=p["trees"],
        max_depth=p["depth"],
        max_features=p["features"],
        min_samples_leaf=p["leaf"],
        max_samples=p["samples"],
        random_state=SEED,
        n_jobs=1,
    )


def boosting(is_regression, p):
    kind = xgboost.XGBRegressor if is_regression else xgboost.XGBClassifier
    return kind(
        n_estimators=p["trees"],
        learning_rate=p["learning_rate"],
        max_depth=p["depth"],
        subsample=p["samples"],
        colsample_bytree=p["features"],
        reg_lambda=p["lambda"],
        min_child_weight=p["child_weight"],
        tree_method="hist",
        random_state=SEED,
        n_jobs=1,
        verbosity=0,
    )


def support_vectors(is_regression, p):
    kind = svm.SVR if is_regression else svm.SVC
    scaler = {
        "none": "passthrough",
        "standard": preprocessing.StandardScaler(),
        "range": preprocessing.MinMaxScaler(),
    }[p["scaling"]]
    # The cap keeps hopeless settings, which never converge, from stalling the suite.
    model = kind(
        C=p["C"], gamma=p["gamma"], kernel=p["kernel"], degree=p["degree"], max_iter=20000
    )
    return pipeline.make_pipeline(scaler, model)


def network(is_regression, p):
    kind = neural_network.MLPRegressor if is_regression else neural_network.MLPClassifier
    model = kind(
        hidden_layer_sizes=[p["width"]] * p["layers"],
        activation=p["activation"],
        alpha=p["decay"],
        learning_rate_init=p["learning_rate"],
        batch_size=int(p["batch"]),
        max_iter=10,
        random_state=SEED,
    )
    return pipeline.make_pipeline(preprocessing.StandardScaler(), model)


MODELS = {
    "forest": (
        forest,
        [
            whole("trees", 3, 30, log=True),
            whole("depth", 1, 16, log=True),
            double("features", 0.05, 1),
            whole("leaf", 1, 30, log=True),
            double("samples", 0.1, 1),
        ],
    ),
    "boosting": (
        boosting,
        [
            whole("trees", 2, 60, log=True),
            double("learning_rate", 0.01, 1, log=True),
            whole("depth", 1, 8),
            double("samples", 0.2, 1),
            double("features", 0.2, 1),
            double("lambda", 1e-3, 1e2, log=True),
            double("child_weight", 0.1, 20, log=True),
        ],
    ),
    "svm": (
        support_vectors,
        [
            double("C", 1e-3, 1e3, log=True),
            double("gamma", 1e-5, 10, log=True),
            category("kernel", "rbf", "poly", "sigmoid"),
            whole("degree", 2, 5),
            category("scaling", "none", "standard", "range"),
        ],
    ),
    "network": (
        network,
        [
            whole("width", 4, 64, log=True),
            whole("layers", 1, 3),
            category("activation", "relu", "tanh", "logistic"),
            double("decay", 1e-6, 1, log=True),
            double("learning_rate", 1e-4, 1, log=True),
            {"name": "batch", "type": "discrete", "values": ["16", "32", "64", "128"]},
        ],
    ),
}

PROBLEMS = [
    "forest-wine",
    "forest-breast-cancer",
    "forest-diabetes",
    "boosting-wine",
    "boosting-breast-cancer",
    "boosting-diabetes",
    "svm-digits",
    "svm-breast-cancer",
    "svm-diabetes",
    "network-digits",
    "network-wine",
    "network-diabetes",
]


class Problem:
    def __init__(self, name):
        model, data = name.split("-", 1)
        self.name = name
        self._make, self.parameters = MODELS[model]
        self._regression = data == "diabetes"
        self._log_loss = not self._regression and model != "svm"
        inputs, outputs = LOADERS[data](return_X_y=True)
        if len(inputs) > MOST_ROWS:
            rows = numpy.random.RandomState(SEED).permutation(len(inputs))[:MOST_ROWS]
            inputs, outputs = inputs[rows], outputs[rows]
        if self._regression:
            outputs = (outputs - outputs.mean()) / outputs.std()
        self._inputs, self._outputs = inputs, outputs
        folds = model_selection.KFold if self._regression else model_selection.StratifiedKFold
        self._splits = list(
            folds(FOLDS, shuffle=True, random_state=SEED).split(inputs, outputs)
        )

    def loss(self, parameters):
        total = 0.0
        for train, test in self._splits:
            model = self._make(self._regression, parameters)
            model.fit(self._inputs[train], self._outputs[train])
            total += self._score(model, self._inputs[test], self._outputs[test])
        return total / FOLDS

    def _score(self, model, inputs, outputs):
        if self._regression:
            return metrics.mean_squared_error(outputs, model.predict(inputs))
        if not self._log_loss:
            return 1 - model.score(inputs, outputs)
        labels = numpy.unique(self._outputs)
        return metrics.log_loss(outputs, model.predict_proba(inputs), labels=labels)


class Evaluator:
    def __init__(self, folder):
        self._cache = Cache(pathlib.Path(folder))
        self._problems = {}

    def problem(self, name):
        if name not in self._problems:
            self._problems[name] = Problem(name)
        return self._problems[name]

    def loss(self, problem, parameters):
        key = json.dumps([IDENTITY, problem.name, parameters], sort_keys=True)
        known = self._cache.get(key)
        if known is None:
            try:
                loss = float(problem.loss(parameters))
            except ValueError:  # diverged: the loss is not finite
                loss = float("nan")
            known = {"loss": loss if numpy.isfinite(loss) else None}
            self._cache.put(key, known)
        return known


def main():
    if sys.argv[1] == "--list":
        print(json.dumps({"problems": PROBLEMS, "identity": IDENTITY}))
        return
    evaluator = Evaluator(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        problem = evaluator.problem(request["problem"])
        if request["op"] == "describe":
            answer = {"parameters": problem.parameters}
        else:
            answer = evaluator.loss(problem, request["parameters"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
