#include <cmath>
#include <optional>

#include "bench/samplers/cpu_clock.h"
#include "bench/samplers/optimizer.h"
#include "suggestion/registry.h"

namespace qalam::bench {

namespace {

class OwnOptimizer final : public Optimizer {
 public:
  explicit OwnOptimizer(std::unique_ptr<Sampler> sampler) : sampler_(std::move(sampler)) {}

  StatusOr<std::optional<Point>> Ask() override {
    const double start = ThreadSeconds();
    ASSIGN_OR_RETURN(auto proposals, sampler_->Suggest({.count = 1, .first_trial_number = next_}));
    cpu_seconds_ += ThreadSeconds() - start;
    if (proposals.empty()) return std::optional<Point>();
    asked_ = std::move(proposals.front());
    ++next_;
    return std::optional<Point>(asked_.point);
  }

  Status Tell(double loss) override {
    TrialResult result{.number = asked_.trial_number, .point = asked_.point};
    if (std::isnan(loss)) {
      result.state = TrialState::kFailed;
    } else {
      result.objectives = {loss};
    }
    result.labels = asked_.labels;
    const double start = ThreadSeconds();
    sampler_->Tell({&result, 1});
    cpu_seconds_ += ThreadSeconds() - start;
    return absl::OkStatus();
  }

  double CpuSeconds() const override { return cpu_seconds_; }

 private:
  std::unique_ptr<Sampler> sampler_;
  Proposal asked_;
  int64_t next_ = 0;
  double cpu_seconds_ = 0;
};

}  // namespace

StatusOr<std::unique_ptr<Sampler>> CreateOwnSampler(const Json& description,
                                                    const SearchSpace& space,
                                                    const RunRequest& request) {
  ExperimentSpec spec;
  spec.objective.type = ObjectiveType::kMinimize;
  spec.algorithm.name = description.value("algorithm", "");
  if (description.contains("settings")) {
    for (const auto& [name, value] : description["settings"].items()) {
      spec.algorithm.settings.push_back(
          {name, value.is_string() ? value.get<std::string>() : value.dump()});
    }
  }
  for (const auto& dimension : space.dimensions()) {
    spec.parameters.push_back(dimension.parameter());
  }
  if (request.budget > 0) spec.max_trial_count = request.budget;
  spec.parallel_trial_count = request.parallel_trials;
  return CreateSampler(spec, space, request.seed);
}

StatusOr<std::unique_ptr<Optimizer>> CreateOwnOptimizer(const Json& description,
                                                        const SearchSpace& space,
                                                        const RunRequest& request) {
  ASSIGN_OR_RETURN(auto sampler, CreateOwnSampler(description, space, request));
  return std::make_unique<OwnOptimizer>(std::move(sampler));
}

}  // namespace qalam::bench
