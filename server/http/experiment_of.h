#pragma once

#include "server/find.h"
#include "server/http/api_context.h"
#include "server/http/api_request.h"

namespace qalam::http {

// The names in the path of a route under /experiments/{namespace}/{name} and
// /trials/{namespace}/{trial}.
inline v1::ExperimentName ExperimentNameOf(const ApiRequest& request) {
  v1::ExperimentName name;
  name.set_namespace_(request.Part("namespace"));
  name.set_name(request.Part("name"));
  return name;
}
inline v1::TrialName TrialNameOf(const ApiRequest& request) {
  v1::TrialName name;
  name.set_namespace_(request.Part("namespace"));
  name.set_name(request.Part("trial"));
  return name;
}

// What they name. NOT_FOUND.
inline StatusOr<ExperimentRecord> ExperimentOf(const ApiContext& context,
                                               const ApiRequest& request) {
  return FindExperiment(context.store, ExperimentNameOf(request));
}
inline StatusOr<FoundTrial> TrialOf(const ApiContext& context, const ApiRequest& request) {
  return FindTrial(context.store, TrialNameOf(request));
}

}  // namespace qalam::http
