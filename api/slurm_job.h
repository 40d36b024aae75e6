// A trialSpec of Qalam's own kind SlurmJob: a Job that also says what Slurm is to be asked for.
#pragma once

#include <string>
#include <vector>

#include "api/experiment.h"

namespace qalam {

inline constexpr char kSlurmJobKind[] = "SlurmJob";
inline constexpr char kSlurmJobVersion[] = "qalam.io/v1";

// What is not said is empty or 0: then sbatch is not told.
struct SlurmJobSpec {
  std::string partition, account, qos, constraint;
  int nodes = 0;
  int tasks = 0;
  std::string time;                  // as --time takes it
  std::vector<std::string> options;  // further ones for sbatch, "--name" or "--name=value"
  std::vector<std::string> setup;    // lines of shell that run before the command
};

// By kind and apiVersion.
bool IsSlurmJob(const Json& manifest);

// The spec of a SlurmJob, also one whose values still are placeholders. Faults name their fields
// from `spec` on; with any, the result is not whole.
SlurmJobSpec ReadSlurmJob(const Json& manifest, std::vector<Fault>& faults);

}  // namespace qalam
