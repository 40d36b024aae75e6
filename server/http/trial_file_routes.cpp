// What a trial left in its folder, and its architecture.

#include <sys/stat.h>
#include <unistd.h>

#include "controller/collector/job.h"
#include "server/analysis/architecture_graph.h"
#include "server/analysis/trial_files.h"
#include "server/http/experiment_of.h"
#include "server/http/message_json.h"
#include "server/http/route.h"
#include "server/http/schema.h"

namespace qalam::http {

namespace {

// The collector's orders, with the environment of the trial and its token.
bool IsSecret(const std::string& path) { return path == collector::kJobFile; }

std::string FolderOf(const FoundTrial& found) {
  return found.experiment.work_dir + "/" + found.trial.name;
}

StatusOr<Answer> ListFiles(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto found, TrialOf(context, request));
  ASSIGN_OR_RETURN(const auto listed, ListTrialFiles(FolderOf(found)));
  Json files = Json::array();
  for (const auto& file : listed.files) {
    if (IsSecret(file.path)) continue;
    files.push_back({{"path", file.path},
                     {"size", file.size},
                     {"modified", TimeToText(absl::ToUnixMillis(file.modified))}});
  }
  return JsonAnswer({{"files", std::move(files)}, {"isComplete", listed.is_complete}});
}

StatusOr<Answer> GetFile(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto found, TrialOf(context, request));
  const std::string& path = request.Part("path");
  if (IsSecret(path)) return NotFound("the trial has no file {}", path);
  ASSIGN_OR_RETURN(auto file, OpenTrialFile(FolderOf(found), path));
  Answer answer = DownloadAnswer("", "application/octet-stream", path.substr(path.rfind('/') + 1));
  answer.body = nullptr;
  answer.file_size = file.size;
  answer.file = std::make_shared<FileDescriptor>(std::move(file.descriptor));
  return answer;
}

StatusOr<Answer> GetArchitecture(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto found, TrialOf(context, request));
  ASSIGN_OR_RETURN(auto json, ArchitectureJson(found.trial));
  return TextAnswer(std::move(json), kJsonType);
}

Json ArchitectureSchema() {
  const Json node =
      ObjectOf({{"id", TextSchema()}, {"label", TextSchema()}, {"kind", TextSchema()}});
  const Json edge =
      ObjectOf({{"from", TextSchema()}, {"to", TextSchema()}, {"kind", TextSchema()}});
  return ObjectOf({{"kind", WordSchema({"cells", "chain"})},
                   {"graphs", ArrayOf(ObjectOf({{"title", TextSchema()},
                                                {"nodes", ArrayOf(node)},
                                                {"edges", ArrayOf(edge)}}))},
                   {"parameterCount?", {{"type", "number"}}}});
}

}  // namespace

void AddTrialFileRoutes(std::vector<Route>& routes) {
  const std::string one = "/trials/{namespace}/{trial}";
  routes.push_back({"GET", one + "/files", "The files in its folder", ListFiles,
                    ObjectOf({{"files", ArrayOf(ObjectOf({{"path", TextSchema()},
                                                          {"size", WholeSchema()},
                                                          {"modified", TimeSchema()}}))},
                              {"isComplete", BooleanSchema()}})});
  routes.push_back({.method = "GET",
                    .path = one + "/files/{path...}",
                    .summary = "One of them",
                    .handler = GetFile,
                    .reply_type = "application/octet-stream"});
  routes.push_back({"GET", one + "/architecture", "Its neural architecture, to be drawn",
                    GetArchitecture, ArchitectureSchema()});
}

}  // namespace qalam::http
