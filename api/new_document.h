#pragma once

#include <vector>

#include "api/experiment.h"

namespace qalam {

// What only a new document is refused for, each naming its field: those that are stored were
// accepted once, and stay.
std::vector<Fault> CheckNew(const ExperimentDocument& document);

}  // namespace qalam
