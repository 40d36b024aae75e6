#pragma once

#include "bench/samplers/problem.h"

namespace qalam::bench {

// A table of measured losses, looked up. `parameters` all have lists of values; each line of the
// CSV file is their values in that order, as in the lists, and then the loss. A combination that
// the table lacks is a failed trial. optimum() is the least loss in the table.
StatusOr<std::unique_ptr<Problem>> CreateTableProblem(const std::string& file,
                                                      const std::vector<Parameter>& parameters);

}  // namespace qalam::bench
