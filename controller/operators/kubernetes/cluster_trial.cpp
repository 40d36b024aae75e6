#include "controller/operators/kubernetes/cluster_trial.h"

#include "base/files.h"
#include "controller/operators/kubernetes/kubernetes_files.h"
#include "controller/operators/trial_folder.h"

namespace qalam {

namespace {

constexpr uint64_t kLargestStateFile = 1 << 20;

StatusOr<Json> ReadJsonFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kLargestStateFile));
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return DataLoss("{} is damaged", path);
  return value;
}

}  // namespace

Status WriteClusterTrial(const std::string& folder, const ClusterTrial& trial) {
  const kubernetes::Resource& resource = trial.path.resource;
  const Json text = {{"uid", trial.uid},
                     {"run", trial.run},
                     {"mark", trial.mark},
                     {"api_version", resource.api_version},
                     {"kind", resource.kind},
                     {"plural", resource.plural},
                     {"namespaced", resource.namespaced},
                     {"namespace", trial.path.name_space},
                     {"name", trial.path.name},
                     {"object_uid", trial.object_uid},
                     {"success", trial.conditions.success},
                     {"failure", trial.conditions.failure},
                     {"container", trial.container},
                     {"pod_labels", trial.pod_labels},
                     {"primary_role", trial.primary_role},
                     {"retain", trial.retain}};
  return WriteFileAtomically(FileInFolder(folder, kClusterTrialFile), text.dump(1), true);
}

StatusOr<ClusterTrial> ReadClusterTrial(const std::string& folder) {
  const std::string path = FileInFolder(folder, kClusterTrialFile);
  ASSIGN_OR_RETURN(const Json text, ReadJsonFile(path));
  try {
    ClusterTrial trial;
    trial.uid = text.at("uid");
    trial.run = text.at("run");
    trial.mark = text.at("mark");
    trial.path.resource = {text.at("api_version"), text.at("kind"), text.at("plural"),
                           text.at("namespaced")};
    trial.path.name_space = text.at("namespace");
    trial.path.name = text.at("name");
    trial.object_uid = text.at("object_uid");
    trial.conditions = {text.at("success"), text.at("failure")};
    trial.container = text.at("container");
    trial.pod_labels = text.at("pod_labels");
    trial.primary_role = text.at("primary_role");
    trial.retain = text.at("retain");
    return trial;
  } catch (const Json::exception& error) {
    return DataLoss("{} is damaged: {}", path, error.what());
  }
}

Status WriteClusterEnd(const std::string& folder, const ClusterEnd& end) {
  const Json text = {{"state", static_cast<int>(end.status.state)},
                     {"reason", end.status.reason},
                     {"message", end.status.message},
                     {"cleared", end.cleared}};
  return WriteFileAtomically(FileInFolder(folder, kClusterEndFile),
                             text.dump(-1, ' ', false, Json::error_handler_t::replace),
                             !end.cleared);
}

std::optional<ClusterEnd> ReadClusterEnd(const std::string& folder) {
  const auto text = ReadJsonFile(FileInFolder(folder, kClusterEndFile));
  if (text.status().code() == StatusCode::kNotFound) return std::nullopt;
  try {
    if (text.ok()) {
      return ClusterEnd{{static_cast<JobState>(text->at("state").get<int>()), text->at("reason"),
                         text->at("message")},
                        text->at("cleared")};
    }
  } catch (const Json::exception&) {
  }
  return ClusterEnd{{JobState::kFailed, "ResultDamaged", "how it ended cannot be read"}, true};
}

}  // namespace qalam
