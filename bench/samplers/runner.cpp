#include "bench/samplers/runner.h"

#include <limits>

#include "bench/samplers/bbob_problem.h"
#include "bench/samplers/command_problem.h"
#include "bench/samplers/learning_curves.h"
#include "bench/samplers/optimizer.h"
#include "bench/samplers/parameters.h"
#include "bench/samplers/table_problem.h"

namespace qalam::bench {

namespace {

StatusOr<Json> Minimise(Problem& problem, Optimizer& optimizer, int budget) {
  const double optimum = problem.optimum().value_or(0);
  double best = std::numeric_limits<double>::infinity();
  Json trace = Json::array();
  int trials = 0;
  while (trials < budget) {
    ASSIGN_OR_RETURN(const auto point, optimizer.Ask());
    if (!point) break;
    ASSIGN_OR_RETURN(const double loss, problem.Evaluate(*point));
    RETURN_IF_ERROR(optimizer.Tell(loss));
    ++trials;
    if (loss < best) {
      best = loss;
      trace.push_back(Json::array({trials, best - optimum}));
    }
  }
  return Json{{"trace", trace},
              {"trials", trials},
              {"regret", problem.optimum().has_value()},
              {"cpu_seconds", optimizer.CpuSeconds()}};
}

}  // namespace

StatusOr<Json> Runner::Run(const Json& job) {
  auto result = TryRun(job);
  // A child that erred may be out of step with us: the next job starts a fresh one.
  if (!result.ok()) children_.clear();
  return result;
}

StatusOr<Json> Runner::TryRun(const Json& job) {
  for (const char* field : {"problem", "optimizer", "seed", "budget"}) {
    if (!job.contains(field)) return InvalidArgument("the job has no {}", field);
  }
  if (job["problem"].value("kind", "") == "curves") return RunLearningCurves(job);
  const RunRequest request{.seed = job["seed"].get<uint64_t>(), .budget = job["budget"].get<int>()};
  ASSIGN_OR_RETURN(const auto problem, CreateProblem(job["problem"], request.seed));
  const Json& description = job["optimizer"];
  std::unique_ptr<Optimizer> optimizer;
  if (description.value("kind", "") == "own") {
    ASSIGN_OR_RETURN(optimizer, CreateOwnOptimizer(description, problem->space(), request));
  } else {
    ASSIGN_OR_RETURN(JsonProcess* const child, Child(description.value("command", Json())));
    ASSIGN_OR_RETURN(optimizer, CreatePeerOptimizer(*child, problem->space(), request));
  }
  return Minimise(*problem, *optimizer, request.budget);
}

StatusOr<JsonProcess*> Runner::Child(const Json& command) {
  std::vector<std::string> words;
  for (const auto& word : command) words.push_back(word.get<std::string>());
  auto& child = children_[words];
  if (child == nullptr) {
    ASSIGN_OR_RETURN(child, JsonProcess::Start(words));
  }
  return child.get();
}

StatusOr<std::unique_ptr<Problem>> Runner::CreateProblem(const Json& description, uint64_t seed) {
  const std::string kind = description.value("kind", "");
  if (kind == "bbob") {
    return CreateBbobProblem(description.value("function", 0), description.value("dimension", 0),
                             seed);
  }
  if (kind == "bbob-mixint") {
    return CreateMixedIntegerBbobProblem(description.value("function", 0),
                                         description.value("dimension", 0), seed);
  }
  if (kind == "table") {
    ASSIGN_OR_RETURN(const auto parameters,
                     ParseParameters(description.value("parameters", Json())));
    return CreateTableProblem(description.value("file", ""), parameters);
  }
  if (kind == "command") {
    ASSIGN_OR_RETURN(JsonProcess* const child, Child(description.value("command", Json())));
    return CreateCommandProblem(*child, description.value("name", ""));
  }
  return InvalidArgument("unknown kind of problem: {}", description.dump());
}

}  // namespace qalam::bench
