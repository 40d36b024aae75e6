"""A script for Katib's SDK. Only its first import is another: it was `import kubeflow.katib as katib`."""

import qalam.katib as katib


def objective(parameters):
    # What a function needs, it imports: it runs elsewhere.
    import math

    lr, layers = float(parameters["lr"]), int(parameters["num-layers"])
    accuracy = 0.99 - (math.log10(lr) + 2) ** 2 / 20 - abs(layers - 3) / 50
    print(f"accuracy={accuracy:.4f}")


def main():
    name = "katib-style"
    client = katib.KatibClient(namespace="kubeflow")
    client.tune(
        name=name,
        objective=objective,
        parameters={
            "lr": katib.search.double(min=0.001, max=0.1),
            "num-layers": katib.search.int(min=1, max=5),
        },
        objective_metric_name="accuracy",
        objective_type="maximize",
        algorithm_name="tpe",
        max_trial_count=10,
        parallel_trial_count=2,
        resources_per_trial={"cpu": "1"},
    )
    client.wait_for_experiment_condition(name=name)
    print("succeeded:", client.is_experiment_succeeded(name))
    best = client.get_optimal_hyperparameters(name)
    print({one.name: one.value for one in best.parameter_assignments})
    print(f"best accuracy {best.observation.metrics[0].max}")
    print(f"{len(client.get_success_trial_details(name))} trials succeeded")


if __name__ == "__main__":
    main()
