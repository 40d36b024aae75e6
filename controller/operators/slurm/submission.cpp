#include "controller/operators/slurm/submission.h"

#include <nlohmann/json.hpp>

#include "base/files.h"

namespace qalam::slurm {

Status WriteSubmission(const std::string& folder, const Submission& submission) {
  const nlohmann::json json = {{"jobName", submission.job_name}, {"jobId", submission.job_id}};
  return WriteFileAtomically(folder + "/" + kSubmissionFile, json.dump() + "\n", false);
}

StatusOr<Submission> ReadSubmission(const std::string& folder) {
  const std::string path = folder + "/" + kSubmissionFile;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, 1 << 16));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto name = json.is_object() ? json.find("jobName") : json.end();
  const auto id = json.is_object() ? json.find("jobId") : json.end();
  if (name == json.end() || !name->is_string() || id == json.end() || !id->is_number_integer()) {
    return DataLoss("{} is damaged", path);
  }
  return Submission{name->get<std::string>(), id->get<int64_t>()};
}

}  // namespace qalam::slurm
