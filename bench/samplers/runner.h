// Runs jobs: one optimizer on one problem with one seed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/samplers/json_process.h"
#include "bench/samplers/problem.h"

namespace qalam::bench {

class Runner {
 public:
  // A job line, e.g.
  //   {"problem": {"kind": "bbob", "function": 1, "dimension": 5},
  //    "optimizer": {"kind": "own", "algorithm": "tpe", "settings": {}}, "seed": 1, "budget": 200}
  // or with "optimizer": {"kind": "peer", "command": ["python3", "peer.py"]}; the problem's kinds
  // stand below. Deterministic given the line, as far as the peer is.
  // The result: {"trace": [[TRIAL, BEST], ...], "trials": N, "cpu_seconds": S}. The trace holds
  // each improvement, with trials counted from 1, and the loss above the optimum where the problem
  // knows it ("regret": true). INVALID_ARGUMENT for a bad line or an optimizer that refuses the
  // space.
  StatusOr<Json> Run(const Json& job);

 private:
  StatusOr<Json> TryRun(const Json& job);
  // Children are kept between jobs, by command: an interpreter's start costs more than many a run.
  StatusOr<JsonProcess*> Child(const Json& command);
  // {"kind": "bbob" or "bbob-mixint", "function": 1..24, "dimension": D}; the seed is the instance
  // {"kind": "table", "file": CSV, "parameters": [...]}
  // {"kind": "command", "command": [...], "name": NAME}
  StatusOr<std::unique_ptr<Problem>> CreateProblem(const Json& description, uint64_t seed);

  std::map<std::vector<std::string>, std::unique_ptr<JsonProcess>> children_;
};

}  // namespace qalam::bench
