// Experiments that come by kubectl, with trials on this machine.
#include <catch2/catch.hpp>

#include "api/grpc_status.h"
#include "tests/support/kubernetes_cluster.h"
#include "tests/support/served_database.h"

namespace qalam {
namespace {

using Json = KubernetesCluster::Json;

// A namespace of its own that a server follows.
class WayIn {
 public:
  explicit WayIn(const KubernetesCluster& cluster = KubernetesCluster::Shared(),
                 const std::vector<std::string>& more = {})
      : cluster_(cluster), space_(cluster.NewNamespace()), served_(Flags(more)) {
    const auto applied = cluster.Kubectl({"apply", "-f", QALAM_SOURCE "/deploy/crds"});
    INFO(applied.text);
    REQUIRE(applied.status == 0);
    for (const char* name : {"experiments.kubeflow.org", "trials.kubeflow.org"}) {
      REQUIRE(cluster.Kubectl({"wait", "--for=condition=Established", "crd", name}).status == 0);
    }
    Start();
  }

  void Start() { stub_ = served_.Start(); }
  void Kill() { served_.Kill(); }
  ServedDatabase& served() { return served_; }
  const std::string& space() const { return space_; }

  // An experiment whose trials run `script` by sh, with the parameter as $0.
  std::string Document(const std::string& name, const std::string& script, int trials,
                       const std::string& more = "") const {
    return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  parallelTrialCount: {}
  maxTrialCount: {}
{}  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [sh, -c, '{}', '${{trialParameters.x}}']}}]}}}}}}
)",
                       name, std::min(trials, 2), trials, more, script);
  }
  void Apply(const std::string& document) const {
    const auto applied = cluster_.Apply(space_, document);
    INFO(applied.text);
    REQUIRE(applied.status == 0);
  }
  CommandOutcome Kubectl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"-n", space_});
    return cluster_.Kubectl(std::move(arguments));
  }
  Json Await(const std::string& name, const std::function<bool(const Json&)>& holds) const {
    return cluster_.Await(space_, "experiment", name, holds);
  }
  // The object once it has this condition, and it is the last one.
  Json AwaitLast(const std::string& name, const std::string& type) const {
    return Await(name, [&](const Json& object) { return Last(object).value("type", "") == type; });
  }
  static Json Last(const Json& object) {
    if (object.is_null() || !object.contains("status")) return Json::object();
    const Json conditions = object["status"].value("conditions", Json::array());
    return conditions.empty() ? Json::object() : conditions.back();
  }
  // NOT_FOUND once the server has it no more.
  StatusOr<v1::Experiment> Experiment(const std::string& name) {
    grpc::ClientContext context;
    v1::GetExperimentRequest request;
    request.mutable_experiment()->set_namespace_(space_);
    request.mutable_experiment()->set_name(name);
    v1::Experiment experiment;
    RETURN_IF_ERROR(FromGrpc(stub_->GetExperiment(&context, request, &experiment)));
    return experiment;
  }

 private:
  std::vector<std::string> Flags(const std::vector<std::string>& more) const {
    std::vector<std::string> flags = {"--listen",     "127.0.0.1:0",        "--http",
                                      "none",         "--watch-namespace",  space_,
                                      "--kubeconfig", cluster_.kubeconfig()};
    flags.insert(flags.end(), more.begin(), more.end());
    return flags;
  }

  const KubernetesCluster& cluster_;
  const std::string space_;
  ServedDatabase served_;
  std::unique_ptr<v1::ExperimentService::Stub> stub_;
};

std::vector<std::string> Types(const Json& object) {
  std::vector<std::string> types;
  for (const auto& condition : object["status"]["conditions"]) {
    types.push_back(condition["type"].get<std::string>() + "=" +
                    condition["status"].get<std::string>());
  }
  return types;
}

// A script that goes on once the file is there; it does not outlive a killed test by long.
std::string WaitFor(const std::string& file) {
  return "for i in $(seq 2000); do test -e " + file + " && break; sleep 0.05; done";
}

int CountProcessesOf(const std::string& mark) {
  return std::stoi(RunCommand({"pgrep", "-c", "-f", mark}).text);
}

}  // namespace

