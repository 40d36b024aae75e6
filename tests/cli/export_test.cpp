// `qalam export`, read back by the tools that it is for.

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/run_program.h"
#include "tests/support/qalam_shell.h"

namespace qalam {

namespace {

// Every kind of parameter, and trials of every end; ten points each.
constexpr char kDocument[] = R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: exported}
spec:
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: random}
  maxTrialCount: 4
  parallelTrialCount: 1
  maxFailedTrialCount: 3
  parameters:
    - {name: lr, parameterType: double, feasibleSpace: {min: "0.0001", max: "1", distribution: logUniform}}
    - {name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}
    - {name: layers, parameterType: int, feasibleSpace: {min: "1", max: "10", step: "3"}}
    - {name: batch, parameterType: discrete, feasibleSpace: {list: ["16", "32.5"]}}
    - {name: kind, parameterType: categorical, feasibleSpace: {list: ["a, b", "c\"d"]}}
  trialTemplate:
    trialParameters: [{name: x, reference: x}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {containers: [{name: main, command: [sh, -c, '
        echo loss=2; echo acc=nan; echo loss=$0; case $QALAM_TRIAL_UID in *-2) exit 3;; esac', '${trialParameters.x}']}]}}}
)";

void RunExported(Shell& shell) {
  const std::string path = shell.File("exported.yaml");
  REQUIRE(WriteFileAtomically(path, kDocument, false).ok());
  const auto run = shell.Run({"run", path});
  INFO(run.text);
  REQUIRE(run.status == 0);
}

ProgramOutcome Python(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"/usr/bin/python3", "-W", "ignore", "-c", program};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const auto outcome = RunProgram({.arguments = all,
                                   .environment = {"PATH=/usr/bin:/bin", "HOME=/nonexistent"},
                                   .longest = absl::Seconds(120)});
  INFO((outcome.ok() ? outcome->errors : Message(outcome.status())));
  REQUIRE(outcome.ok());
  INFO(outcome->output);
  REQUIRE(outcome->exit_code == 0);
  return *outcome;
}

}  // namespace

TEST_CASE("export --to optuna writes a study that Optuna reads back the same", "[export]") {
  Shell shell;
  RunExported(shell);
  const auto exported = shell.Run({"export", "exported", "--to", "optuna", shell.File("study.db")});
  INFO(exported.text);
  REQUIRE(exported.status == 0);
  REQUIRE(shell.Run({"export", "exported", "--to", "json", shell.File("all.json")}).status == 0);
  Python(R"py(
import json, math, sys
import optuna
optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.load_study(study_name="exported", storage="sqlite:///" + sys.argv[1])
ours = json.load(open(sys.argv[2]))["trials"]
theirs = study.trials
assert [t.number for t in theirs] == [t["number"] for t in ours] == [0, 1, 2, 3]
assert study.direction == optuna.study.StudyDirection.MINIMIZE
D = optuna.distributions
for a, b in zip(theirs, ours):
    values = {p["name"]: p["value"] for p in b["parameters"]}
    assert set(a.params) == set(values), (a.params, values)
    assert a.params["kind"] == values["kind"]
    assert a.params["layers"] == int(values["layers"]) and type(a.params["layers"]) is int
    for name in ("lr", "x", "batch"):
        assert a.params[name] == float(values[name]), name
    assert a.distributions["lr"] == D.FloatDistribution(0.0001, 1, log=True)
    assert a.distributions["x"] == D.FloatDistribution(0, 1)
    assert a.distributions["layers"] == D.IntDistribution(1, 10, step=3)
    assert a.distributions["batch"] == D.CategoricalDistribution([16.0, 32.5])
    assert a.distributions["kind"] == D.CategoricalDistribution(["a, b", 'c"d'])
    assert a.user_attrs["qalam:name"] == b["name"]
    failed = b["number"] == 2
    assert a.state.name == ("FAIL" if failed else "COMPLETE"), a.state
    assert b["state"] == ("Failed" if failed else "Succeeded")
    points = [p["value"] for p in b["points"] if p["metric"] == "loss"]
    assert a.intermediate_values == dict(enumerate(points)) and len(points) == 2, points
    if not failed:
        assert a.value == b["objectiveValue"] == min(points)
        assert a.datetime_complete >= a.datetime_start
best = min((t for t in ours if t["state"] == "Succeeded"), key=lambda t: t["objectiveValue"])
assert study.best_trial.number == best["number"]
# It can be gone on with.
trial = study.ask()
study.tell(trial, 0.5)
assert len(optuna.load_study(study_name="exported", storage="sqlite:///" + sys.argv[1]).trials) == 5
)py",
         {shell.File("study.db"), shell.File("all.json")});
  // Nothing is written over.
  const auto again = shell.Run({"export", "exported", "--to", "optuna", shell.File("study.db")});
  CHECK(again.status == 1);
  CHECK(Has(again.text, "exists"));
}

