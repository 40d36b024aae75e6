// All methods of search by shared weights. One row a method.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nas/methods/search_method.h"

namespace qalam::nas {

struct MethodRow {
  const char* name;
  const char* summary;
  std::unique_ptr<SearchMethod> (*make)(const SearchContext& context);
  // Where the settings say 0.
  int64_t epochs = 10;
  int64_t batch_size = 64;
  double learning_rate = 0.025;   // DARTS, appendix A.1
  bool partial_channels = false;  // the network passes channels by
  bool guards_skips = false;      // what stops it early: SearchSettings
  bool guards_eigenvalue = false;
  double warm_up_share = 0;  // of the epochs, where the settings say -1
};

const std::vector<MethodRow>& Methods();

// INVALID_ARGUMENT, naming those there are, for another name.
StatusOr<const MethodRow*> FindMethod(const std::string& name);

}  // namespace qalam::nas
