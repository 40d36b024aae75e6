// The layout of MLflow's file store (mlruns): a folder an experiment, in it a folder a run, with a
// file for each metric, parameter and tag.

#include <cmath>
#include <filesystem>

#include "api/convert.h"
#include "base/files.h"
#include "base/random.h"
#include "base/url_encode.h"
#include "cli/export/export_format.h"
#include "cli/output.h"

namespace qalam {

namespace {

// Its enum RunStatus.
int MlflowStatus(v1::TrialState state) {
  constexpr int kRunning = 1, kScheduled = 2, kFinished = 3, kFailed = 4, kKilled = 5;
  switch (FromProto(state)) {
    case TrialState::kPending:
      return kScheduled;
    case TrialState::kRunning:
      return kRunning;
    case TrialState::kSucceeded:
    case TrialState::kEarlyStopped:
      return kFinished;
    case TrialState::kKilled:
      return kKilled;
    default:
      return kFailed;
  }
}

int64_t MillisecondsOf(const google::protobuf::Timestamp& time) {
  return absl::ToUnixMillis(FromProto(time));
}

// In quotes: JSON's texts are YAML's, too.
std::string YamlText(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Other letters of a path would mean something else to who reads the address.
std::string FileUrl(const std::string& path) { return "file://" + UrlEncode(path, "/"); }

// As MLflow takes them: no path may lead out of the folder, and other letters become "_".
std::string KeyFileName(const std::string& key) {
  std::string name;
  for (const unsigned char c : key) {
    const bool is_plain = std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == ' ';
    name += is_plain && c < 128 ? static_cast<char>(c) : c == '/' ? '/' : '_';
  }
  if (name.empty() || name.front() == '/' || name.back() == '/' ||
      name.find("//") != std::string::npos || name.find("..") != std::string::npos ||
      name.front() == '.' || name.find("/.") != std::string::npos) {
    for (char& c : name) c = c == '/' || c == '.' ? '_' : c;
  }
  return name.empty() ? "_" : name;
}

Status WriteIn(const std::string& folder, const std::string& key, const std::string& content) {
  const std::string path = folder + "/" + KeyFileName(key);
  RETURN_IF_ERROR(MakeDirectories(path.substr(0, path.rfind('/'))));
  return WriteFileAtomically(path, content, false);
}

// As Python prints them, which reads them again.
std::string PythonNumber(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return fmt::format("{}", value);
}

Status WriteMetrics(const ExportedExperiment& exported, const v1::Trial& trial,
                    const std::string& folder) {
  ASSIGN_OR_RETURN(const auto points, exported.read_points(trial));
  std::map<std::string, std::string> lines;
  for (const auto& point : points) {
    if (!point.text().empty()) continue;
    // Two metrics may be given one file's name; their points must not mix.
    lines[KeyFileName(point.metric())] +=
        fmt::format("{} {} {}\n", MillisecondsOf(point.time()), PythonNumber(point.value()),
                    std::max<int64_t>(point.step(), 0));
  }
  RETURN_IF_ERROR(MakeDirectories(folder));
  for (const auto& [key, text] : lines) RETURN_IF_ERROR(WriteIn(folder, key, text));
  return absl::OkStatus();
}

Status WriteRun(const ExportedExperiment& exported, const std::string& experiment_id,
                const v1::Trial& trial, const std::string& folder) {
  RETURN_IF_ERROR(MakeDirectories(folder + "/artifacts"));
  const auto& began = trial.has_started() ? trial.started() : trial.created();
  const std::string meta = fmt::format(
      "artifact_uri: {}\nend_time: {}\nentry_point_name: ''\nexperiment_id: '{}'\n"
      "lifecycle_stage: active\nrun_id: {}\nrun_name: {}\nrun_uuid: {}\nsource_name: ''\n"
      "source_type: 4\nsource_version: ''\nstart_time: {}\nstatus: {}\ntags: []\n"
      "user_id: qalam\n",
      YamlText(FileUrl(folder + "/artifacts")),
      trial.has_completed() ? std::to_string(MillisecondsOf(trial.completed())) : "null",
      experiment_id, YamlText(trial.uid()), YamlText(trial.name()), YamlText(trial.uid()),
      MillisecondsOf(began), MlflowStatus(trial.state()));
  RETURN_IF_ERROR(WriteFileAtomically(folder + "/meta.yaml", meta, false));
  RETURN_IF_ERROR(WriteMetrics(exported, trial, folder + "/metrics"));
  RETURN_IF_ERROR(MakeDirectories(folder + "/params"));
  for (const auto& parameter : trial.parameters()) {
    RETURN_IF_ERROR(WriteIn(folder + "/params", parameter.name(), parameter.value()));
  }
  const std::pair<const char*, std::string> tags[] = {
      {"mlflow.runName", trial.name()},
      {"mlflow.user", "qalam"},
      {"mlflow.source.type", "LOCAL"},
      {"qalam.state", StateName(trial.state())},
      {"qalam.number", std::to_string(trial.number())}};
  for (const auto& [key, value] : tags) RETURN_IF_ERROR(WriteIn(folder + "/tags", key, value));
  return absl::OkStatus();
}

}  // namespace

Status ExportMlflow(const ExportedExperiment& exported, const std::string& path) {
  const v1::Experiment& experiment = exported.experiment;
  // MLflow's own are whole numbers of 18 digits.
  const std::string id = fmt::format(
      "{:018}", 100'000'000'000'000'000 + StableHash(experiment.uid()) % 899'999'999'999'999'999);
  // MLflow looks there from any other folder.
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  if (error) return ErrnoStatus(error.value(), fmt::format("cannot find the folder of {}", path));
  const std::string folder = (whole.lexically_normal() / id).string();
  RETURN_IF_ERROR(MakeDirectories(folder + "/tags"));
  const int64_t created = MillisecondsOf(experiment.created());
  RETURN_IF_ERROR(WriteFileAtomically(
      folder + "/meta.yaml",
      fmt::format("artifact_location: {}\ncreation_time: {}\nexperiment_id: '{}'\n"
                  "last_update_time: {}\nlifecycle_stage: active\nname: {}\n",
                  YamlText(FileUrl(folder)), created, id, created, YamlText(experiment.name())),
      false));
  for (const auto& trial : exported.trials) {
    RETURN_IF_ERROR(WriteRun(exported, id, trial, folder + "/" + trial.uid()));
  }
  return absl::OkStatus();
}

}  // namespace qalam
