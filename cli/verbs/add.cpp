#include <cstdio>

#include "api/grpc_status.h"
#include "cli/connection.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

struct AddOptions {
  std::string experiment;
  std::vector<std::string> assignments;
};

StatusOr<int> Add(const CommonOptions& common, const AddOptions& options) {
  v1::AddTrialRequest request;
  *request.mutable_experiment() = MakeName(common, options.experiment);
  for (const auto& text : options.assignments) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return InvalidArgument("\"{}\" should be NAME=VALUE", text);
    }
    auto* parameter = request.add_parameters();
    parameter->set_name(text.substr(0, equals));
    parameter->set_value(text.substr(equals + 1));
  }
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  grpc::ClientContext context;
  v1::Trial trial;
  RETURN_IF_ERROR(FromGrpc(connection->stub().AddTrial(&context, request, &trial)));
  if (common.output == "table") {
    std::printf("added %s; it is the next to run\n", trial.name().c_str());
  } else {
    std::fputs((common.output == "json" ? FormatJson(trial) : FormatYaml(trial)).c_str(), stdout);
  }
  return 0;
}

}  // namespace

void AddAdd(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "add", "Add a trial with parameters of your own",
                           "qalam add digits-tpe lr=0.01 units=64");
  auto options = std::make_shared<AddOptions>();
  verb->add_option("NAME", options->experiment, "The experiment")->required();
  verb->add_option("PARAMETER=VALUE", options->assignments, "A value for each parameter")
      ->required();
  verb->callback([chosen, options] {
    *chosen = [options](const CommonOptions& common) { return Add(common, *options); };
  });
}

}  // namespace qalam
