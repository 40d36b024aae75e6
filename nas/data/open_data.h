// A data set by its name or by where it lies.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "nas/data/image_set.h"

namespace qalam::nas {

struct OpenDataOptions {
  // Splits off the validation images where the data has none of its own.
  uint64_t seed = 1;
  double training_share = 0.8;
  int64_t classes = 0;  // above 0: ImageNet-16's first so many
};

// `source` is `digits`, which Qalam ships (digits.csv beside the program), a .csv file of that
// form, or a folder that holds
//   data_batch_1.bin ..., test_batch.bin     CIFAR-10
//   train.bin, test.bin                      CIFAR-100
//   train_data_batch_1.bin ..., val_data.bin ImageNet-16 (see ReadRecords)
//   train/CLASS/*, validation/CLASS/*        images by class (val/ and test/ are taken too)
//   CLASS/*                                  the same, to be split
// Errors name the file and the line or the record.
StatusOr<DataSet> OpenData(const std::string& source, const OpenDataOptions& options);

}  // namespace qalam::nas