TEST_CASE("The digits example runs by kubectl apply", "[kubernetes]") {
  WayIn way;
  const auto applied = way.Kubectl({"apply", "-f", QALAM_SOURCE "/examples/digits/tpe.yaml"});
  INFO(applied.text);
  REQUIRE(applied.status == 0);
  const Json object = way.AwaitLast("digits-tpe", "Succeeded");
  CHECK(Types(object) ==
        std::vector<std::string>{"Created=True", "Running=False", "Succeeded=True"});
  CHECK(WayIn::Last(object)["reason"] == "ExperimentMaxTrialsReached");
  const Json& status = object["status"];
  CHECK(status["trials"] == 30);
  CHECK(status["trialsSucceeded"] == 30);
  CHECK(status["succeededTrialList"].size() == 30);
  CHECK_FALSE(status.contains("runningTrialList"));
  CHECK_FALSE(status.contains("trialsRunning"));
  const auto experiment = way.Experiment("digits-tpe");
  REQUIRE(experiment.ok());
  const auto& best = experiment->best_trial();
  CHECK(status["currentOptimalTrial"]["bestTrialName"] == best.name());
  REQUIRE(status["currentOptimalTrial"]["parameterAssignments"].size() == 6);
  CHECK(status["currentOptimalTrial"]["parameterAssignments"][0]["name"] == "learning-rate");
  CHECK(status["currentOptimalTrial"]["parameterAssignments"][0]["value"] ==
        best.parameters(0).value());
  bool has_objective = false;
  for (const auto& metric : status["currentOptimalTrial"]["observation"]["metrics"]) {
    if (metric["name"] != "validation-accuracy") continue;
    has_objective = true;
    CHECK(std::stod(metric["max"].get<std::string>()) == best.objective_value());
  }
  CHECK(has_objective);
  const Json trials = Json::parse(
      way.Kubectl({"get", "trials", "-l", "katib.kubeflow.org/experiment=digits-tpe", "-o", "json"})
          .text);
  REQUIRE(trials["items"].size() == 30);
  for (const auto& trial : trials["items"]) {
    CHECK(WayIn::Last(trial)["type"] == "Succeeded");
    CHECK(trial["spec"]["parameterAssignments"].size() == 6);
    CHECK(trial["metadata"]["ownerReferences"][0]["uid"] == object["metadata"]["uid"]);
  }
  const auto table = way.Kubectl({"get", "trials", best.name()});
  CHECK(table.text.find("TYPE") != std::string::npos);
  CHECK(table.text.find("Succeeded   True") != std::string::npos);
}

TEST_CASE("A bad object says all that is wrong, and begins once it is mended", "[kubernetes]") {
  WayIn way;
  std::string document = way.Document("mended", "echo loss=$0", 2);
  const auto replace = [&document](const std::string& from, const std::string& to) {
    document.replace(document.find(from), from.size(), to);
  };
  replace("random", "rondom");
  replace("max: \"1\"", "max: \"-1\"");
  replace("  parallelTrialCount: 2", "  paralelTrialCount: 2");
  way.Apply(document);
  const Json bad = way.AwaitLast("mended", "Failed");
  CHECK(WayIn::Last(bad)["reason"] == "InvalidExperiment");
  const std::string message = WayIn::Last(bad)["message"];
  CAPTURE(message);
  CHECK(message.find("rondom") != std::string::npos);
  CHECK(message.find("paralelTrialCount") != std::string::npos);
  CHECK(message.find("spec.parameters[0].feasibleSpace") != std::string::npos);
  CHECK_FALSE(bad["metadata"].contains("finalizers"));
  way.Apply(way.Document("mended", "echo loss=$0", 2));
  const Json good = way.AwaitLast("mended", "Succeeded");
  CHECK(Types(good) == std::vector<std::string>{"Created=True", "Running=False", "Succeeded=True"});
}

TEST_CASE("Deleting an object stops its trials and removes the experiment", "[kubernetes]") {
  WayIn way;
  const std::string mark = "qalam-deleted-" + way.space();
  const std::string document = way.Document("gone", "sleep 1000; : " + mark, 4);
  way.Apply(document);
  way.Await("gone", [](const Json& object) {
    return !object.is_null() &&
           object.value("status", Json::object()).value("trialsRunning", 0) == 2;
  });
  CHECK(CountProcessesOf(mark) > 0);
  const auto first = way.Experiment("gone");
  REQUIRE(first.ok());
  const auto deleted = way.Kubectl({"delete", "experiment", "gone"});
  INFO(deleted.text);
  REQUIRE(deleted.status == 0);
  CHECK(way.Experiment("gone").status().code() == StatusCode::kNotFound);
  CHECK(CountProcessesOf(mark) == 0);
  // Their owner is gone.
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (way.Kubectl({"get", "trials", "-o", "name"}).text.find("trial") != std::string::npos) {
    REQUIRE(absl::Now() < deadline);
  }
  // The same name again is another experiment.
  way.Apply(way.Document("gone", "echo loss=$0", 1));
  way.AwaitLast("gone", "Succeeded");
  const auto second = way.Experiment("gone");
  REQUIRE(second.ok());
  CHECK(second->uid() != first->uid());
}

