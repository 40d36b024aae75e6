"""A search over a scikit-learn pipeline, used like scikit-learn's own."""

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from qalam import search
from qalam.sklearn import QalamSearchCV


def main():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X[:600], y[:600], random_state=0)
    model = QalamSearchCV(
        make_pipeline(StandardScaler(), SVC()),
        {
            "svc__C": search.log(0.01, 1000),
            "svc__kernel": ["linear", "rbf"],
            # Of the rbf kernel alone.
            "svc__gamma": search.log(1e-5, 1).when("svc__kernel", "rbf"),
        },
        n_iter=15,
        cv=3,
        random_state=0,
    )
    model.fit(X_train, y_train)
    print(f"cross-validated {model.best_score_:.3f} with {model.best_params_}")
    print(f"on unseen digits {model.score(X_test, y_test):.3f}")


if __name__ == "__main__":
    main()
