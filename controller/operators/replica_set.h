// What the process operator runs for a trial: the one command of a Job, or the replicas of a
// distributed job on this machine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/operators/operator.h"
#include "controller/operators/primary_container.h"

namespace qalam {

// One process of a distributed job.
struct Replica {
  std::string role;  // as the manifest has it
  int index = 0;     // within its role
  int rank = 0;      // within the set, by role
  int port = 0;      // of this machine, free when it was chosen, and for this replica alone
  ContainerVariables variables;

  std::string RoleInLowerCase() const;
};

// What a rendezvous function works on: see rendezvous.h.
struct ReplicaSet {
  std::string job_name;
  std::string directory;              // the trial's folder
  Json spec;                          // the manifest's
  std::map<std::string, int> counts;  // of every role that is there, whether or not it runs here
  std::vector<Replica> replicas;      // those that run, by rank; never empty
  std::map<std::string, std::string> files;  // to be written into the trial's folder, by name

  int Count(const std::string& role) const;
};

struct TrialCommand {
  std::string name;  // "worker-1"; empty where the trial is one command
  ContainerCommand command;
  bool needed = true;   // the trial succeeds only once this command has
  bool serves = false;  // works until it is told to end
};

struct TrialCommands {
  std::vector<TrialCommand> commands;        // the primary one first
  std::map<std::string, std::string> files;  // to be written before they start, by name
};

// INVALID_ARGUMENT names every field that is missing or unsupported. Ports are chosen with each
// call, so that no two trials share one.
StatusOr<TrialCommands> CommandsOfTrial(const TrialJob& job);

}  // namespace qalam
