#include "controller/experiment_trace.h"

#include <fmt/format.h>

#include "base/random.h"

namespace qalam {

namespace {

std::string AnnotationOf(const ExperimentDocument& document, const char* name) {
  const auto entry = document.metadata.annotations.find(name);
  return entry == document.metadata.annotations.end() ? "" : entry->second;
}

}  // namespace

void SetTraceOfExperiment(const TraceContext& trace, ExperimentDocument& document) {
  document.metadata.annotations[kTraceParentAnnotation] = trace.ToHeader();
  document.metadata.annotations.erase(kTraceStateAnnotation);
  if (!trace.state.empty()) document.metadata.annotations[kTraceStateAnnotation] = trace.state;
}

TraceContext TraceOfExperiment(const std::string& uid, const ExperimentDocument& document) {
  auto given = ParseTraceParent(AnnotationOf(document, kTraceParentAnnotation),
                                AnnotationOf(document, kTraceStateAnnotation));
  if (given) return *std::move(given);
  const auto digits = [&uid](const char* purpose) {
    return fmt::format("{:016x}", StableHash(purpose + uid));
  };
  return {digits("trace") + digits("trace end"), digits("span"), 0, ""};
}

}  // namespace qalam