TEST_CASE("What a trial is in the cluster belongs to its experiment, and goes with it",
          "[kubernetes]") {
  WayIn way(KubernetesCluster::Shared(), {"--operator", "kubernetes", "--collector-image", "none"});
  std::string document = way.Document("owner", "echo loss=$0", 2);
  const auto replace = [&document](const std::string& from, const std::string& to) {
    document.replace(document.find(from), from.size(), to);
  };
  replace("trialTemplate:\n", "trialTemplate:\n    retain: true\n");
  replace("containers: [{name: main,",
          "restartPolicy: Never, containers: [{name: main, image: none,");
  way.Apply(document);
  const Json object = way.AwaitLast("owner", "Succeeded");
  const auto jobs = Json::parse(way.Kubectl({"get", "jobs", "-o", "json"}).text)["items"];
  REQUIRE(jobs.size() == 2);
  for (const auto& job : jobs) {
    CHECK(job["metadata"]["ownerReferences"][0]["uid"] == object["metadata"]["uid"]);
    CHECK(job["metadata"]["ownerReferences"][0]["kind"] == "Experiment");
  }
  REQUIRE(way.Kubectl({"delete", "experiment", "owner"}).status == 0);
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (way.Kubectl({"get", "jobs", "-o", "name"}).text.find("job") != std::string::npos) {
    REQUIRE(absl::Now() < deadline);
  }
}

TEST_CASE("Counts are changed in the object, and nothing else", "[kubernetes]") {
  WayIn way;
  const std::string go = way.served().File("go");
  const std::string script = WaitFor(go) + "; echo loss=$0";
  way.Apply(way.Document("edited", script, 2));
  way.Await("edited", [](const Json& object) {
    return !object.is_null() &&
           object.value("status", Json::object()).value("trialsRunning", 0) == 2;
  });
  // Four trials, three at once; the objective cannot change.
  std::string document = way.Document("edited", script, 4);
  document.replace(document.find("parallelTrialCount: 2"), 21, "parallelTrialCount: 3");
  document.replace(document.find("minimize"), 8, "maximize");
  way.Apply(document);
  const Json running = way.Await(
      "edited", [](const Json& object) { return object["status"].value("trialsRunning", 0) == 3; });
  const Json noted = way.Await("edited", [](const Json& object) {
    return WayIn::Last(object).value("message", "").find("not objective") != std::string::npos;
  });
  CHECK(WayIn::Last(noted)["type"] == "Running");
  // Fewer than there are already is refused, and said.
  way.Apply(way.Document("edited", script, 1, "  maxFailedTrialCount: 1\n"));
  way.Await("edited", [](const Json& object) {
    return WayIn::Last(object).value("message", "").find("already 3 trials") != std::string::npos;
  });
  way.Apply(way.Document("edited", script, 4));
  REQUIRE(WriteFileAtomically(go, "", false).ok());
  const Json ended = way.AwaitLast("edited", "Succeeded");
  CHECK(ended["status"]["trialsSucceeded"] == 4);
}

TEST_CASE("An object that is changed into nonsense says so, and goes on as it began",
          "[kubernetes]") {
  const std::string patch =
      GENERATE(R"([{"op":"replace","path":"/spec/objective","value":"loss"}])",
               R"([{"op":"remove","path":"/spec"}])");
  WayIn way;
  const std::string go = way.served().File("go");
  way.Apply(way.Document("edited", WaitFor(go) + "; echo loss=$0", 4));
  way.Await("edited", [](const Json& object) {
    return !object.is_null() &&
           object.value("status", Json::object()).value("trialsRunning", 0) == 2;
  });
  const auto patched = way.Kubectl({"patch", "experiment", "edited", "--type=json", "-p", patch});
  INFO(patched.text);
  REQUIRE(patched.status == 0);
  way.Await("edited", [](const Json& object) {
    return WayIn::Last(object).value("message", "").find("no longer valid") != std::string::npos;
  });
  REQUIRE(WriteFileAtomically(go, "", false).ok());
  const Json ended = way.AwaitLast("edited", "Succeeded");
  CHECK(ended["status"]["trialsSucceeded"] == 4);
}

