#pragma once

#include <absl/time/time.h>

#include <map>
#include <string>

#include "controller/operators/operator.h"

namespace qalam {

// For trials whose manifest says nothing of it; empty: the cluster's own.
struct SlurmDefaults {
  std::string partition, account, qos;
  bool AreGiven() const { return !partition.empty() || !account.empty() || !qos.empty(); }
};

struct SlurmOptions {
  SlurmDefaults defaults;
  std::string collector_path;   // the qalam-collector program; the nodes see it by the same path
  TrialTokenMaker trial_token;  // null: trials have none
  double grace_seconds = 10;    // between TERM and KILL; less than Slurm's KillWait
  // How often Slurm is asked what became of the jobs, and at most.
  absl::Duration poll_interval = absl::Seconds(5);
  absl::Duration shortest_poll_interval = absl::Seconds(1);
  // How often the trials' folders are looked at, for what nodes write there.
  absl::Duration look_interval = absl::Seconds(1);
  // For how long after a job's end its result is waited for, since what a node has written comes
  // late over a network.
  absl::Duration result_patience = absl::Seconds(10);
  // Over this process's environment, for Slurm's programs and by them for the jobs.
  std::map<std::string, std::string> environment;
};

}  // namespace qalam
