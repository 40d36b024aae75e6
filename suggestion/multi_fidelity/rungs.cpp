#include "suggestion/multi_fidelity/rungs.h"

#include <cmath>

#include "suggestion/history.h"

namespace qalam {

void Rungs::Enter(Configuration& configuration, size_t level, const Ended& ended) {
  const auto [place, is_new] = configuration.ended.try_emplace(level, ended);
  if (!is_new && ended.number >= place->second.number) return;
  if (!is_new) {
    rungs_[{configuration.bracket, level}].erase(
        {place->second.loss, place->second.number, &configuration});
    place->second = ended;
  }
  rungs_[{configuration.bracket, level}].insert({ended.loss, ended.number, &configuration});
}

void Rungs::Tell(const TrialResult& result) {
  const auto level = ladder_.LevelOf(result.point.values[ladder_.dimension()]);
  const Point point = ladder_.WithoutResource(result.point);
  const size_t seen_at = level.value_or(ladder_.levels().size());
  const auto [place, is_new] = configurations_.try_emplace(PointKey(point));
  Configuration& configuration = place->second;
  if (is_new) configuration = {.point = point, .bracket = seen_at, .highest = 0};
  if (!level) return;
  configuration.highest = std::max(configuration.highest, *level);
  if (*level < configuration.bracket) {
    // Told of its later levels first: it moves, with all it has, to the bracket where it began.
    for (const auto& [at, ended] : configuration.ended) {
      rungs_[{configuration.bracket, at}].erase({ended.loss, ended.number, &configuration});
      rungs_[{*level, at}].insert({ended.loss, ended.number, &configuration});
    }
    configuration.bracket = *level;
  }
  if (IsInformative(result)) Enter(configuration, *level, {Loss(result), result.number});
}

std::optional<Rungs::Promotion> Rungs::NextPromotion(const Pending& pending,
                                                     const MayRun& may_run) const {
  std::optional<Promotion> best;
  for (const auto& [place, rung] : rungs_) {
    const auto [bracket, level] = place;
    if (level + 1 >= ladder_.levels().size() || (best && level + 1 <= best->level)) continue;
    auto left = static_cast<size_t>(static_cast<double>(rung.size()) / ladder_.eta());
    for (const auto& [loss, number, configuration] : rung) {
      if (left == 0 || !std::isfinite(loss)) break;
      // What has gone on already is counted without being asked about again.
      const bool has_gone_on = configuration->highest > level;
      if (!has_gone_on && !may_run(configuration->point, level + 1)) continue;
      --left;
      if (has_gone_on) continue;
      const auto running = pending.highest().find(PointKey(configuration->point));
      if (running != pending.highest().end() && running->second > level) continue;
      best = Promotion{configuration->point, level + 1, bracket};
      break;
    }
  }
  return best;
}

}  // namespace qalam
