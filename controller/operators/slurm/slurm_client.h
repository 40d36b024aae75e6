// Slurm's programs, which are the same over its versions where its APIs are not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/run_program.h"
#include "base/status.h"
#include "controller/operators/slurm/queue_entry.h"
#include "controller/operators/slurm/slurm_options.h"

namespace qalam::slurm {

// Thread-safe. Whatever Slurm's controller cannot answer now is UNAVAILABLE.
class SlurmClient {
 public:
  explicit SlurmClient(const SlurmOptions& options);

  // FAILED_PRECONDITION where Slurm's programs are not installed.
  Status CheckPrograms() const;
  // The id of the new job. INVALID_ARGUMENT, in Slurm's words, for what it never takes;
  // RESOURCE_EXHAUSTED where the user has too many jobs by now. After UNAVAILABLE there may be a
  // job all the same.
  StatusOr<int64_t> Submit(const std::vector<std::string>& arguments) const;
  // The jobs of these names: those that wait or run, and ended ones for as long as Slurm's
  // controller keeps them.
  StatusOr<std::vector<QueueEntry>> List(const std::vector<std::string>& names) const;
  // What accounting knows of the jobs. FAILED_PRECONDITION where there is none.
  StatusOr<std::vector<QueueEntry>> Account(const std::vector<int64_t>& ids) const;
  // Cancels the job if it waits.
  Status Withdraw(const std::string& job_name) const;
  // To the job's script, if it runs.
  Status Signal(const std::string& job_name, const std::string& signal) const;

 private:
  StatusOr<ProgramOutcome> Run(std::vector<std::string> arguments) const;

  std::vector<std::string> environment_;
};

// What sbatch's complaint means.
Status SubmissionError(const std::string& complaint);

}  // namespace qalam::slurm
