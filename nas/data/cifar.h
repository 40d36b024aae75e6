// Images in fixed-size binary records: CIFAR-10, CIFAR-100, and ImageNet-16 in the same kind of
// layout.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "nas/data/image_set.h"

namespace qalam::nas {

// A record is the label, then the pixels: all of the red channel, row by row, then green, then
// blue.
struct RecordFormat {
  const char* name;
  int64_t label_bytes;     // of the record, before the pixels
  int64_t label_offset;    // where the label used begins within those
  int64_t label_width;     // 1 or 2 bytes, the low one first
  int64_t smallest_label;  // 0 or 1
  int64_t classes;
  int64_t side;  // pixels
};

// As published by Krizhevsky, "Learning multiple layers of features from tiny images", 2009: one
// label byte; CIFAR-100 has the coarse label's byte before the fine one's, which is used.
RecordFormat Cifar10Format();
RecordFormat Cifar100Format();
// Chrabaszcz, Loshchilov, Hutter, "A downsampled variant of ImageNet", 2017. They publish Python
// pickles, which only Python can read safely; docs/reference/qalam-nas.md shows how to write these records from
// them: two bytes of the label, 1 to 1000, then 768 pixels.
RecordFormat ImageNet16Format();

// Every record of the files, in order: uint8 [count, 3, side, side]. `classes` below the format's
// leaves out the records of higher labels (ImageNet-16-120 is the first 120 classes). Errors name
// the file and the record, counted from 0.
StatusOr<ImageSet> ReadRecords(const std::vector<std::string>& paths, const RecordFormat& format,
                               int64_t classes);

}  // namespace qalam::nas
