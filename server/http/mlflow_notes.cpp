#include "server/http/mlflow_notes.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>

#include "api/experiment.h"
#include "base/files.h"
#include "server/http/answer.h"

namespace qalam::http {

namespace {

constexpr uint64_t kMostNoteBytes = 4 << 20;
constexpr size_t kLongestName = 250;    // as MLflow has it
constexpr size_t kLongestValue = 8000;  // likewise, of the longest kind

std::string NotesPath(const FoundTrial& found) {
  return MlflowFolder(found) + "/" + kMlflowNotesFile;
}

Status CheckNote(const std::string& kind, const std::string& name, const std::string& value) {
  if (name.empty() || name.size() > kLongestName) {
    return InvalidArgument("the name of a {} should have 1 to {} bytes, not {}", kind, kLongestName,
                           name.size());
  }
  if (value.size() > kLongestValue) {
    return InvalidArgument("the value of {} {} has {} bytes; at most {} are kept", kind, name,
                           value.size(), kLongestValue);
  }
  return absl::OkStatus();
}

}  // namespace

std::string MlflowFolder(const FoundTrial& found) {
  return found.experiment.work_dir + "/" + found.trial.name;
}

StatusOr<MlflowNotes> ReadMlflowNotes(const FoundTrial& found) {
  MlflowNotes notes;
  if (!FileExists(NotesPath(found))) return notes;
  ASSIGN_OR_RETURN(const auto text, ReadFile(NotesPath(found), 2 * kMostNoteBytes));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const Json note = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    // Whatever else wrote into the trial's folder.
    if (!note.is_object() || !note.value("kind", Json()).is_string() ||
        !note.value("name", Json()).is_string() || !note.value("value", Json()).is_string()) {
      continue;
    }
    auto& kept = note["kind"] == "parameter" ? notes.parameters : notes.tags;
    kept[note["name"].get<std::string>()] = note["value"].get<std::string>();
  }
  return notes;
}

Status AddMlflowNotes(const FoundTrial& found, const MlflowNotes& added) {
  if (added.parameters.empty() && added.tags.empty()) return absl::OkStatus();
  if (IsTerminal(found.trial.state)) {
    return FailedPrecondition("run {} has ended ({}); nothing more is logged of it",
                              found.trial.uid, Name(found.trial.state));
  }
  ASSIGN_OR_RETURN(const auto known, ReadMlflowNotes(found));
  std::string lines;
  for (const auto& [name, value] : added.parameters) {
    RETURN_IF_ERROR(CheckNote("parameter", name, value));
    const auto before = known.parameters.find(name);
    if (before != known.parameters.end() && before->second != value) {
      return InvalidArgument("parameter {} was logged as \"{}\" and cannot become \"{}\"", name,
                             before->second, value);
    }
    if (before == known.parameters.end()) {
      lines += Dump({{"kind", "parameter"}, {"name", name}, {"value", value}}) + "\n";
    }
  }
  for (const auto& [name, value] : added.tags) {
    RETURN_IF_ERROR(CheckNote("tag", name, value));
    lines += Dump({{"kind", "tag"}, {"name", name}, {"value", value}}) + "\n";
  }
  if (lines.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(MakeDirectories(MlflowFolder(found)));
  const FileDescriptor file(
      open(NotesPath(found).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file.valid()) return ErrnoStatus(errno, "cannot open " + NotesPath(found));
  if (lseek(file.get(), 0, SEEK_END) + static_cast<off_t>(lines.size()) >
      static_cast<off_t>(kMostNoteBytes)) {
    return ResourceExhausted("run {} has logged {} MiB of parameters and tags, which is the most",
                             found.trial.uid, kMostNoteBytes >> 20);
  }
  // One write: lines of two requests are not mixed.
  if (write(file.get(), lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) {
    return ErrnoStatus(errno, "cannot write " + NotesPath(found));
  }
  return absl::OkStatus();
}

}  // namespace qalam::http