TEST_CASE("What happens while the server is away is made up for", "[kubernetes]") {
  WayIn way;
  const std::string go = way.served().File("go"), go_soon = way.served().File("go-soon");
  const std::string script = WaitFor(go) + "; echo loss=$0";
  way.Apply(way.Document("edited", script, 2));
  way.Apply(way.Document("deleted", script, 2));
  way.Apply(way.Document("ended", WaitFor(go_soon) + "; echo loss=$0", 2));
  for (const char* name : {"edited", "deleted", "ended"}) {
    way.Await(name, [](const Json& object) {
      return !object.is_null() &&
             object.value("status", Json::object()).value("trialsRunning", 0) == 2;
    });
  }
  const auto before = way.Experiment("edited");
  REQUIRE(before.ok());
  way.Kill();
  way.Apply(way.Document("edited", script, 3));
  // It waits for the finalizer.
  CHECK(way.Kubectl({"delete", "experiment", "deleted", "--wait=false"}).status == 0);
  way.Apply(way.Document("new", "echo loss=$0", 1));
  REQUIRE(WriteFileAtomically(go_soon, "", false).ok());
  CHECK_FALSE(way.Kubectl({"get", "experiment", "deleted", "-o", "name"}).text.empty());
  way.Start();
  way.AwaitLast("ended", "Succeeded");
  way.AwaitLast("new", "Succeeded");
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (way.Experiment("edited")->max_trial_count() != 3) REQUIRE(absl::Now() < deadline);
  REQUIRE(WriteFileAtomically(go, "", false).ok());
  CHECK(way.AwaitLast("edited", "Succeeded")["status"]["trialsSucceeded"] == 3);
  CHECK(way.Experiment("edited")->uid() == before->uid());
  way.Await("deleted", [](const Json& object) { return object.is_null(); });
  CHECK(way.Experiment("deleted").status().code() == StatusCode::kNotFound);
  // Once more: what has ended is not run again.
  way.Kill();
  way.Start();
  way.Apply(way.Document("last", "echo loss=$0", 1));
  way.AwaitLast("last", "Succeeded");
  CHECK(way.Experiment("edited")->counts().succeeded() == 3);
  CHECK(way.Experiment("edited")->uid() == before->uid());
}

TEST_CASE("An experiment that is not known any more is not run again", "[kubernetes]") {
  WayIn way;
  const std::string begun = way.served().File("begun");
  way.Apply(way.Document("lost", "echo once >> " + begun + "; sleep 1000", 1));
  way.Await("lost", [](const Json& object) {
    return !object.is_null() &&
           object.value("status", Json::object()).value("trialsRunning", 0) == 1;
  });
  const auto removed = RunCommand(
      {QALAM_BIN "/qalam", "delete", "lost", "-n", way.space(), "--db", way.served().database()});
  INFO(removed.text);
  REQUIRE(removed.status == 0);
  const Json lost = way.AwaitLast("lost", "Failed");
  CHECK(WayIn::Last(lost)["reason"] == "ExperimentLost");
  CHECK(way.Kubectl({"delete", "experiment", "lost"}).status == 0);
  CHECK(ReadFile(begun).value_or("") == "once\n");
}

TEST_CASE("Trials go on while the API server is away, and are shown afterwards", "[kubernetes]") {
  // So many that some are left when the server is killed, slow as the cluster may be.
  constexpr int64_t kTrials = 100;
  const KubernetesCluster cluster({"--nodes", "1"});
  WayIn way(cluster);
  way.Apply(way.Document("steady", "sleep 0.2; echo loss=$0", kTrials));
  way.Await("steady", [](const Json& object) {
    return !object.is_null() &&
           object.value("status", Json::object()).value("trialsSucceeded", 0) >= 2;
  });
  const auto succeeded = [&way] { return way.Experiment("steady")->counts().succeeded(); };
  const auto await = [&](int64_t count) {
    const auto deadline = absl::Now() + absl::Seconds(90);
    while (succeeded() < count) {
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(20));
    }
  };
  // First it hangs, then it is killed; both times trials go on.
  cluster.Signal("api-server", SIGSTOP);
  await(std::min(kTrials, succeeded() + 8));
  cluster.Signal("api-server", SIGCONT);
  way.Await("steady", [](const Json& object) {
    return !object.is_null() && object["status"].value("trialsSucceeded", 0) >= 10;
  });
  cluster.Signal("api-server", SIGKILL);
  await(std::min(kTrials, succeeded() + 8));
  const Json ended = way.AwaitLast("steady", "Succeeded");
  CHECK(ended["status"]["trialsSucceeded"] == kTrials);
  CHECK(way.Kubectl({"delete", "experiment", "steady"}).status == 0);
}

}  // namespace qalam
