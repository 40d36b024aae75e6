#include <absl/time/clock.h>

#include <cstdio>

#include "api/grpc_status.h"
#include "cli/documents.h"
#include "cli/follow.h"
#include "cli/operator_flags.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

// What a run is about.
struct RunExperiments {
  std::vector<v1::ExperimentName> names;
  std::vector<std::string> ended;  // of them, those that had ended before
};

Status GoOnWith(Connection& connection, const v1::ExperimentName& name) {
  std::printf("going on with the experiment %s\n", name.name().c_str());
  grpc::ClientContext context;
  v1::Experiment reply;
  return FromGrpc(connection.stub().ResumeExperiment(&context, name, &reply));
}

// Of a document whose experiments are there: unfinished ones go on, and finished ones are not
// touched.
Status Continue(Connection& connection, const DocumentText& document, RunExperiments& all) {
  ASSIGN_OR_RETURN(const auto given, NamesOf(connection, document));
  std::vector<v1::ExperimentName> unfinished;
  for (const auto& name : given) {
    const auto experiment = GetExperiment(connection, name);
    if (experiment.status().code() == StatusCode::kNotFound) {
      return AlreadyExists(
          "{}: some of its experiments are there already, and {} is not; give it a file of its own",
          document.source, name.name().empty() ? "one with generateName" : name.name());
    }
    RETURN_IF_ERROR(experiment.status());
    const auto state = experiment->state();
    if (state == v1::EXPERIMENT_SUCCEEDED || state == v1::EXPERIMENT_FAILED) {
      all.ended.push_back(name.name());
    } else {
      unfinished.push_back(name);
    }
    all.names.push_back(name);
  }
  for (const auto& name : unfinished) RETURN_IF_ERROR(GoOnWith(connection, name));
  return absl::OkStatus();
}

// New ones, and those that go on. ALREADY_EXISTS when all have ended before.
StatusOr<std::vector<v1::ExperimentName>> Begin(Connection& connection,
                                                const std::vector<DocumentText>& documents) {
  RunExperiments all;
  for (const auto& document : documents) {
    const auto created = CreateExperiments(connection, document);
    if (created.ok()) {
      all.names.insert(all.names.end(), created->begin(), created->end());
    } else if (created.status().code() == StatusCode::kAlreadyExists) {
      RETURN_IF_ERROR(Continue(connection, document, all));
    } else {
      return created.status();
    }
  }
  if (all.ended.size() == all.names.size()) {
    return AlreadyExists(
        "there is already an experiment {}, which has ended; remove it with \"qalam delete NAME\", "
        "give this one another name, or use metadata.generateName",
        fmt::join(all.ended, ", "));
  }
  for (const auto& name : all.ended) {
    std::printf("the experiment %s has ended already\n", name.c_str());
  }
  return all.names;
}

struct RunOptions {
  std::vector<std::string> files;
  bool ui = false;
  std::shared_ptr<OperatorFlags> engine = std::make_shared<OperatorFlags>();
};

Status ShowWebUi(Connection& connection) {
  grpc::ClientContext context;
  v1::ServerInfo info;
  RETURN_IF_ERROR(FromGrpc(connection.stub().GetServerInfo(&context, {}, &info)));
  if (info.web_url().empty()) {
    return FailedPrecondition("the server at {} has no web UI; start it with --http HOST:PORT",
                              connection.address());
  }
  std::printf("web UI %s\n", info.web_url().c_str());
  std::fflush(stdout);
  return absl::OkStatus();
}

StatusOr<int> Run(const CommonOptions& common, const RunOptions& options) {
  ASSIGN_OR_RETURN(const auto documents, ReadDocuments(options.files));
  NoteInterrupts();
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kRun, options.ui,
                                                     options.engine->Choice()));
  if (!connection->is_embedded()) {
    if (options.engine->AreGiven()) {
      return FailedPrecondition(
          "a server is live on this database and runs the trials; the flags that say where "
          "trials run, such as --operator and --cpus, are for it to be started with");
    }
    std::printf("a server is live on this database; the experiment runs there\n");
  }
  for (const auto& document : documents) {
    const std::string client_run = ClientRunExperiment(document);
    if (!connection->is_embedded() || client_run.empty()) continue;
    return FailedPrecondition(
        "the trials of {} are run by clients that ask for them (trialRunner: Client), and \"run\" "
        "serves none; start \"qalam serve\", then say \"qalam submit\"",
        client_run);
  }
  if (options.ui) RETURN_IF_ERROR(ShowWebUi(*connection));
  ASSIGN_OR_RETURN(const auto names, Begin(*connection, documents));
  ASSIGN_OR_RETURN(const int result, FollowExperiments(*connection, names));
  if (options.ui && connection->is_embedded() && !Interrupted()) {
    std::printf("the web UI stays until Ctrl-C\n");
    std::fflush(stdout);
    while (!Interrupted()) absl::SleepFor(absl::Milliseconds(100));
  }
  return result;
}

}  // namespace

void AddRun(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "run", "Run experiments here and show how they go",
                           "qalam run examples/digits/tpe.yaml");
  auto options = std::make_shared<RunOptions>();
  verb->add_option("FILE", options->files, "Experiment documents; - reads standard input")
      ->required();
  AddOperatorFlags(*verb, options->engine);
  verb->add_flag("--ui", options->ui, "Serve the web UI, too, and go on after the end");
  verb->callback([chosen, options] {
    *chosen = [options](const CommonOptions& common) { return Run(common, *options); };
  });
}

}  // namespace qalam
