#include <cstdio>

#include "api/grpc_status.h"
#include "cli/connection.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

StatusOr<int> List(const CommonOptions& common, bool all) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  v1::ListExperimentsReply whole;
  v1::ListExperimentsRequest request;
  if (!all) request.set_namespace_(common.name_space);
  do {
    grpc::ClientContext context;
    v1::ListExperimentsReply page;
    RETURN_IF_ERROR(FromGrpc(connection->stub().ListExperiments(&context, request, &page)));
    request.set_page_token(page.next_page_token());
    whole.mutable_experiments()->MergeFrom(page.experiments());
  } while (!request.page_token().empty());
  if (common.output == "json") {
    std::fputs(FormatJson(whole).c_str(), stdout);
  } else if (common.output == "yaml") {
    std::fputs(FormatYaml(whole).c_str(), stdout);
  } else {
    std::vector<std::vector<std::string>> rows = {
        {"NAME", "STATE", "REASON", "TRIALS", "BEST", "ALGORITHM"}};
    for (const auto& experiment : whole.experiments()) {
      rows.push_back(
          {experiment.name(), StateName(experiment.state()), experiment.reason(),
           fmt::format("{}/{}", EndedTrials(experiment.counts()), experiment.max_trial_count()),
           experiment.has_best_trial()
               ? ObjectiveValues(experiment, experiment.best_trial()).front()
               : "-",
           experiment.algorithm()});
    }
    std::fputs(FormatTable(rows).c_str(), stdout);
  }
  return 0;
}

}  // namespace

void AddList(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "list", "List experiments", "qalam list -o json");
  auto all = std::make_shared<bool>(false);
  verb->add_flag("-A,--all-namespaces", *all, "Of every namespace");
  verb->callback([chosen, all] {
    *chosen = [all](const CommonOptions& common) { return List(common, *all); };
  });
}

}  // namespace qalam
