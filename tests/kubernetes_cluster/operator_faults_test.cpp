// What goes wrong in a cluster, on a real one.
#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "controller/retry.h"
#include "tests/conformance/shell_jobs.h"
#include "tests/support/cluster_operator.h"

namespace qalam {
namespace {

using End = OperatorScript::End;

// An operator over a namespace of its own.
class ClusterTrials {
 public:
  explicit ClusterTrials(const KubernetesCluster& cluster)
      : cluster_(cluster),
        name_space_(cluster.NewNamespace()),
        operator_(OperatorOfCluster(cluster, name_space_)) {}
  ~ClusterTrials() {
    operator_.reset();
    cluster_.Kubectl({"delete", "namespace", name_space_, "--wait=false"});
  }

  const std::string& name_space() const { return name_space_; }
  const KubernetesCluster& cluster() const { return cluster_; }
  TrialOperator& engine() { return *operator_; }
  void Restart() {
    operator_.reset();
    operator_ = OperatorOfCluster(cluster_, name_space_);
  }

  TrialJob Job(const std::string& name, const OperatorScript& script) const {
    TrialJob job = jobs_.Make(name, script);
    MakeClusterJob(job.manifest);
    return job;
  }
  int Begun(const std::string& name) const { return jobs_.Begun(name); }
  std::string Submit(const TrialJob& job) {
    const auto handle = operator_->Submit(job);
    INFO(Message(handle.status()));
    REQUIRE(handle.ok());
    return *handle;
  }
  JobStatus Poll(const std::string& handle) { return operator_->Poll({&handle, 1})->front(); }
  void WaitUntil(const std::function<bool()>& condition) {
    const auto deadline = absl::Now() + absl::Seconds(60);
    while (!condition()) {
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(5));
    }
  }
  JobStatus WaitForEnd(const std::string& handle) {
    JobStatus status;
    WaitUntil([&] {
      status = Poll(handle);
      return status.state != JobState::kRunning && status.state != JobState::kUnknown;
    });
    return status;
  }
  void WaitForOutput(const std::string& handle) {
    WaitUntil([&] { return !operator_->ReadLog(handle, 0)->data.empty(); });
  }
  // "" when there is none.
  std::string PodOf(const std::string& trial) {
    const auto listed = cluster_.Kubectl(
        {"-n", name_space_, "get", "pods", "-l", "qalam.io/trial=" + trial, "-o", "name"});
    return listed.text.substr(0, listed.text.find('\n'));
  }
  bool Exists(const std::string& resource, const std::string& name) {
    return !cluster_.Get(name_space_, resource, name).is_null();
  }

 private:
  const KubernetesCluster& cluster_;
  const std::string name_space_;
  const ShellJobs jobs_;
  std::unique_ptr<TrialOperator> operator_;
};

}  // namespace

TEST_CASE("A trial outlives the kill of the API server", "[kubernetes][faults]") {
  KubernetesCluster cluster;
  ClusterTrials trials(cluster);
  auto job = trials.Job("steady", {.lines = {"loss=1"}});
  // It ends only after the server was away, and reports while it is.
  const std::string go = job.directory + ".go";
  Json& container = job.manifest["spec"]["template"]["spec"]["containers"][0];
  container["command"][2] = fmt::format(
      "echo begun >> \"$0\"; echo loss=1; until [ -e {} ]; do sleep 0.01; done; echo loss=2", go);
  const auto handle = trials.Submit(job);
  trials.WaitForOutput(handle);
  bool told = false;
  cluster.Signal("api-server", SIGKILL);
  // It comes again by itself after a second.
  const auto until = absl::Now() + absl::Seconds(3);
  while (absl::Now() < until) {
    const auto state = trials.Poll(handle).state;
    REQUIRE((state == JobState::kRunning || state == JobState::kUnknown));
    told = told || state == JobState::kUnknown;
    absl::SleepFor(absl::Milliseconds(5));
  }
  CHECK(told);
  REQUIRE(WriteFileAtomically(go, "", false).ok());
  const auto status = trials.WaitForEnd(handle);
  CAPTURE(status.message);
  CHECK(status.state == JobState::kSucceeded);
  CHECK(trials.engine().ReadLog(handle, 0)->data == "loss=1\nloss=2\n");
  CHECK(trials.engine().ReadObservations(handle, 0)->points.size() == 2);
  CHECK(trials.Begun("steady") == 1);
}

