#include "controller/operators/folder_engine.h"

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/operators/kubernetes/cluster_trial.h"
#include "controller/operators/kubernetes/kubernetes_files.h"
#include "controller/operators/slurm/submission.h"
#include "controller/operators/trial_folder.h"

namespace qalam {

namespace {

struct Mark {
  const char* file;  // that it leaves before the trial can begin
  FolderEngine engine;
  const char* trial;  // what the trial is to it
  const char* name;   // of --operator
};

// A job of Slurm's claims its folder too, so that the claim comes last.
constexpr Mark kMarks[] = {
    {kClusterTrialFile, FolderEngine::kKubernetes, "an object of a cluster", "kubernetes"},
    {slurm::kSubmissionFile, FolderEngine::kSlurm, "a job of Slurm's", "slurm"},
    {collector::kClaimFile, FolderEngine::kProcess, "a process of a machine", "process"},
};

// Null where no engine has begun a trial.
const Mark* MarkOfFolder(const std::string& folder) {
  for (const Mark& mark : kMarks) {
    if (FileExists(FileInFolder(folder, mark.file))) return &mark;
  }
  return nullptr;
}

}  // namespace

std::optional<JobStatus> PollForeignTrial(const std::string& folder, FolderEngine self) {
  const Mark* const mark = MarkOfFolder(folder);
  if (mark == nullptr || mark->engine == self) return std::nullopt;
  if (const auto end = ReadClusterEnd(folder)) return end->status;
  if (const auto end = ReadProcessEnd(folder)) return end;
  return JobStatus{
      JobState::kUnknown, "AnotherOperator",
      fmt::format("it is {}; --operator {} can say what became of it", mark->trial, mark->name)};
}

}  // namespace qalam
