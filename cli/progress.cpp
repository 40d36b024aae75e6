#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/convert.h"
#include "cli/output.h"

namespace qalam {

namespace {

std::string Fit(const std::string& line, int width) {
  const auto limit = static_cast<size_t>(std::max(width, 20));
  return line.size() <= limit ? line : line.substr(0, limit - 3) + "...";
}

std::string CountsText(const v1::TrialCounts& counts) {
  std::string text;
  const auto add = [&](int64_t count, const char* name) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  };
  add(counts.running() + counts.pending(), "running");
  add(counts.succeeded(), "succeeded");
  add(counts.early_stopped(), "stopped early");
  add(counts.failed(), "failed");
  add(counts.metrics_unavailable(), "without metric");
  add(counts.killed(), "killed");
  return text.empty() ? "no trial yet" : text;
}

std::string BestText(const v1::Experiment& experiment) {
  if (!experiment.has_best_trial()) return "best: none yet";
  const v1::Trial& best = experiment.best_trial();
  return fmt::format("best: {}={} with {}", experiment.objective_metric(),
                     ObjectiveValues(experiment, best).front(), FormatParameters(best));
}

}  // namespace

int64_t EndedTrials(const v1::TrialCounts& counts) {
  return counts.succeeded() + counts.failed() + counts.killed() + counts.early_stopped() +
         counts.metrics_unavailable();
}

std::string FormatTimeLeft(const v1::Experiment& experiment, Time now) {
  const int64_t ended = EndedTrials(experiment.counts());
  if (!experiment.has_started() || ended == 0 || experiment.max_trial_count() <= ended) return "";
  const double elapsed = absl::ToDoubleSeconds(now - FromProto(experiment.started()));
  const double left = elapsed / static_cast<double>(ended) *
                      static_cast<double>(experiment.max_trial_count() - ended);
  const auto seconds = static_cast<int64_t>(left + 0.5);
  if (seconds < 60) return fmt::format("{} s left", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s left", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min left", seconds / 3600, seconds % 3600 / 60);
}

std::vector<std::string> ProgressLines(const v1::Experiment& experiment, Time now, int width) {
  const int64_t ended = EndedTrials(experiment.counts());
  const int64_t most = experiment.max_trial_count();
  std::string first = fmt::format("{}  {}", experiment.name(), StateName(experiment.state()));
  if (most > 0) {
    constexpr int kBar = 30;
    const auto full = static_cast<size_t>(kBar * std::min(ended, most) / most);
    first += fmt::format("  [{}{}] {}/{}", std::string(full, '#'), std::string(kBar - full, '.'),
                         ended, most);
  } else {
    first += fmt::format("  {} trials ended", ended);
  }
  const std::string left = FormatTimeLeft(experiment, now);
  if (!left.empty()) first += "  " + left;
  return {Fit(first, width), Fit("  " + CountsText(experiment.counts()), width),
          Fit("  " + BestText(experiment), width)};
}

std::string ProgressLine(const v1::Experiment& experiment) {
  const int64_t ended = EndedTrials(experiment.counts());
  const std::string of =
      experiment.max_trial_count() > 0 ? fmt::format("/{}", experiment.max_trial_count()) : "";
  return fmt::format("{}: {} {}{} ({}); {}", experiment.name(), StateName(experiment.state()),
                     ended, of, CountsText(experiment.counts()), BestText(experiment));
}

std::string Summary(const v1::Experiment& experiment) {
  std::string text =
      fmt::format("\n{}: {} ({}): {}\n", experiment.name(), StateName(experiment.state()),
                  experiment.reason(), experiment.message());
  text += fmt::format("  trials: {}\n", CountsText(experiment.counts()));
  text += fmt::format("  algorithm: {}\n", experiment.algorithm_choice().empty()
                                               ? experiment.algorithm()
                                               : "auto chose " + experiment.algorithm_choice());
  if (!experiment.additional_objectives().empty() && !experiment.best_trials().empty()) {
    const std::vector<v1::Trial> best(experiment.best_trials().begin(),
                                      experiment.best_trials().end());
    text += "  best trials, none better in every objective:\n";
    text += FormatTable(TrialRows(experiment, best, /*with_state=*/false));
  } else if (experiment.has_best_trial()) {
    const v1::Trial& best = experiment.best_trial();
    text += fmt::format("  best trial: {}\n  {} = {}\n", best.name(), experiment.objective_metric(),
                        FormatObjective(experiment, best));
    for (const auto& parameter : best.parameters()) {
      text += fmt::format("    {} = {}\n", parameter.name(), parameter.value());
    }
    text += fmt::format("  its data: {}\n", best.work_dir());
  }
  text += fmt::format("  all data: {}\n", experiment.work_dir());
  return text;
}

}  // namespace qalam