TEST_CASE("A node that goes down under a trial is the engine's failure", "[kubernetes][faults]") {
  KubernetesCluster cluster({"--nodes", "1"});
  ClusterTrials trials(cluster);
  const auto handle =
      trials.Submit(trials.Job("fallen", {.lines = {"loss=1"}, .end = End::kNever}));
  trials.WaitForOutput(handle);
  cluster.Signal("node-1", SIGKILL);
  const auto status = trials.WaitForEnd(handle);
  CAPTURE(status.message);
  CHECK(status.state == JobState::kFailed);
  CHECK(status.reason == "NodeLost");
  CHECK(IsInfrastructureFailure(status));
  CHECK(trials.engine().ReadObservations(handle, 0)->points.size() == 1);
}

TEST_CASE("Of a pod that somebody deletes the Job makes another, and the trial is that one's",
          "[kubernetes][faults]") {
  ClusterTrials trials(KubernetesCluster::Shared());
  const auto handle =
      trials.Submit(trials.Job("taken", {.lines = {"loss=1"}, .pause = absl::Seconds(2)}));
  trials.WaitForOutput(handle);
  trials.cluster().Kubectl(
      {"-n", trials.name_space(), "delete", "--wait=false", trials.PodOf("taken")});
  const auto status = trials.WaitForEnd(handle);
  CAPTURE(status.message);
  CHECK(status.state == JobState::kSucceeded);
  CHECK(trials.Begun("taken") == 2);
  // What both have said, in order.
  CHECK(trials.engine().ReadLog(handle, 0)->data == "loss=1\nloss=1\n");
  CHECK(trials.engine().ReadObservations(handle, 0)->points.size() == 2);
}

TEST_CASE("What a container said before it was started anew is read, also afterwards",
          "[kubernetes][faults]") {
  ClusterTrials trials(KubernetesCluster::Shared());
  auto job = trials.Job("anew", {.lines = {"loss=1"}});
  job.manifest["spec"]["backoffLimit"] = 3;
  Json& pod = job.manifest["spec"]["template"]["spec"];
  pod["restartPolicy"] = "OnFailure";
  // The first run fails and the second does not; each goes on once its file is there.
  const std::string go = job.directory + ".go-";
  pod["containers"][0]["command"][2] = fmt::format(
      "echo begun >> \"$0\"; n=$(wc -l < \"$0\"); echo loss=$n; until [ -e {}$n ]; do sleep 0.01; "
      "done; echo more=$n; exit $((n < 2))",
      go);
  const auto handle = trials.Submit(job);
  trials.WaitForOutput(handle);
  // Nobody is there when it fails and begins anew.
  trials.Restart();
  REQUIRE(WriteFileAtomically(go + "1", "", false).ok());
  trials.WaitUntil([&] { return trials.Begun("anew") == 2; });
  const bool has_ended = GENERATE(false, true);
  CAPTURE(has_ended);
  if (has_ended) {
    REQUIRE(WriteFileAtomically(go + "2", "", false).ok());
    trials.cluster().Await(trials.name_space(), "job", "anew", [](const auto& object) {
      return object["status"].value("succeeded", 0) == 1;
    });
  } else {
    trials.Poll(handle);
    trials.WaitUntil([&] {
      return trials.engine().ReadLog(handle, 0)->data.find("loss=2") != std::string::npos;
    });
    REQUIRE(WriteFileAtomically(go + "2", "", false).ok());
  }
  const auto status = trials.WaitForEnd(handle);
  CAPTURE(status.message);
  CHECK(status.state == JobState::kSucceeded);
  CHECK(trials.engine().ReadLog(handle, 0)->data == "loss=1\nmore=1\nloss=2\nmore=2\n");
  CHECK(trials.engine().ReadObservations(handle, 0)->points.size() == 2);
}

