#include "examples/digits/digits_data.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/number_table.h"
#include "base/random.h"

namespace qalam::digits {

namespace {

constexpr int kPixels = 64;
constexpr int kBrightest = 16;
constexpr int kClasses = 10;
// The file is a quarter of a megabyte; anything much larger is another file.
constexpr uint64_t kMaxBytes = 16 << 20;

// The images of `indices`, of a table of kPixels numbers and a digit a line.
LabelledImages Gather(const std::vector<int>& table, const size_t* indices, size_t count) {
  LabelledImages images;
  images.pixels.resize(kPixels, static_cast<Eigen::Index>(count));
  for (size_t i = 0; i < count; ++i) {
    const int* row = &table[indices[i] * (kPixels + 1)];
    for (int p = 0; p < kPixels; ++p) {
      images.pixels(p, static_cast<Eigen::Index>(i)) = static_cast<float>(row[p]) / kBrightest;
    }
    images.labels.push_back(row[kPixels]);
  }
  return images;
}

}  // namespace

StatusOr<DigitsData> LoadDigits(const std::string& path, uint64_t seed) {
  std::vector<int> highest(kPixels, kBrightest);
  highest.push_back(kClasses - 1);
  ASSIGN_OR_RETURN(const std::vector<int> table, ReadNumberTable(path, highest, kMaxBytes));
  const size_t count = table.size() / highest.size();
  constexpr size_t kSmallest = 10;
  if (count < kSmallest) {
    return InvalidArgument("{}: has {} images; at least {} are needed", path, count, kSmallest);
  }

  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  RandomStream stream(seed, 0, "digits.split");
  for (size_t i = order.size() - 1; i > 0; --i) {
    std::swap(order[i], order[stream.UniformInt(i + 1)]);
  }
  const size_t training = count * 4 / 5;
  return DigitsData{Gather(table, order.data(), training),
                    Gather(table, order.data() + training, count - training)};
}

}  // namespace qalam::digits
