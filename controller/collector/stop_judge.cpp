#include "controller/collector/stop_judge.h"

namespace qalam::collector {

namespace {

constexpr char kThisTrial[] = "this";

}  // namespace

StatusOr<std::unique_ptr<StopJudge>> StopJudge::Create(const StopRule& given) {
  const StoppingEntry* entry = FindStoppingRule(given.name);
  if (entry == nullptr || !entry->of_one_trial) {
    return InvalidArgument("the early stopping rule {} cannot be judged by one trial", given.name);
  }
  std::vector<Setting> settings_given;
  for (const auto& [name, value] : given.settings) settings_given.push_back({name, value});
  Settings settings;
  const auto faults = Settings::Parse(entry->name, entry->settings, settings_given, &settings);
  if (!faults.empty()) return InvalidArgument("{}", faults.front().message);
  auto rule = entry->create({.settings = settings, .maximize = given.maximize});
  return std::unique_ptr<StopJudge>(new StopJudge(given, std::move(rule)));
}

void StopJudge::Add(const SpooledPoint& point) {
  if (point.metric != metric_ || hopeless_) return;
  curves_.Add(kThisTrial, point.step, maximize_ ? -point.value : point.value);
  hopeless_ = rule_->Judge({&curves_, 1}, kThisTrial);
}

}  // namespace qalam::collector