TEST_CASE("An object that somebody deletes is the engine's failure", "[kubernetes][faults]") {
  const bool meanwhile = GENERATE(false, true);
  CAPTURE(meanwhile);
  ClusterTrials trials(KubernetesCluster::Shared());
  const auto handle = trials.Submit(trials.Job("gone", {.lines = {"loss=1"}, .end = End::kNever}));
  trials.WaitForOutput(handle);
  const auto erase = [&] {
    trials.cluster().Kubectl({"-n", trials.name_space(), "delete", "job", "gone"});
  };
  if (meanwhile) {
    // While no operator is there.
    trials.Restart();
    erase();
  } else {
    erase();
  }
  const auto status = trials.WaitForEnd(handle);
  CAPTURE(status.message);
  CHECK(status.state == JobState::kFailed);
  CHECK(status.reason == "ObjectDeleted");
  CHECK(IsInfrastructureFailure(status));
}

TEST_CASE("What keeps a trial from running is said, and is no failure", "[kubernetes][faults]") {
  struct Case {
    const char* name;
    const char* reason;
    std::function<void(Json& container)> change;
  };
  const auto test = GENERATE(values<Case>({
      {"no image", "ImagePullBackOff",
       [](Json& container) { container["image"] = "missing.invalid/none:1"; }},
      {"no room", "Unschedulable",
       [](Json& container) { container["resources"]["requests"]["cpu"] = "1000"; }},
  }));
  CAPTURE(test.name);
  ClusterTrials trials(KubernetesCluster::Shared());
  auto job = trials.Job("waiting", {});
  test.change(job.manifest["spec"]["template"]["spec"]["containers"][0]);
  const auto handle = trials.Submit(job);
  trials.WaitUntil([&] { return trials.Poll(handle).reason == test.reason; });
  const auto status = trials.Poll(handle);
  CHECK(status.state == JobState::kRunning);
  CHECK_FALSE(status.message.empty());
  REQUIRE(trials.engine().Cancel(handle).ok());
  CHECK(trials.WaitForEnd(handle).state == JobState::kKilled);
  CHECK(trials.Begun("waiting") == 0);
}

TEST_CASE("A trial's object goes after its end, unless it is retained", "[kubernetes]") {
  const bool retain = GENERATE(false, true);
  CAPTURE(retain);
  ClusterTrials trials(KubernetesCluster::Shared());
  auto job = trials.Job("kept", {.lines = {"loss=1"}});
  job.retain = retain;
  const auto handle = trials.Submit(job);
  CHECK(trials.WaitForEnd(handle).state == JobState::kSucceeded);
  if (retain) {
    trials.Restart();
    CHECK(trials.Poll(handle).state == JobState::kSucceeded);
    CHECK(trials.Exists("job", "kept"));
  } else {
    trials.WaitUntil([&] { return !trials.Exists("job", "kept"); });
    trials.WaitUntil([&] { return trials.PodOf("kept").empty(); });
  }
  CHECK(trials.engine().ReadLog(handle, 0)->data == "loss=1\n");
}

TEST_CASE("An object of that name that is another's is left alone", "[kubernetes]") {
  ClusterTrials trials(KubernetesCluster::Shared());
  auto job = trials.Job("taken", {.end = End::kNever});
  const auto handle = trials.Submit(job);
  trials.WaitUntil([&] { return trials.Begun("taken") == 1; });
  // Another trial of that name, as of another database.
  TrialJob other = job;
  other.uid = "other";
  other.directory += "-other";
  const auto refused = trials.engine().Submit(other);
  CHECK(refused.status().code() == StatusCode::kFailedPrecondition);
  CHECK_THAT(Message(refused.status()), Catch::Contains("not this trial's"));
  CHECK(trials.Poll(handle).state == JobState::kRunning);
  REQUIRE(trials.engine().Cancel(handle).ok());
  trials.WaitForEnd(handle);
}

