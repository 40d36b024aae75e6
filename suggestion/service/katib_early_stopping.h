// api.v1.beta1.EarlyStopping, for Katib's controllers and collectors.
#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace qalam {

struct ObservedValue {
  int64_t step = -1;  // -1: none given
  double value = 0;   // may be NaN
};

// What the service needs of the world around it. Both are called from gRPC's threads.
struct EarlyStoppingWorld {
  // A trial's values of the metric, in the order reported. `address` is the DBManager's that the
  // request names; it may be empty.
  std::function<StatusOr<std::vector<ObservedValue>>(
      const std::string& address, const std::string& trial, const std::string& metric)>
      read_observations;
  // A collector has stopped the trial: it is to be recorded as EarlyStopped.
  std::function<Status(const std::string& trial)> set_early_stopped;
};

// GetEarlyStoppingRules answers with the bounds that a rule has for a trial that begins now
// (StoppingRule::Bounds); rules that look at the others while they run cannot be said so and are
// refused with INVALID_ARGUMENT, by ValidateEarlyStoppingSettings too.
std::unique_ptr<grpc::Service> MakeKatibEarlyStoppingService(EarlyStoppingWorld world);

// Reads from the DBManager at the address, as Katib's does; has no trials that it could mark.
EarlyStoppingWorld RemoteEarlyStoppingWorld();

}  // namespace qalam
