#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/find.h"

namespace qalam::http {

// The parameters and tags that a program has logged with MLflow, kept as a file of the trial's
// folder: they are notes of the run, nothing that Qalam acts on.
struct MlflowNotes {
  std::map<std::string, std::string> parameters;
  std::map<std::string, std::string> tags;
};

inline constexpr char kMlflowNotesFile[] = "mlflow.jsonl";

// Empty where nothing was logged, or the folder is gone.
StatusOr<MlflowNotes> ReadMlflowNotes(const FoundTrial& found);
// All or none. INVALID_ARGUMENT for a parameter that was logged with another value,
// RESOURCE_EXHAUSTED when the file would be above 4 MiB, FAILED_PRECONDITION after the trial's end.
Status AddMlflowNotes(const FoundTrial& found, const MlflowNotes& added);

std::string MlflowFolder(const FoundTrial& found);

}  // namespace qalam::http
