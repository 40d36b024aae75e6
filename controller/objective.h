#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

// The value, by its strategy, of every metric that the objective names. Those that were never
// reported, or only as NaN, are left out.
std::map<std::string, double> MetricValues(const Objective& objective,
                                           const std::vector<MetricSummary>& metrics);

// What a trial's metrics say of it: objectives as the user sees them, the main one first, and by
// how much each outcome constraint is broken.
struct TrialOutcome {
  // Empty when the main objective is text, as Katib's Best-Genotype is: it cannot be compared.
  std::vector<double> objectives;
  std::vector<double> violations;
};
// NOT_FOUND when the trial never reported an objective (the message says what it did report),
// OUT_OF_RANGE when one is not a number.
StatusOr<TrialOutcome> OutcomeOf(const ExperimentSpec& spec,
                                 const std::vector<MetricSummary>& metrics);

// Writes it down. A trial whose main objective is text keeps it among its metrics alone.
void PutOutcome(const TrialOutcome& outcome, TrialRecord& trial);

// Whether the trial is feasible and meets every goal that is given; false when none is.
bool ReachesGoal(const Objective& objective, const TrialRecord& trial);

}  // namespace qalam
