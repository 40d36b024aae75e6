#include "controller/operators/kubernetes/collector_container.h"

#include <algorithm>

#include "controller/collector/job.h"
#include "controller/operators/collector_job.h"
#include "controller/operators/kubernetes/trial_object.h"

namespace qalam {

namespace {

constexpr char kCollectorFolder[] = "/qalam-collector";
constexpr double kKubernetesGrace = 30;  // terminationGracePeriodSeconds where nothing is said

// Kubernetes replaces $(NAME) in commands; what the collector is told is to stay as it is.
std::string WithoutReferences(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '$' ? std::string("$$") : std::string(1, c);
  return result;
}

Json Variable(const std::string& name, const std::string& value) {
  return {{"name", name}, {"value", WithoutReferences(value)}};
}

// What of the container's time to end is the command's, so that its end can still be told.
double CommandGrace(const Json& pod, double wanted) {
  const Json given = pod["spec"].value("terminationGracePeriodSeconds", Json());
  const double all = given.is_number() ? given.get<double>() : kKubernetesGrace;
  return std::min(wanted, std::max(all - 1, all / 2));
}

StatusOr<std::string> EncodedJob(const TrialJob& job, const Json& pod, double grace_seconds) {
  // The command itself follows in the container's own words, which the kubelet completes.
  TrialCommands none;
  none.commands.emplace_back();
  ASSIGN_OR_RETURN(auto collector_job,
                   MakeCollectorJob(job, none, {CommandGrace(pod, grace_seconds), {}}));
  collector_job.arguments.clear();
  // Whatever the container has, and the kubelet gives; a relative path is taken from there.
  collector_job.environment.clear();
  collector_job.working_directory.clear();
  collector_job.file = job.collector.path;
  return collector::Encode(collector_job);
}

void AddVariables(const TrialJob& job, const std::string& trial_token, Json& container) {
  Json variables = Json::array();
  variables.push_back(Variable("QALAM_TRIAL_NAME", job.name));
  variables.push_back(Variable("QALAM_TRIAL_UID", job.uid));
  variables.push_back(Variable("QALAM_EXPERIMENT_NAME", job.experiment_name));
  if (!trial_token.empty()) variables.push_back(Variable("QALAM_TOKEN", trial_token));
  const Json message = container.value("terminationMessagePath", Json("/dev/termination-log"));
  variables.push_back(Variable("QALAM_TERMINATION_MESSAGE_PATH",
                               message.is_string() ? message.get<std::string>() : ""));
  if (!job.collector.path.empty()) {
    variables.push_back(Variable("QALAM_METRICS_PATH", job.collector.path));
  }
  for (const auto& [name, value] : job.environment)
    variables.push_back(Variable(name.c_str(), value));
  // Of two of one name the later counts, which is the manifest's.
  if (container.contains("env") && container["env"].is_array()) {
    for (const Json& variable : container["env"]) variables.push_back(variable);
  }
  container["env"] = std::move(variables);
}

Json MountOfCollector(bool read_only) {
  Json mount = {{"name", kCollectorContainer}, {"mountPath", kCollectorFolder}};
  if (read_only) mount["readOnly"] = true;
  return mount;
}

}  // namespace

Status PutUnderCollector(const TrialJob& job, const CollectorContainerOptions& options, Json& pod,
                         Json& container) {
  const Json command = container.value("command", Json());
  if (!command.is_array() || command.empty()) {
    return InvalidArgument(
        "command: missing; the metrics collector starts the command, and cannot see the one that "
        "the "
        "image has (ENTRYPOINT)");
  }
  ASSIGN_OR_RETURN(const std::string encoded, EncodedJob(job, pod, options.grace_seconds));
  Json wrapped = {std::string(kCollectorFolder) + "/qalam-collector", "--container",
                  WithoutReferences(TrialMark(job)), WithoutReferences(encoded), "--"};
  for (const Json& argument : command) wrapped.push_back(argument);
  container["command"] = std::move(wrapped);
  AddVariables(job, options.trial_token, container);
  container["volumeMounts"].push_back(MountOfCollector(true));
  Json& spec = pod["spec"];
  spec["volumes"].push_back({{"name", kCollectorContainer}, {"emptyDir", Json::object()}});
  Json init = {
      {"name", kCollectorContainer},
      {"image", options.image},
      {"command", {"qalam-collector", "--install", kCollectorFolder}},
      {"resources",
       {{"requests", {{"cpu", "10m"}, {"memory", "16Mi"}}}, {"limits", {{"memory", "64Mi"}}}}},
      {"volumeMounts", Json::array({MountOfCollector(false)})}};
  // First, so that it is there for whatever the others do.
  Json all = Json::array({std::move(init)});
  if (spec.contains("initContainers") && spec["initContainers"].is_array()) {
    for (const Json& other : spec["initContainers"]) all.push_back(other);
  }
  spec["initContainers"] = std::move(all);
  return absl::OkStatus();
}

}  // namespace qalam
