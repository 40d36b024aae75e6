"""The quickest way: a function, where to look, and how often to try."""

import qalam
from qalam import search


# The function gets its parameters by name and returns what it is worth.
def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def main():
    # Everything runs in this process, with a server that ends with it.
    best = qalam.optimize(
        rosenbrock,
        {"x": search.double(-2, 2), "y": search.double(-1, 3)},
        "minimize loss",
        trials=60,
        seed=1,
    )
    print(f"best loss {best.value:.4f} at x={best.params['x']:.3f}, y={best.params['y']:.3f}")
    # The same again, finding out which of three shapes is least at 1.
    best = qalam.optimize(
        lambda shape, x: {"square": x * x, "line": x, "root": x**0.5}[shape],
        {"shape": search.categorical(["square", "line", "root"]), "x": search.double(0.1, 1)},
        "minimize value",
        trials=30,
        seed=1,
    )
    print(f"best shape {best.params['shape']}")


if __name__ == "__main__":
    main()
