// What is to be thought of a trial, given what its folder and Slurm say.
#pragma once

#include <optional>
#include <string>

#include "controller/operators/operator.h"
#include "controller/operators/slurm/queue_entry.h"

namespace qalam::slurm {

struct Evidence {
  std::optional<JobStatus> end;     // as the collector has told it
  bool claimed = false;             // a collector has begun
  bool cancelled = false;           // qalam has been asked to stop it
  int64_t job_id = 0;               // 0: whether it was submitted is not known
  bool slurm_answers = true;        // since the job was submitted
  std::string absence;              // why it does not
  std::optional<QueueEntry> entry;  // nothing: Slurm does not know the job
  // Slurm has taken the job for ended for so long that whatever the collector wrote has come.
  bool settled = false;
  std::string last_words;  // of what the job's script has printed
};

struct Verdict {
  JobStatus status;
  bool awaits_result = false;  // Slurm takes the job for ended; `settled` will decide
  bool awaits_slurm = false;   // what Slurm says next will decide
};

// Whether what the collector tells is the whole truth. What failed may have been stopped by Slurm,
// which alone knows why.
bool IsConclusive(const JobStatus& end, bool cancelled);

Verdict Judge(const Evidence& evidence);

}  // namespace qalam::slurm
