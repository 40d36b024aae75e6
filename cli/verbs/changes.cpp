// stop, pause, resume, edit and delete: each is one call that changes an experiment.

#include <cstdio>

#include "api/grpc_status.h"
#include "cli/follow.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

using Stub = v1::ExperimentService::Stub;
using Change = grpc::Status (Stub::*)(grpc::ClientContext*, const v1::ExperimentName&,
                                      v1::Experiment*);

StatusOr<v1::Experiment> Call(Connection& connection, Change change,
                              const v1::ExperimentName& name) {
  grpc::ClientContext context;
  v1::Experiment reply;
  RETURN_IF_ERROR(FromGrpc((connection.stub().*change)(&context, name, &reply)));
  return reply;
}

// Adds a verb that takes one experiment's name.
void AddNamed(CLI::App& app, CommonOptions& common, Action* chosen, const std::string& verb_name,
              const std::string& summary,
              StatusOr<int> (*run)(const CommonOptions&, const std::string&)) {
  CLI::App* verb =
      NewVerb(app, common, verb_name, summary, fmt::format("qalam {} digits-tpe", verb_name));
  auto name = std::make_shared<std::string>();
  verb->add_option("NAME", *name, "The experiment")->required();
  verb->callback([chosen, name, run] {
    *chosen = [name, run](const CommonOptions& common) { return run(common, *name); };
  });
}

StatusOr<int> Stop(const CommonOptions& common, const std::string& name) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kRun));
  RETURN_IF_ERROR(Call(*connection, &Stub::StopExperiment, MakeName(common, name)).status());
  RETURN_IF_ERROR(FollowExperiments(*connection, {MakeName(common, name)}).status());
  return 0;
}

StatusOr<int> Pause(const CommonOptions& common, const std::string& name) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  RETURN_IF_ERROR(Call(*connection, &Stub::PauseExperiment, MakeName(common, name)).status());
  std::printf("paused %s: running trials end, no new one begins\n", name.c_str());
  return 0;
}

// Without a live server the experiment runs here, in the foreground, as with `run`.
StatusOr<int> Resume(const CommonOptions& common, const std::string& name) {
  NoteInterrupts();
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kRun));
  ASSIGN_OR_RETURN(const auto resumed,
                   Call(*connection, &Stub::ResumeExperiment, MakeName(common, name)));
  if (connection->is_embedded() && resumed.client_run()) {
    std::printf("%s goes on once \"qalam serve\" runs: clients ask for its trials\n", name.c_str());
    return 0;
  }
  if (connection->is_embedded()) return FollowExperiments(*connection, {MakeName(common, name)});
  std::printf("%s goes on\n", name.c_str());
  return 0;
}

StatusOr<int> Delete(const CommonOptions& common, const std::string& name) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kRun));
  grpc::ClientContext context;
  v1::DeleteExperimentReply reply;
  RETURN_IF_ERROR(
      FromGrpc(connection->stub().DeleteExperiment(&context, MakeName(common, name), &reply)));
  std::printf("deleted %s\n", name.c_str());
  return 0;
}

struct Budget {
  std::string name;
  int64_t max_trials = -1, parallel = -1, max_failed = -1;
};

StatusOr<int> Edit(const CommonOptions& common, const Budget& budget) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  grpc::ClientContext context;
  v1::EditBudgetRequest request;
  *request.mutable_experiment() = MakeName(common, budget.name);
  if (budget.max_trials >= 0) request.set_max_trial_count(budget.max_trials);
  if (budget.parallel >= 0) request.set_parallel_trial_count(budget.parallel);
  if (budget.max_failed >= 0) request.set_max_failed_trial_count(budget.max_failed);
  v1::Experiment reply;
  RETURN_IF_ERROR(FromGrpc(connection->stub().EditBudget(&context, request, &reply)));
  const int64_t parallel = reply.parallel_trial_count();
  std::printf("%s: at most %lld trials, %s at once\n", budget.name.c_str(),
              static_cast<long long>(reply.max_trial_count()),
              parallel > 0 ? std::to_string(parallel).c_str() : "as many as are asked for");
  if (connection->is_embedded() && reply.state() == v1::EXPERIMENT_RESTARTING) {
    std::printf("go on with: qalam resume %s\n", budget.name.c_str());
  }
  return 0;
}

}  // namespace

void AddStop(CLI::App& app, CommonOptions& common, Action* chosen) {
  AddNamed(app, common, chosen, "stop", "Stop an experiment and its running trials", Stop);
}
void AddPause(CLI::App& app, CommonOptions& common, Action* chosen) {
  AddNamed(app, common, chosen, "pause", "Let running trials end and start no new one", Pause);
}
void AddResume(CLI::App& app, CommonOptions& common, Action* chosen) {
  AddNamed(app, common, chosen, "resume", "Go on with a paused or stopped experiment", Resume);
}
void AddDelete(CLI::App& app, CommonOptions& common, Action* chosen) {
  AddNamed(app, common, chosen, "delete", "Remove an experiment with all its data", Delete);
}

void AddEdit(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "edit", "Change the budget of an experiment",
                           "qalam edit digits-tpe --max-trials 60 --parallel 4");
  auto budget = std::make_shared<Budget>();
  verb->add_option("NAME", budget->name, "The experiment")->required();
  verb->add_option("--max-trials", budget->max_trials, "maxTrialCount");
  verb->add_option("--parallel", budget->parallel, "parallelTrialCount");
  verb->add_option("--max-failed", budget->max_failed, "maxFailedTrialCount");
  verb->callback([chosen, budget] {
    *chosen = [budget](const CommonOptions& common) { return Edit(common, *budget); };
  });
}

}  // namespace qalam