TEST_CASE("export --to csv and mlflow-dir write what the formats want", "[export]") {
  Shell shell;
  RunExported(shell);
  REQUIRE(shell.Run({"export", "exported", "--to", "csv", shell.File("t.csv")}).status == 0);
  REQUIRE(shell.Run({"export", "exported", "--to", "mlflow-dir", shell.File("mlruns")}).status ==
          0);
  Python(R"py(
import csv, glob, os, sys, yaml
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
assert [row["number"] for row in rows] == ["0", "1", "2", "3"]
assert {row["parameter.kind"] for row in rows} <= {"a, b", 'c"d'}
assert rows[2]["state"] == "Failed" and rows[2]["objective.loss"] == ""
assert float(rows[0]["objective.loss"]) == float(rows[0]["parameter.x"])
# The fields that MLflow's FileStore reads, and the forms it wants of them.
(folder,) = [f for f in glob.glob(sys.argv[2] + "/*") if os.path.isdir(f)]
experiment = yaml.safe_load(open(folder + "/meta.yaml"))
assert experiment["experiment_id"] == os.path.basename(folder) and experiment["name"] == "exported"
assert set(experiment) == {"artifact_location", "creation_time", "experiment_id",
                           "last_update_time", "lifecycle_stage", "name"}
runs = [f for f in sorted(glob.glob(folder + "/*")) if os.path.isdir(f) and
        os.path.basename(f) != "tags"]
assert len(runs) == 4
for run in runs:
    meta = yaml.safe_load(open(run + "/meta.yaml"))
    number = int(meta["run_id"].rsplit("-", 1)[1])
    assert meta["run_id"] == meta["run_uuid"] == os.path.basename(run)
    assert meta["experiment_id"] == experiment["experiment_id"]
    assert meta["status"] == (4 if number == 2 else 3) and meta["lifecycle_stage"] == "active"
    assert isinstance(meta["start_time"], int) and meta["end_time"] >= meta["start_time"]
    assert os.path.isdir(run + "/artifacts")
    lines = [line.split(" ") for line in open(run + "/metrics/loss")]
    assert len(lines) == 2 and all(len(line) == 3 for line in lines), lines
    assert int(lines[0][0]) > 1.7e12 and float(lines[0][1]) == 2
    assert open(run + "/params/kind").read() == rows[number]["parameter.kind"]
    assert open(run + "/tags/mlflow.runName").read() == rows[number]["name"]
)py",
         {shell.File("t.csv"), shell.File("mlruns")});
  // Where it is, whatever folder it was named from.
  const std::string folder = shell.File("here & there");
  REQUIRE(MakeDirectories(folder).ok());
  ChildProcess relative(
      {"/bin/sh", "-c", R"(cd "$0" && exec "$1" export exported --to mlflow-dir ./mlruns)", folder,
       QALAM_BIN "/qalam"},
      {{"XDG_DATA_HOME", shell.path()}});
  REQUIRE(relative.Wait() == 0);
  Python(R"py(
import glob, os, sys, urllib.parse, urllib.request, yaml
def path_of(uri):
    # As MLflow's local_file_uri_to_path.
    parts = urllib.parse.urlparse(uri)
    assert parts.scheme == "file" and parts.netloc == "", uri
    return urllib.request.url2pathname(parts.path)
(experiment,) = glob.glob(sys.argv[1] + "/mlruns/*/meta.yaml")
assert path_of(yaml.safe_load(open(experiment))["artifact_location"]) == os.path.dirname(experiment)
runs = glob.glob(sys.argv[1] + "/mlruns/*/*/meta.yaml")
assert len(runs) == 4
for run in runs:
    assert path_of(yaml.safe_load(open(run))["artifact_uri"]) == os.path.dirname(run) + "/artifacts"
)py",
         {folder});
  const auto odd = shell.Run({"export", "exported", "--to", "xlsx", shell.File("t.xlsx")});
  CHECK(odd.status == 1);
  CHECK(Has(odd.text, "csv, json, mlflow-dir, optuna"));
}

}  // namespace qalam
