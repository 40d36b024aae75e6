#include "suggestion/architecture/controller_actions.h"

namespace qalam {

namespace {

// Up to here a choice is a row of a table for each value; a controller of 64 units then spends most
// of its time elsewhere.
constexpr uint64_t kMostOptions = 32;
constexpr int kBase = 8;
// So many codes for each value that no value has more than a quarter more of them than another.
constexpr double kCodesPerValue = 4;

}  // namespace

ControllerActions::ControllerActions(const SearchSpace& space) : space_(space) {
  std::vector<int> options;
  for (size_t i = 0; i < space_.own_size(); ++i) {
    const uint64_t cardinality = space_[i].cardinality();
    Digits digits{1, static_cast<int>(cardinality), cardinality};
    if (cardinality > kMostOptions) {
      digits = {0, kBase, 1};
      // No dimension has more than 2^53 values, so this does not overflow.
      while (static_cast<double>(digits.codes) <
             kCodesPerValue * static_cast<double>(cardinality)) {
        digits.codes *= kBase;
        ++digits.digits;
      }
    }
    own_.push_back(digits);
    options.insert(options.end(), static_cast<size_t>(digits.digits), digits.base);
  }
  decisions_ = nas::ChoiceDecisions(options);
  if (space_.derived_form() == nullptr || space_.derived_form()->chain() == nullptr) return;
  const nas::ChainSpace& chain = *space_.derived_form()->chain();
  const auto first_vocabulary = static_cast<int>(decisions_.size());
  for (auto decision :
       nas::ChainDecisions(chain.layer_count(), static_cast<int>(chain.operations().size()))) {
    if (decision.kind == nas::ControllerDecision::Kind::kChoice) {
      decision.vocabulary += first_vocabulary;
    }
    decisions_.push_back(decision);
  }
}

Point ControllerActions::Decode(const std::vector<int>& actions) const {
  Point point;
  size_t next = 0;
  for (size_t i = 0; i < own_.size(); ++i) {
    uint64_t code = 0;
    for (int digit = 0; digit < own_[i].digits; ++digit) {
      code = code * static_cast<uint64_t>(own_[i].base) + static_cast<uint64_t>(actions[next++]);
    }
    const auto index = static_cast<unsigned __int128>(code) * space_[i].cardinality();
    point.values.push_back(space_[i].ValueAt(static_cast<uint64_t>(index / own_[i].codes)));
  }
  // A chain's values are the ids and skips themselves.
  for (; next < actions.size(); ++next) point.values.push_back(actions[next]);
  return point;
}

std::vector<int> ControllerActions::Encode(const Point& point) const {
  std::vector<int> actions;
  for (size_t i = 0; i < own_.size(); ++i) {
    // The middle of the value's codes.
    const auto doubled = static_cast<unsigned __int128>(2 * space_[i].IndexOf(point.values[i]) + 1);
    auto code = static_cast<uint64_t>(doubled * own_[i].codes / (2 * space_[i].cardinality()));
    const size_t first = actions.size();
    actions.resize(first + static_cast<size_t>(own_[i].digits));
    for (size_t digit = actions.size(); digit-- > first;) {
      actions[digit] = static_cast<int>(code % static_cast<uint64_t>(own_[i].base));
      code /= static_cast<uint64_t>(own_[i].base);
    }
  }
  for (size_t i = own_.size(); i < point.values.size(); ++i) {
    actions.push_back(static_cast<int>(point.values[i]));
  }
  return actions;
}

}  // namespace qalam
