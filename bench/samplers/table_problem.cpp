#include "bench/samplers/table_problem.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <unordered_map>

namespace qalam::bench {

namespace {

class TableProblem final : public Problem {
 public:
  TableProblem(SearchSpace space, std::unordered_map<std::string, double> losses, double optimum)
      : Problem(std::move(space)), losses_(std::move(losses)), optimum_(optimum) {}

  StatusOr<double> Evaluate(const Point& point) override {
    std::string key;
    for (size_t i = 0; i < space().size(); ++i) key += space()[i].Format(point.values[i]) + ",";
    const auto found = losses_.find(key);
    return found == losses_.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
  }

  std::optional<double> optimum() const override { return optimum_; }

 private:
  const std::unordered_map<std::string, double> losses_;
  const double optimum_;
};

}  // namespace

StatusOr<std::unique_ptr<Problem>> CreateTableProblem(const std::string& file,
                                                      const std::vector<Parameter>& parameters) {
  std::ifstream stream(file);
  if (!stream) return NotFound("no table at {}", file);
  std::unordered_map<std::string, double> losses;
  double optimum = std::numeric_limits<double>::infinity();
  std::string line;
  while (std::getline(stream, line)) {
    const size_t comma = line.rfind(',');
    if (comma == std::string::npos) return InvalidArgument("{}: no comma in: {}", file, line);
    const double loss = std::strtod(line.c_str() + comma + 1, nullptr);
    losses[line.substr(0, comma + 1)] = loss;
    optimum = std::min(optimum, loss);
  }
  if (losses.empty()) return InvalidArgument("{} has no rows", file);
  ASSIGN_OR_RETURN(auto space, SearchSpace::Create(parameters));
  return std::make_unique<TableProblem>(std::move(space), std::move(losses), optimum);
}

}  // namespace qalam::bench
