// Who minimises: one of our samplers in this process, or a peer in its own.
#pragma once

#include <memory>

#include "bench/samplers/json_process.h"
#include "bench/samplers/problem.h"
#include "suggestion/sampler.h"

namespace qalam::bench {

// One run, sequentially: Ask, Tell, Ask, Tell, ...
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // Nothing: the space holds nothing more to try.
  virtual StatusOr<std::optional<Point>> Ask() = 0;
  // The loss of the point asked last; NaN for a trial that failed.
  virtual Status Tell(double loss) = 0;
  // Processor time spent so far on asking and telling.
  virtual double CpuSeconds() const = 0;
};

struct RunRequest {
  uint64_t seed = 1;
  int budget = 200;  // trials; 0: not known beforehand
  int parallel_trials = 1;
};

// {"kind": "own", "algorithm": NAME, "settings": {...}}.
StatusOr<std::unique_ptr<Sampler>> CreateOwnSampler(const Json& description,
                                                    const SearchSpace& space,
                                                    const RunRequest& request);
StatusOr<std::unique_ptr<Optimizer>> CreateOwnOptimizer(const Json& description,
                                                        const SearchSpace& space,
                                                        const RunRequest& request);
// Starts a run in a peer's process, which must outlive the optimizer.
StatusOr<std::unique_ptr<Optimizer>> CreatePeerOptimizer(JsonProcess& process,
                                                         const SearchSpace& space,
                                                         const RunRequest& request);

}  // namespace qalam::bench
