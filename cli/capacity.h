#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "controller/operators/machine_capacity.h"

namespace qalam {

// The flags that say what trials may take of this machine.
struct CapacityFlags {
  double cpus = 0;     // 0: not given
  std::string memory;  // empty: not given
  int gpus = -1;       // -1: not given

  CapacityOptions Options() const;
};

// `flags` must live as long as the verb.
void AddCapacityFlags(CLI::App& verb, const std::shared_ptr<CapacityFlags>& flags);

}  // namespace qalam
