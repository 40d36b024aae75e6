#include "suggestion/history.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace qalam {

std::string PointKey(const Point& point) {
  std::string key(point.values.size() * sizeof(double), '\0');
  for (size_t i = 0; i < point.values.size(); ++i) {
    // One pattern for every NaN and for both zeros.
    double value = point.values[i];
    if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
    if (value == 0) value = 0;
    std::memcpy(key.data() + i * sizeof(double), &value, sizeof(double));
  }
  return key;
}

TakenPoints::TakenPoints(const PointSet& finished, const SampleRequest& request)
    : finished_(finished), constrained_space_(request.constrained_space) {
  for (const auto& pending : request.pending) others_.Add(pending.point);
}

double Loss(const TrialResult& result) {
  const bool usable =
      (result.state == TrialState::kSucceeded || result.state == TrialState::kEarlyStopped) &&
      !result.objectives.empty() && !std::isnan(result.objectives[0]);
  return usable ? result.objectives[0] : std::numeric_limits<double>::infinity();
}

bool IsInformative(const TrialResult& result) { return result.state != TrialState::kKilled; }

}  // namespace qalam
