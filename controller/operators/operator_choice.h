// Which engine runs the trials of a process: a row for each.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "controller/operators/machine_capacity.h"
#include "controller/operators/operator.h"
#include "controller/operators/slurm/slurm_options.h"

namespace qalam {

inline constexpr char kDefaultOperator[] = "process";

struct KubernetesChoice {
  std::string kubeconfig, context, name_space;  // empty: as kubectl has it
  std::string collector_image;                  // empty: that of this process's own pod

  bool AreGiven() const { return !kubeconfig.empty() || !context.empty() || AreGivenForTrials(); }
  // The others are for experiments that come from a cluster, too.
  bool AreGivenForTrials() const { return !name_space.empty() || !collector_image.empty(); }
};

// What the user says about it. Each engine reads its own fields.
struct OperatorChoice {
  std::string name = kDefaultOperator;
  CapacityOptions capacity;  // process: what trials may take of this machine
  KubernetesChoice kubernetes;
  SlurmDefaults slurm;
};

// What every engine is told of the process that it is for.
struct OperatorSurroundings {
  std::string collector_path;  // the qalam-collector program
  // The server's private socket, which wants no token, as a gRPC target; empty: none. Only trials
  // on this machine reach it.
  std::string server_address;
  // The object in the Kubernetes cluster that a trial's object is to belong to, as an
  // ownerReference; null for none. Empty where experiments do not come from a cluster.
  std::function<Json(const TrialJob&)> owner;
  TrialTokenMaker trial_token;  // null: trials get none
  // Folders of trials that may be alive from an earlier process.
  std::vector<std::string> earlier_folders;
};

struct OperatorEntry {
  const char* name;
  const char* summary;  // for the command line's help
  // As TrialOperator::CheckTrials, without an engine.
  std::vector<Fault> (*check)(const ExperimentSpec& spec);
  StatusOr<std::unique_ptr<TrialOperator>> (*make)(const OperatorChoice& choice,
                                                   OperatorSurroundings surroundings);
};

std::span<const OperatorEntry> Operators();

// INVALID_ARGUMENT, with those that there are, for a name that none of them has.
Status CheckOperatorName(const std::string& name);
// What of the document the engine of that name, which must be one, cannot run.
std::vector<Fault> CheckTrialsFor(const std::string& name, const ExperimentSpec& spec);
// The engine of that name. INVALID_ARGUMENT for an option that it does not have,
// FAILED_PRECONDITION where it cannot work here.
StatusOr<std::unique_ptr<TrialOperator>> MakeOperator(const OperatorChoice& choice,
                                                      OperatorSurroundings surroundings);

}  // namespace qalam
