// Records as the lines of docs/formats/export.md have them.
#pragma once

#include <nlohmann/json.hpp>

#include "base/status.h"
#include "db/store.h"

namespace qalam::transfer {

using Json = nlohmann::ordered_json;

Json ToJson(const ExperimentRecord& record);
// Without the summaries of its metrics, which follow from its points.
Json ToJson(const TrialRecord& record);
Json ToJson(const MetricPoint& point);
Json ToJson(const EventRecord& event);

// INVALID_ARGUMENT names the key that is missing or not what it should be.
StatusOr<ExperimentRecord> ReadExperimentJson(const Json& json);
StatusOr<TrialRecord> ReadTrialJson(const Json& json);
StatusOr<MetricPoint> ReadPointJson(const Json& json);
StatusOr<EventRecord> ReadEventJson(const Json& json);

}  // namespace qalam::transfer