TEST_CASE("A trial that the cluster's quota has no room for waits", "[kubernetes]") {
  ClusterTrials trials(KubernetesCluster::Shared());
  const Json quota = {{"apiVersion", "v1"},
                      {"kind", "ResourceQuota"},
                      {"metadata", {{"name", "none"}}},
                      {"spec", {{"hard", {{"count/jobs.batch", "0"}}}}}};
  REQUIRE(trials.cluster().Apply(trials.name_space(), quota.dump()).status == 0);
  const auto job = trials.Job("barred", {});
  // The quota is counted a moment after it was made.
  trials.cluster().Await(trials.name_space(), "resourcequota", "none", [](const Json& now) {
    return !now.is_null() && now["status"].contains("used");
  });
  const auto answer = trials.engine().Submit(job);
  CHECK(answer.status().code() == StatusCode::kResourceExhausted);
  CHECK_THAT(Message(answer.status()), Catch::Contains("exceeded quota"));
  trials.cluster().Kubectl({"-n", trials.name_space(), "delete", "resourcequota", "none"});
  trials.WaitUntil([&] { return trials.engine().Submit(job).ok(); });
  CHECK(trials.WaitForEnd(job.directory).state == JobState::kSucceeded);
}

TEST_CASE("A trial may be of any kind, with conditions of its own", "[kubernetes]") {
  const int code = GENERATE(0, 3);
  ClusterTrials trials(KubernetesCluster::Shared());
  auto job = trials.Job("pod", {.lines = {"loss=1"}, .code = code});
  Json pod = job.manifest["spec"]["template"];
  pod["apiVersion"] = "v1";
  pod["kind"] = "Pod";
  job.manifest = pod;
  job.success_condition = R"(status.[@this].#(phase=="Succeeded")#)";
  job.failure_condition = R"(status.[@this].#(phase=="Failed")#)";
  const auto handle = trials.Submit(job);
  const auto status = trials.WaitForEnd(handle);
  CAPTURE(status.message);
  CHECK(status.state == (code == 0 ? JobState::kSucceeded : JobState::kFailed));
  CHECK(status.reason == (code == 0 ? "Exited" : "ExitCode"));
  CHECK(trials.engine().ReadObservations(handle, 0)->points.size() == 1);
  trials.WaitUntil([&] { return !trials.Exists("pod", "pod"); });
}

TEST_CASE("A kind that the cluster does not know is refused", "[kubernetes]") {
  ClusterTrials trials(KubernetesCluster::Shared());
  auto job = trials.Job("odd", {});
  job.manifest["apiVersion"] = "example.org/v1";
  job.manifest["kind"] = "Odd";
  job.success_condition = job.failure_condition = "status.done";
  const auto refused = trials.engine().Submit(job);
  CHECK(refused.status().code() == StatusCode::kNotFound);
  CHECK_THAT(Message(refused.status()), Catch::Contains("example.org/v1"));
}

TEST_CASE("The trial's own rule stops it within its pod", "[kubernetes]") {
  ClusterTrials trials(KubernetesCluster::Shared());
  auto job = trials.Job("hopeless", {.lines = {"loss=9"}, .end = End::kNever});
  job.stopping = OwnStoppingRule{{"threshold", {{"upper", "5"}}}, "loss", false};
  const auto handle = trials.Submit(job);
  const auto status = trials.WaitForEnd(handle);
  CHECK(status.state == JobState::kKilled);
  CHECK(status.reason == kEarlyStoppedReason);
  CHECK_THAT(status.message, Catch::Contains("9, above 5"));
}

}  // namespace qalam
