#pragma once

#include <string>

#include "server/http/api_context.h"

namespace qalam::http {

// The answer of GET /metrics: what was counted, and how things stand. Costs no look at trials: the
// counts are those that lists of experiments are kept by.
StatusOr<std::string> MetricsText(const ApiContext& context);

}  // namespace qalam::http
