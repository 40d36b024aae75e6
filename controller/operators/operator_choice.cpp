#include "controller/operators/operator_choice.h"

#include <algorithm>
#include <cstdlib>

#include "base/log.h"
#include "controller/kubernetes/client.h"
#include "controller/operators/kubernetes/kubernetes_operator.h"
#include "controller/operators/kubernetes/trial_check.h"
#include "controller/operators/process_operator.h"
#include "controller/operators/slurm/slurm_operator.h"

namespace qalam {

namespace {

StatusOr<std::unique_ptr<TrialOperator>> MakeProcess(const OperatorChoice& choice,
                                                     OperatorSurroundings surroundings) {
  return MakeProcessOperator({.collector_path = std::move(surroundings.collector_path),
                              .server_address = std::move(surroundings.server_address),
                              .trial_token = std::move(surroundings.trial_token),
                              .capacity = choice.capacity,
                              .earlier_folders = std::move(surroundings.earlier_folders)});
}

// That of the pod that this process runs in, which has the collector beside it; "" when it runs in
// none.
std::string OwnImage(kubernetes::Client& client, const kubernetes::AccessEnvironment& environment) {
  const char* name = std::getenv("HOSTNAME");
  if (environment.service_host.empty() || name == nullptr) return "";
  const auto pod = client.Get({kubernetes::kPods, client.access().name_space, name, ""});
  const Json::json_pointer place("/spec/containers/0/image");
  if (!pod.ok() || !pod->contains(place) || !(*pod)[place].is_string()) return "";
  return (*pod)[place].get<std::string>();
}

StatusOr<std::unique_ptr<TrialOperator>> MakeKubernetes(const OperatorChoice& choice,
                                                        OperatorSurroundings surroundings) {
  if (choice.capacity.IsGiven()) {
    return InvalidArgument(
        "--cpus, --memory and --gpus share out this machine with the operator process; a cluster "
        "has its own");
  }
  const KubernetesChoice& given = choice.kubernetes;
  const auto environment = kubernetes::AccessEnvironment::OfProcess();
  ASSIGN_OR_RETURN(auto access,
                   kubernetes::FindClusterAccess({given.kubeconfig, given.context}, environment));
  const std::string origin = access.origin;
  ASSIGN_OR_RETURN(auto client, kubernetes::Client::Create(std::move(access)));
  // A server that is away comes again; one that takes this login for nobody's does not.
  const Status reached = client->FindResource("v1", "Pod").status();
  if (!reached.ok() && reached.code() != StatusCode::kUnavailable) {
    return FailedPrecondition("{}: {}", origin, Message(reached));
  }
  if (!reached.ok()) {
    Logger("operator").Warn("the cluster cannot be reached now", {{"error", Message(reached)}});
  }
  std::string image = given.collector_image;
  if (image.empty()) image = OwnImage(*client, environment);
  if (image.empty()) {
    return InvalidArgument(
        "--operator kubernetes needs --collector-image: an image of yours that has "
        "qalam-collector, "
        "e.g. that of deploy/Dockerfile");
  }
  return MakeKubernetesOperator(std::move(client),
                                {.name_space = given.name_space,
                                 .collector_image = image,
                                 .trial_token = std::move(surroundings.trial_token),
                                 .owner = std::move(surroundings.owner)});
}

StatusOr<std::unique_ptr<TrialOperator>> MakeSlurm(const OperatorChoice& choice,
                                                   OperatorSurroundings surroundings) {
  if (choice.capacity.IsGiven()) {
    return InvalidArgument(
        "--cpus, --memory and --gpus share out this machine with the operator process; Slurm has "
        "its own");
  }
  return MakeSlurmOperator({.defaults = choice.slurm,
                            .collector_path = std::move(surroundings.collector_path),
                            .trial_token = std::move(surroundings.trial_token)});
}

constexpr OperatorEntry kOperators[] = {
    {"process", "processes of this machine", CheckLocalTrials, MakeProcess},
    {"slurm", "jobs of a Slurm cluster", CheckLocalTrials, MakeSlurm},
    {"kubernetes", "objects of a Kubernetes cluster", CheckClusterTrials, MakeKubernetes},
};

const OperatorEntry* FindOperator(const std::string& name) {
  const auto entry = std::find_if(std::begin(kOperators), std::end(kOperators),
                                  [&](const OperatorEntry& other) { return name == other.name; });
  return entry == std::end(kOperators) ? nullptr : entry;
}

}  // namespace

std::span<const OperatorEntry> Operators() { return kOperators; }

Status CheckOperatorName(const std::string& name) {
  if (FindOperator(name) != nullptr) return absl::OkStatus();
  std::vector<std::string> names;
  for (const auto& entry : kOperators) names.emplace_back(entry.name);
  return InvalidArgument("there is no operator \"{}\"; there is: {}", name, fmt::join(names, ", "));
}

std::vector<Fault> CheckTrialsFor(const std::string& name, const ExperimentSpec& spec) {
  return FindOperator(name)->check(spec);
}

StatusOr<std::unique_ptr<TrialOperator>> MakeOperator(const OperatorChoice& choice,
                                                      OperatorSurroundings surroundings) {
  RETURN_IF_ERROR(CheckOperatorName(choice.name));
  if (choice.kubernetes.AreGivenForTrials() && choice.name != "kubernetes") {
    return InvalidArgument(
        "--kubernetes-namespace and --collector-image are for --operator kubernetes");
  }
  if (choice.slurm.AreGiven() && choice.name != "slurm") {
    return InvalidArgument(
        "--slurm-partition, --slurm-account and --slurm-qos are for --operator slurm");
  }
  return FindOperator(choice.name)->make(choice, std::move(surroundings));
}

}  // namespace qalam
