#pragma once

#include "bench/samplers/json_process.h"
#include "bench/samplers/problem.h"

namespace qalam::bench {

// A problem that another process evaluates, such as real training. It is asked
//   {"op": "describe", "problem": NAME}                      -> {"parameters": [...]}
//   {"op": "evaluate", "problem": NAME, "parameters": {...}} -> {"loss": NUMBER or null}
// The process outlives the problem and may serve several.
StatusOr<std::unique_ptr<Problem>> CreateCommandProblem(JsonProcess& process,
                                                        const std::string& name);

}  // namespace qalam::bench
