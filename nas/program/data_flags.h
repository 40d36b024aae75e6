// Which images a verb works on.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/status.h"
#include "nas/data/augmentation.h"
#include "nas/data/open_data.h"

namespace qalam::nas {

struct DataFlags {
  std::string data = "digits";
  double training_share = 0.8;  // where the data does not say which images validate
  int64_t classes = 0;
};

void AddDataFlags(CLI::App* verb, DataFlags& flags);
// How training images are changed.
void AddAugmentationFlags(CLI::App* verb, Augmentation& augmentation);
StatusOr<DataSet> ReadData(const DataFlags& flags, uint64_t seed);

}  // namespace qalam::nas
