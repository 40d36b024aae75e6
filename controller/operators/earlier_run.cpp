#include "controller/operators/earlier_run.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/operators/kubernetes/kubernetes_files.h"
#include "controller/operators/process_files.h"
#include "controller/operators/slurm/batch_request.h"
#include "controller/operators/slurm/submission.h"

namespace qalam {

namespace {

// Holds the number of the run that the folder is for, as retries; missing for the first.
constexpr char kRetryFile[] = "retry";

int RunOfFolder(const std::string& folder) {
  const auto text = ReadFile(folder + "/" + kRetryFile, 64);
  return text.ok() ? std::atoi(text->c_str()) : 0;
}

// Of the command, of a distributed job's other replicas, and of a custom collector.
bool IsOutput(const std::string& name) {
  if (name.find(".run-") != std::string::npos) return false;
  return name == collector::kOutputFile || name == collector::kCustomErrorsFile ||
         (name.starts_with("output-") && name.ends_with(".log"));
}

// output.log becomes output.run-1.log.
Status KeepOutputs(const std::string& folder, int run) {
  std::error_code error;
  std::vector<std::filesystem::path> outputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (IsOutput(entry.path().filename().string())) outputs.push_back(entry.path());
  }
  for (const auto& output : outputs) {
    auto kept = output;
    kept.replace_extension(fmt::format(".run-{}.log", run));
    if (rename(output.c_str(), kept.c_str()) != 0) {
      return ErrnoStatus(errno, fmt::format("cannot rename {}", output.string()));
    }
  }
  if (error) return Internal("cannot read the folder {}: {}", folder, error.message());
  return absl::OkStatus();
}

}  // namespace

bool HasEarlierRun(const std::string& folder, int retries) {
  return retries > 0 && RunOfFolder(folder) < retries;
}

Status PrepareRetry(const std::string& folder, int retries) {
  if (!HasEarlierRun(folder, retries)) return absl::OkStatus();
  RETURN_IF_ERROR(MakeDirectories(folder));
  RETURN_IF_ERROR(KeepOutputs(folder, RunOfFolder(folder) + 1));
  for (const char* name :
       {collector::kResultFile, collector::kRunningFile, collector::kSpoolFile,
        collector::kCancelFile, kTerminationMessageFile, kSlotsFile, slurm::kSubmissionFile,
        slurm::kScriptFile, slurm::kScriptLog, kClusterTrialFile, kLogPositionFile, kClusterEndFile,
        collector::kJobFile, collector::kClaimFile}) {
    const std::string path = folder + "/" + name;
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
      return ErrnoStatus(errno, fmt::format("cannot remove {}", path));
    }
  }
  return WriteFileAtomically(folder + "/" + kRetryFile, std::to_string(retries), false);
}

}  // namespace qalam
