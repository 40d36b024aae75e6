"""The HTTP calls that MLflow's client (mlflow.store.tracking.rest_store.RestStore) makes when a
program sets an experiment, starts a run and logs: the same paths, fields and forms of numbers.
Debian has no package of MLflow."""

import json
import os
import sys
import time
import urllib.parse
import urllib.request

uri = os.environ["MLFLOW_TRACKING_URI"].rstrip("/")


def call(method, path, **fields):
    url = f"{uri}/api/2.0/mlflow/{path}"
    data = None
    if method == "GET":
        url += "?" + urllib.parse.urlencode(fields)
    else:
        data = json.dumps(fields).encode()
    headers = {"User-Agent": "mlflow-python-client/2.16.0", "Content-Type": "application/json"}
    if os.environ.get("MLFLOW_TRACKING_TOKEN"):
        headers["Authorization"] = "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


loss = float(sys.argv[1])
# mlflow.set_experiment("whatever the program calls it")
experiment = call("GET", "experiments/get-by-name", experiment_name="my own name")["experiment"]
assert experiment["lifecycle_stage"] == "active", experiment
assert experiment["experiment_id"] == os.environ["MLFLOW_EXPERIMENT_ID"]
# mlflow.start_run(), which takes up MLFLOW_RUN_ID
run_id = os.environ["MLFLOW_RUN_ID"]
run = call("GET", "runs/get", run_uuid=run_id, run_id=run_id)["run"]
assert run["info"]["experiment_id"] == experiment["experiment_id"]
assert run["info"]["status"] in ("RUNNING", "SCHEDULED"), run
call("POST", "runs/update", run_uuid=run_id, run_id=run_id, status="RUNNING")
# mlflow.log_param, set_tag, log_metric
call("POST", "runs/log-parameter", run_uuid=run_id, run_id=run_id, key="layers", value="3")
call("POST", "runs/set-tag", run_uuid=run_id, run_id=run_id, key="kind", value="a\nb")
for step in range(3):
    call("POST", "runs/log-metric", run_uuid=run_id, run_id=run_id, key="loss",
         value=loss + 2 - step, timestamp=int(time.time() * 1000), step=step)
# mlflow.log_metrics
call("POST", "runs/log-batch", run_id=run_id,
     metrics=[{"key": "accuracy/top 1", "value": 0.5, "timestamp": "1764324000123", "step": "7"},
              {"key": "grad", "value": "NaN", "timestamp": 1764324000123, "step": 7}],
     params=[{"key": "layers", "value": "3"}], tags=[])
history = call("GET", "metrics/get-history", run_id=run_id, metric_key="loss")["metrics"]
assert [metric["step"] for metric in history] == [0, 1, 2], history
run = call("GET", "runs/get", run_id=run_id)["run"]
assert {"key": "layers", "value": "3"} in run["data"]["params"], run
assert {"key": "kind", "value": "a\nb"} in run["data"]["tags"], run
assert any(param["key"] == "x" for param in run["data"]["params"]), run
# mlflow.end_run()
call("POST", "runs/update", run_uuid=run_id, run_id=run_id, status="FINISHED",
     end_time=int(time.time() * 1000), run_name=run["info"]["run_name"])
