// The flags of `qalam-nas search`.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "nas/program/compute.h"
#include "nas/program/data_flags.h"
#include "nas/training/search.h"

namespace qalam::nas {

struct SearchFlags {
  ComputeOptions compute;
  std::string method = "darts", space = "darts", operations;
  const CLI::Option* operations_option = nullptr;  // tells an empty list from none
  DataFlags data;
  Augmentation augmentation;
  std::string algorithm_settings, checkpoint, shared, output;
  int nodes = 0;             // 0: not given
  int64_t report_every = 0;  // 0: not given
  // Each puts the value of one flag, where given, over what --algorithm-settings says.
  std::vector<std::function<void(SearchSettings&)>> overrides;
};

// `flags` must outlive the parsing.
void AddSearchFlags(CLI::App* verb, SearchFlags& flags);

// All but the data, the device and what is called back. INVALID_ARGUMENT for unsound flags.
StatusOr<SearchPlan> MakeSearchPlan(const SearchFlags& flags);

}  // namespace qalam::nas
