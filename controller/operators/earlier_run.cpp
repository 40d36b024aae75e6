#include "controller/operators/earlier_run.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/operators/process_files.h"

namespace qalam {

namespace {

// Holds the number of the run that the folder is for, as retries; missing for the first.
constexpr char kRetryFile[] = "retry";

int RunOfFolder(const std::string& folder) {
  const auto text = ReadFile(folder + "/" + kRetryFile, 64);
  return text.ok() ? std::atoi(text->c_str()) : 0;
}

}  // namespace

bool HasEarlierRun(const std::string& folder, int retries) {
  return retries > 0 && RunOfFolder(folder) < retries;
}

Status PrepareRetry(const std::string& folder, int retries) {
  if (!HasEarlierRun(folder, retries)) return absl::OkStatus();
  RETURN_IF_ERROR(MakeDirectories(folder));
  const std::string output = folder + "/" + collector::kOutputFile;
  const std::string kept = fmt::format("{}/output.run-{}.log", folder, RunOfFolder(folder) + 1);
  if (rename(output.c_str(), kept.c_str()) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, fmt::format("cannot rename {}", output));
  }
  for (const char* name : {collector::kResultFile, collector::kRunningFile, collector::kSpoolFile,
                           collector::kCancelFile, kTerminationMessageFile, kSlotsFile,
                           collector::kJobFile, collector::kClaimFile}) {
    const std::string path = folder + "/" + name;
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
      return ErrnoStatus(errno, fmt::format("cannot remove {}", path));
    }
  }
  return WriteFileAtomically(folder + "/" + kRetryFile, std::to_string(retries), false);
}

}  // namespace qalam
