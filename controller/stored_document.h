#pragma once

#include <string>

#include "api/experiment.h"
#include "base/status.h"

namespace qalam {

// The document of an ExperimentRecord, also where its algorithm or its space would be refused now.
// INTERNAL when it is not one, which only damage can cause.
StatusOr<ExperimentDocument> ParseStoredDocument(const std::string& json);

}  // namespace qalam
