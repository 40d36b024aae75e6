// The status of Experiment and Trial objects, with Katib's names.
#pragma once

#include <string>
#include <vector>

#include "api/proto/qalam_v1.pb.h"
#include "base/clock.h"
#include "controller/kubernetes/object.h"

namespace qalam::cluster {

// Reasons of the condition Failed of an object whose experiment was never begun, or is not known
// any more.
inline constexpr char kInvalidReason[] = "InvalidExperiment";
inline constexpr char kLostReason[] = "ExperimentLost";

// `note` is added to what the last condition says, where it is not empty.
Json ExperimentStatus(const v1::Experiment& experiment, const std::vector<v1::Trial>& trials,
                      const std::string& note);
// Of an object without an experiment. What `earlier` says of trials stays.
Json FailedStatus(const Json& earlier, const std::string& reason, const std::string& message,
                  Time now);
// The metric named `objective` comes first of its metrics.
Json TrialStatus(const v1::Trial& trial, const std::string& objective);

// What a merge patch must say to make the status `earlier` into `status`, the time of this
// reconciliation included; null when it says so already.
Json StatusPatch(const Json& earlier, const Json& status, Time now);

// Whether the condition of that type is True; its reason, where it is.
bool HasCondition(const Json& status, const std::string& type, std::string* reason = nullptr);

}  // namespace qalam::cluster
