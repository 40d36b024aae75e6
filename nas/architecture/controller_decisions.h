// What an architecture controller decides, as data.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace qalam::nas {

// One decision of the sequence that makes an architecture.
struct ControllerDecision {
  enum class Kind {
    // One of `options`, as one action.
    kChoice,
    // For each anchor so far whether there is a skip connection from it, as one action of 0 or 1
    // each; then this place becomes an anchor itself. The first one of a sequence has no action.
    kSkips,
  };
  Kind kind = Kind::kChoice;
  int options = 0;     // for kChoice
  int vocabulary = 0;  // for kChoice: decisions of one vocabulary share what their options mean
};

// A chain of layers with skips (Pham et al. 2018, section 2.4): each an operation, then its skips.
std::vector<ControllerDecision> ChainDecisions(int layer_count, int operation_count);

// Independent kinds of choices, each with a vocabulary of its own.
std::vector<ControllerDecision> ChoiceDecisions(const std::vector<int>& option_counts);

// How many actions each decision takes: 1 for a choice, as many as there are anchors for skips.
std::vector<int> ActionCounts(const std::vector<ControllerDecision>& decisions);

// INVALID_ARGUMENT when there is no decision, a choice has no option, a vocabulary's decisions
// differ in their options, or vocabularies are not numbered 0, 1, ...
Status CheckDecisions(const std::vector<ControllerDecision>& decisions);

}  // namespace qalam::nas
