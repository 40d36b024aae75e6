#include "bench/samplers/command_problem.h"

#include <limits>

#include "bench/samplers/parameters.h"

namespace qalam::bench {

namespace {

class CommandProblem final : public Problem {
 public:
  CommandProblem(SearchSpace space, JsonProcess& process, std::string name)
      : Problem(std::move(space)), process_(process), name_(std::move(name)) {}

  StatusOr<double> Evaluate(const Point& point) override {
    ASSIGN_OR_RETURN(const Json answer,
                     process_.Request({{"op", "evaluate"},
                                       {"problem", name_},
                                       {"parameters", DescribePoint(space(), point)}}));
    const auto loss = answer.find("loss");
    return loss == answer.end() || !loss->is_number() ? std::numeric_limits<double>::quiet_NaN()
                                                      : loss->get<double>();
  }

 private:
  JsonProcess& process_;
  const std::string name_;
};

}  // namespace

StatusOr<std::unique_ptr<Problem>> CreateCommandProblem(JsonProcess& process,
                                                        const std::string& name) {
  ASSIGN_OR_RETURN(const Json answer, process.Request({{"op", "describe"}, {"problem", name}}));
  if (!answer.contains("parameters")) return InvalidArgument("{} has no parameters", name);
  ASSIGN_OR_RETURN(const auto parameters, ParseParameters(answer["parameters"]));
  ASSIGN_OR_RETURN(auto space, SearchSpace::Create(parameters));
  return std::make_unique<CommandProblem>(std::move(space), process, name);
}

}  // namespace qalam::bench
