#include "nas/data/digits.h"

#include "base/number_table.h"

namespace qalam::nas {

namespace {

constexpr int kDigitsSide = 8;
constexpr int kDigitsPixels = kDigitsSide * kDigitsSide;
constexpr int kDigitsBrightest = 16;
constexpr int kDigitsClasses = 10;
// The file is a quarter of a megabyte; anything much larger is another file.
constexpr uint64_t kDigitsMostBytes = 16 << 20;

}  // namespace

StatusOr<ImageSet> ReadDigits(const std::string& path) {
  std::vector<int> highest(kDigitsPixels, kDigitsBrightest);
  highest.push_back(kDigitsClasses - 1);
  ASSIGN_OR_RETURN(std::vector<int> numbers, ReadNumberTable(path, highest, kDigitsMostBytes));
  const auto count = static_cast<int64_t>(numbers.size() / highest.size());
  const torch::Tensor table =
      torch::from_blob(numbers.data(), {count, kDigitsPixels + 1}, torch::kInt);
  return ImageSet{table.narrow(1, 0, kDigitsPixels)
                      .to(torch::kByte)
                      .reshape({count, 1, kDigitsSide, kDigitsSide}),
                  table.select(1, kDigitsPixels).to(torch::kLong), kDigitsClasses};
}

}  // namespace qalam::nas
