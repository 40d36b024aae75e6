#pragma once

#include <map>
#include <memory>
#include <string>

#include "api/experiment.h"
#include "suggestion/sampler.h"

namespace qalam {

// A sampler at work on one experiment, speaking in assignments and raw objective values. Not
// thread-safe.
class SamplerSession {
 public:
  struct Result {
    int64_t number = 0;
    TrialState state = TrialState::kSucceeded;
    std::vector<Assignment> parameters;
    std::optional<double> objective;            // as the user sees it, not oriented
    std::vector<double> additional_objectives;  // likewise; those that are missing become NaN
    std::vector<double> violations;             // likewise
    std::map<std::string, std::string> labels;
  };
  struct Pending {
    int64_t number = 0;
    std::vector<Assignment> parameters;
  };
  struct Suggestion {
    int64_t number = 0;
    std::vector<Assignment> parameters;
    std::map<std::string, std::string> labels;
  };

  // With the experiment's warm start told. INVALID_ARGUMENT when the algorithm refuses its settings
  // or the space, or a given trial is not of the space.
  static StatusOr<std::unique_ptr<SamplerSession>> Create(const ExperimentSpec& spec,
                                                          uint64_t seed);

  // INVALID_ARGUMENT, and nothing learnt, when a result's parameters are not of the space.
  Status Tell(const std::vector<Result>& results);
  // The experiment's initial trials come first, whatever the algorithm is.
  StatusOr<std::vector<Suggestion>> Suggest(int count, int64_t first_number,
                                            const std::vector<Pending>& pending) const;

 private:
  SamplerSession(SearchSpace space, const ExperimentSpec& spec, size_t constraint_count);

  const SearchSpace space_;
  std::vector<double> signs_;  // of each objective: -1 where it is maximised
  const size_t constraint_count_;
  std::vector<Point> initial_points_;  // of trials 0, 1, ...
  std::unique_ptr<Sampler> sampler_;
};

// One call may ask for no more proposals than this, and name no more trials.
inline constexpr int kMostSuggestions = 10000;

}  // namespace qalam
