// What a trial's folder says of its job in Slurm: the file slurm.json.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace qalam::slurm {

inline constexpr char kSubmissionFile[] = "slurm.json";

struct Submission {
  std::string job_name;
  int64_t job_id = 0;  // 0: it was about to be submitted, and may have been
};

Status WriteSubmission(const std::string& folder, const Submission& submission);
// NOT_FOUND when nothing was ever submitted.
StatusOr<Submission> ReadSubmission(const std::string& folder);

}  // namespace qalam::slurm
