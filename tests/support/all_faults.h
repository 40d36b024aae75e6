#pragma once

#include <string>

#include "api/experiment.h"
#include "suggestion/registry.h"

namespace qalam {

// What is wrong with the documents in `text`, a line a fault; empty: nothing.
inline std::string AllFaults(const std::string& text) {
  std::string all;
  for (const auto& fault : ParseDocuments(text, "f.yaml", RegisteredAlgorithms()).faults) {
    all += fault.ToString() + "\n";
  }
  return all;
}

}  // namespace qalam
