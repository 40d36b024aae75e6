#include "suggestion/early_stopping/rungs.h"

#include <algorithm>
#include <cmath>

#include "base/status.h"

namespace qalam {

std::optional<int64_t> Rungs::Between(int64_t before, int64_t step) const {
  std::optional<int64_t> found;
  for (double rung = first; rung <= static_cast<double>(step); rung *= eta) {
    const auto whole = static_cast<int64_t>(std::ceil(rung));
    if (whole > before && whole <= step) found = whole;
  }
  return found;
}

std::optional<std::string> JudgeAtRung(const Rungs& rungs, const TrialCurves& curves,
                                       const std::string& trial,
                                       const std::function<bool(const std::string&)>& counts) {
  const auto& points = curves.Of(trial).points();
  const int64_t before = points.size() > 1 ? points[points.size() - 2].step : 0;
  const auto rung = rungs.Between(before, points.back().step);
  if (!rung) return std::nullopt;
  int64_t count = 1, ahead = 0;
  for (const auto& [name, curve] : curves.all()) {
    const auto* point = name != trial && counts(name) ? curve.At(*rung) : nullptr;
    if (point == nullptr) continue;
    ++count;
    ahead += point->best < points.back().best ? 1 : 0;
  }
  const int64_t places = std::max<int64_t>(
      1, static_cast<int64_t>(std::floor(static_cast<double>(count) / rungs.eta)));
  if (ahead < places) return std::nullopt;
  return fmt::format("at step {} it is number {} of {} trials, and the best {} go on", *rung,
                     ahead + 1, count, places);
}

}  // namespace qalam
