#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace qalam::http {

// What an event stream can be about.
struct Topic {
  enum class Kind { kExperiments, kSystem, kExperiment, kTrial, kLogs };
  Kind kind = Kind::kExperiments;
  std::string name_space, name;  // empty for the first two
  auto operator<=>(const Topic&) const = default;
};

// "experiments,system,experiment/NS/NAME,trial/NS/NAME,logs/NS/NAME": each once, in any order.
// INVALID_ARGUMENT for none, for more than kMostTopics, for more than one of logs, and for others.
StatusOr<std::vector<Topic>> ParseTopics(const std::string& text);
inline constexpr size_t kMostTopics = 16;

}  // namespace qalam::http
