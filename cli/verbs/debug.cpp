#include <absl/time/clock.h>

#include <cstdio>

#include "api/grpc_status.h"
#include "cli/connection.h"
#include "cli/debug/bundle.h"
#include "cli/debug/server_report.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"
#include "db/sqlite/database_facts.h"

namespace qalam {

namespace {

constexpr int kMostEvents = 10'000;
constexpr int kMostExperiments = 100;

StatusOr<std::string> EventsOf(Connection& connection, const v1::Experiment& experiment) {
  v1::ListEventsRequest request;
  request.mutable_experiment()->set_namespace_(experiment.namespace_());
  request.mutable_experiment()->set_name(experiment.name());
  request.set_limit(kMostEvents);
  request.set_latest(true);
  grpc::ClientContext context;
  v1::ListEventsReply reply;
  RETURN_IF_ERROR(FromGrpc(connection.stub().ListEvents(&context, request, &reply)));
  return FormatJson(reply);
}

// Those that were made last, with their documents and events.
Status AddExperiments(Connection& connection, Bundle& bundle) {
  v1::ListExperimentsRequest request;
  request.set_page_size(kMostExperiments);
  request.set_descending(true);
  grpc::ClientContext context;
  v1::ListExperimentsReply reply;
  RETURN_IF_ERROR(FromGrpc(connection.stub().ListExperiments(&context, request, &reply)));
  for (const auto& listed : reply.experiments()) {
    v1::ExperimentName name;
    name.set_namespace_(listed.namespace_());
    name.set_name(listed.name());
    const auto experiment = GetExperiment(connection, name);
    const std::string folder = fmt::format("experiments/{}/{}", listed.namespace_(), listed.name());
    RETURN_IF_ERROR(bundle.Add(
        folder + "/experiment.yaml",
        experiment.ok() ? StatusOr<std::string>(FormatYaml(*experiment)) : experiment.status()));
    RETURN_IF_ERROR(bundle.Add(folder + "/events.json", EventsOf(connection, listed)));
  }
  return absl::OkStatus();
}

StatusOr<int> MakeBundle(const CommonOptions& common, const std::string& given) {
  const std::string path = given.empty() ? absl::FormatTime("qalam-debug-%Y%m%dT%H%M%S.tar.gz",
                                                            absl::Now(), absl::UTCTimeZone())
                                         : given;
  ASSIGN_OR_RETURN(auto bundle, Bundle::Create(path));
  RETURN_IF_ERROR(AddMachineReport(bundle));
  // A broken database is a reason for a bundle, not a hindrance.
  auto connection = Connection::Open(common, Connection::Mode::kView);
  Status status = connection.status();
  if (status.ok()) status = AddServerReport(**connection, common, bundle);
  if (status.ok()) status = AddExperiments(**connection, bundle);
  if (!status.ok()) {
    RETURN_IF_ERROR(bundle.Add("server.txt", StatusOr<std::string>(status)));
  }
  if (common.server.empty()) {
    RETURN_IF_ERROR(bundle.Add("database.txt", sqlite::DatabaseFacts(common.database)));
  }
  RETURN_IF_ERROR(bundle.Finish());
  std::printf("%s\nTokens, passwords and keys are masked; look into it before you pass it on.\n",
              path.c_str());
  return 0;
}

}  // namespace

void AddDebug(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb =
      NewVerb(app, common, "debug", "Gather what helps to find a fault", "qalam debug bundle");
  verb->require_subcommand(1);
  CLI::App* bundle = verb->add_subcommand(
      "bundle", "Versions, figures, health, logs, slow calls, events and the database's state");
  // The verb's own flags stand after its name, too.
  bundle->fallthrough();
  auto path = std::make_shared<std::string>();
  bundle->add_option("FILE", *path, "What to write, a .tar.gz; it must not exist");
  bundle->callback([chosen, path] {
    *chosen = [path](const CommonOptions& common) { return MakeBundle(common, *path); };
  });
}

}  // namespace qalam
