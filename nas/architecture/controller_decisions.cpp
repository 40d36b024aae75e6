#include "nas/architecture/controller_decisions.h"

#include <map>

namespace qalam::nas {

using Kind = ControllerDecision::Kind;

std::vector<ControllerDecision> ChainDecisions(int layer_count, int operation_count) {
  std::vector<ControllerDecision> decisions;
  for (int layer = 0; layer < layer_count; ++layer) {
    decisions.push_back({Kind::kChoice, operation_count, 0});
    decisions.push_back({Kind::kSkips});
  }
  return decisions;
}

std::vector<ControllerDecision> ChoiceDecisions(const std::vector<int>& option_counts) {
  std::vector<ControllerDecision> decisions;
  for (size_t i = 0; i < option_counts.size(); ++i) {
    decisions.push_back({Kind::kChoice, option_counts[i], static_cast<int>(i)});
  }
  return decisions;
}

std::vector<int> ActionCounts(const std::vector<ControllerDecision>& decisions) {
  std::vector<int> counts;
  int anchors = 0;
  for (const auto& decision : decisions) {
    counts.push_back(decision.kind == Kind::kSkips ? anchors++ : 1);
  }
  return counts;
}

Status CheckDecisions(const std::vector<ControllerDecision>& decisions) {
  if (decisions.empty()) return InvalidArgument("there is nothing to decide");
  std::map<int, int> options;
  for (const auto& decision : decisions) {
    if (decision.kind == Kind::kSkips) continue;
    if (decision.options < 1) return InvalidArgument("a choice should have at least one option");
    const auto [entry, is_new] = options.emplace(decision.vocabulary, decision.options);
    if (entry->second != decision.options) {
      return InvalidArgument("choices of the vocabulary {} should have the same number of options",
                             decision.vocabulary);
    }
  }
  int next = 0;
  for (const auto& [vocabulary, count] : options) {
    if (vocabulary != next++) {
      return InvalidArgument("vocabularies should be numbered 0, 1, ..., not {}", vocabulary);
    }
  }
  return absl::OkStatus();
}

}  // namespace qalam::nas
