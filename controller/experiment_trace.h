// Which trace an experiment belongs to: that of the request that made it.
#pragma once

#include <string>

#include "api/experiment.h"
#include "base/trace_context.h"

namespace qalam {

// Annotations of the document that hold it.
inline constexpr char kTraceParentAnnotation[] = "qalam.io/traceparent";
inline constexpr char kTraceStateAnnotation[] = "qalam.io/tracestate";

void SetTraceOfExperiment(const TraceContext& trace, ExperimentDocument& document);
// One that has none, since it was made by an earlier version, has one that follows from its uid.
TraceContext TraceOfExperiment(const std::string& uid, const ExperimentDocument& document);

}  // namespace qalam
