#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/capacity.h"
#include "controller/operators/operator_choice.h"

namespace qalam {

// The flags that say which engine runs the trials, and what it is told.
struct OperatorFlags {
  std::string name;  // empty: not given
  SlurmDefaults slurm;
  KubernetesChoice kubernetes;
  std::shared_ptr<CapacityFlags> capacity = std::make_shared<CapacityFlags>();

  OperatorChoice Choice() const;
  // Whether any of them is given.
  bool AreGiven() const;
};

// `flags` must live as long as the verb.
void AddOperatorFlags(CLI::App& verb, const std::shared_ptr<OperatorFlags>& flags);

}  // namespace qalam
