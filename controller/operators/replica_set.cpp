#include "controller/operators/replica_set.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "api/distributed_job.h"
#include "controller/operators/free_port.h"
#include "controller/operators/rendezvous.h"

namespace qalam {

namespace {

constexpr std::pair<const char*, Rendezvous> kRendezvous[] = {
    {"PyTorchJob", MeetByPyTorch}, {"TFJob", MeetByTensorFlow}, {"MPIJob", MeetByMpi},
    {"XGBoostJob", MeetByXgboost}, {"JAXJob", MeetByJax},       {"PaddleJob", MeetByPaddle},
};

Status Refused(const std::vector<Fault>& faults) {
  std::string text;
  for (const auto& fault : faults) {
    text += fmt::format("{}trialSpec.{}: {}", text.empty() ? "" : "; ", fault.field, fault.message);
  }
  return MakeStatus(StatusCode::kInvalidArgument, text);
}

StatusOr<ReplicaSet> MakeReplicaSet(const TrialJob& job, const std::vector<ReplicaGroup>& groups) {
  ReplicaSet set{.job_name = job.name, .directory = job.directory, .spec = job.manifest["spec"]};
  for (const auto& group : groups) {
    set.counts[group.role->name] = group.replicas;
    for (int i = 0; group.role->runs && i < group.replicas; ++i) {
      ASSIGN_OR_RETURN(const int port, ChooseFreePort());
      set.replicas.push_back({.role = group.role->name,
                              .index = i,
                              .rank = static_cast<int>(set.replicas.size()),
                              .port = port});
    }
  }
  return set;
}

// Whether the trial succeeds only once the replica has: the primary one, or all Workers where it is
// one of them and does not speak for the others.
bool IsNeeded(const DistributedKind& kind, const ReplicaSet& set, const Replica& replica,
              const std::string& primary_role) {
  if (replica.role != primary_role) return false;
  const bool all_workers = set.spec.value("successPolicy", Json("")) == "AllWorkers";
  return replica.index == 0 || all_workers || !kind.first_worker_decides;
}

StatusOr<TrialCommands> CommandsOfSet(const DistributedKind& kind, const TrialJob& job) {
  std::vector<Fault> faults;
  const auto groups = ReadReplicaGroups(kind, job.manifest, job.primary_container_name, faults);
  if (!faults.empty()) return Refused(faults);
  ASSIGN_OR_RETURN(ReplicaSet set, MakeReplicaSet(job, groups));
  FindRendezvous(kind.name)(set);

  TrialCommands result;
  result.files = std::move(set.files);
  const std::string& primary_role = FindPrimaryGroup(kind, groups)->role->name;
  for (const auto& replica : set.replicas) {
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const ReplicaGroup& other) {
      return other.role->name == replica.role;
    });
    auto command = CommandOfContainer(*group->container, "container", replica.variables);
    if (!command.ok()) {
      return WithContext(command.status(),
                         fmt::format("trialSpec.spec.{}.{}", kind.replica_specs, replica.role));
    }
    result.commands.push_back(
        {.name = fmt::format("{}-{}", replica.RoleInLowerCase(), replica.index),
         .command = *std::move(command),
         .needed = IsNeeded(kind, set, replica, primary_role),
         .serves = group->role->serves});
    if (replica.role == primary_role && replica.index == 0) {
      std::rotate(result.commands.begin(), result.commands.end() - 1, result.commands.end());
    }
  }
  return result;
}

}  // namespace

std::string Replica::RoleInLowerCase() const {
  std::string name = role;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return std::tolower(letter); });
  return name;
}

int ReplicaSet::Count(const std::string& role) const {
  const auto count = counts.find(role);
  return count == counts.end() ? 0 : count->second;
}

Rendezvous FindRendezvous(const std::string& kind) {
  for (const auto& [name, rendezvous] : kRendezvous) {
    if (kind == name) return rendezvous;
  }
  return nullptr;
}

StatusOr<TrialCommands> CommandsOfTrial(const TrialJob& job) {
  if (const DistributedKind* kind = FindDistributedKind(job.manifest)) {
    return CommandsOfSet(*kind, job);
  }
  ASSIGN_OR_RETURN(auto command, PrimaryContainerCommand(job.manifest, job.primary_container_name));
  TrialCommands result;
  result.commands.push_back({.command = std::move(command)});
  return result;
}

}  // namespace qalam
