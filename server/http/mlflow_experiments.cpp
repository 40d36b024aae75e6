#include "server/find.h"
#include "server/http/mlflow.h"

namespace qalam::http {

namespace {

Json ExperimentJson(const ExperimentRecord& record) {
  return {{"experiment_id", record.uid},
          {"name",
           record.name_space == "default" ? record.name : record.name_space + "/" + record.name},
          {"artifact_location", "file://" + record.work_dir},
          {"lifecycle_stage", "active"},
          {"creation_time", absl::ToUnixMillis(record.created)},
          {"last_update_time", absl::ToUnixMillis(record.created)}};
}

// "name", or "namespace/name".
v1::ExperimentName NameOfMlflow(const std::string& text) {
  const size_t slash = text.find('/');
  v1::ExperimentName name;
  if (slash != std::string::npos) name.set_namespace_(text.substr(0, slash));
  name.set_name(slash == std::string::npos ? text : text.substr(slash + 1));
  return name;
}

}  // namespace

// Whatever it is called, the program's experiment is the one that its trial belongs to.
StatusOr<Json> CreateMlflowExperiment(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto own, call.OwnTrial());
  if (own) return Json{{"experiment_id", own->experiment.uid}};
  ASSIGN_OR_RETURN(const auto name, call.Text("name"));
  if (FindExperiment(call.context.store, NameOfMlflow(name)).ok()) {
    return AlreadyExists("experiment {} exists", name);
  }
  return Unimplemented(
      "an experiment is made from a document, with `qalam submit` or POST /api/v1/experiments");
}

StatusOr<Json> GetMlflowExperiment(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto own, call.OwnTrial());
  if (own) return Json{{"experiment", ExperimentJson(own->experiment)}};
  ASSIGN_OR_RETURN(const auto id, call.Text("experiment_id"));
  if (id.empty()) return InvalidArgument("experiment_id is missing");
  ASSIGN_OR_RETURN(const auto records, call.context.store.ListExperiments({.uid = id}));
  if (records.empty()) return NotFound("there is no experiment {}", id.substr(0, 100));
  return Json{{"experiment", ExperimentJson(records[0])}};
}

StatusOr<Json> GetMlflowExperimentByName(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto own, call.OwnTrial());
  if (own) return Json{{"experiment", ExperimentJson(own->experiment)}};
  ASSIGN_OR_RETURN(const auto name, call.Text("experiment_name"));
  ASSIGN_OR_RETURN(const auto record, FindExperiment(call.context.store, NameOfMlflow(name)));
  return Json{{"experiment", ExperimentJson(record)}};
}

StatusOr<Json> SearchMlflowExperiments(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto own, call.OwnTrial());
  ASSIGN_OR_RETURN(const auto filter, call.Text("filter"));
  if (!filter.empty()) return Unimplemented("experiments are not searched by a filter here");
  if (own) return Json{{"experiments", Json::array({ExperimentJson(own->experiment)})}};
  constexpr int kMostExperiments = 1000;
  ASSIGN_OR_RETURN(const auto records, call.context.store.ListExperiments(
                                           {.descending = true, .limit = kMostExperiments}));
  Json experiments = Json::array();
  for (const auto& record : records) experiments.push_back(ExperimentJson(record));
  return Json{{"experiments", experiments}};
}

}  // namespace qalam::http
