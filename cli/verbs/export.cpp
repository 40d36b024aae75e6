#include <cstdio>

#include "api/grpc_status.h"
#include "base/files.h"
#include "cli/connection.h"
#include "cli/export/export_format.h"
#include "cli/verbs/verbs.h"
#include "suggestion/registry.h"

namespace qalam {

namespace {

struct ExportOptions {
  std::string name, format, path;
};

StatusOr<std::vector<v1::MetricPoint>> ReadPoints(Connection& connection, const v1::Trial& trial) {
  v1::ReadMetricsRequest request;
  request.mutable_trial()->set_namespace_(trial.namespace_());
  request.mutable_trial()->set_name(trial.name());
  grpc::ClientContext context;
  v1::ReadMetricsReply reply;
  RETURN_IF_ERROR(FromGrpc(connection.stub().ReadMetrics(&context, request, &reply)));
  return std::vector<v1::MetricPoint>(std::make_move_iterator(reply.mutable_points()->begin()),
                                      std::make_move_iterator(reply.mutable_points()->end()));
}

StatusOr<const ExportFormat*> FindFormat(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& format : ExportFormats()) {
    if (format.name == name) return &format;
    names.emplace_back(format.name);
  }
  return InvalidArgument("there is no form \"{}\"; there is: {}", name, fmt::join(names, ", "));
}

StatusOr<int> Export(const CommonOptions& common, const ExportOptions& options) {
  ASSIGN_OR_RETURN(const ExportFormat* format, FindFormat(options.format));
  if (FileExists(options.path)) {
    return AlreadyExists("{} exists; name one that does not", options.path);
  }
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  ExportedExperiment exported;
  const auto name = MakeName(common, options.name);
  ASSIGN_OR_RETURN(exported.experiment, GetExperiment(*connection, name));
  auto parsed =
      ParseDocuments(exported.experiment.document_yaml(), options.name, RegisteredAlgorithms());
  if (!parsed.faults.empty()) {
    return Internal("the stored document has a fault: {}", parsed.faults[0].ToString());
  }
  exported.document = std::move(parsed.documents.at(0));
  ASSIGN_OR_RETURN(exported.trials, ListTrials(*connection, name));
  exported.read_points = [&](const v1::Trial& trial) { return ReadPoints(*connection, trial); };
  RETURN_IF_ERROR(format->write(exported, options.path));
  std::printf("%zu trials of %s are in %s\n", exported.trials.size(), options.name.c_str(),
              options.path.c_str());
  return 0;
}

}  // namespace

void AddExport(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "export", "Write an experiment for another tool to read",
                           "qalam export digits-tpe --to optuna digits.db");
  auto options = std::make_shared<ExportOptions>();
  verb->add_option("NAME", options->name, "The experiment")->required();
  std::string help;
  for (const auto& format : ExportFormats()) {
    help += fmt::format("{}{}: {}", help.empty() ? "" : "; ", format.name, format.help);
  }
  verb->add_option("--to", options->format, help)->required();
  verb->add_option("FILE", options->path, "What to write; it must not exist")->required();
  verb->callback([chosen, options] {
    *chosen = [options](const CommonOptions& common) { return Export(common, *options); };
  });
}

}  // namespace qalam
