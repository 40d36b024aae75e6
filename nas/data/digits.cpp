#include "nas/data/digits.h"

#include <charconv>

#include "base/files.h"

namespace qalam::nas {

namespace {

constexpr int kDigitsSide = 8;
constexpr int kDigitsPixels = kDigitsSide * kDigitsSide;
constexpr int kDigitsBrightest = 16;
constexpr int kDigitsClasses = 10;
// The file is a quarter of a megabyte; anything much larger is another file.
constexpr uint64_t kDigitsMostBytes = 16 << 20;

// Appends the pixels and the digit of `line`; false when it is not of the form.
bool ReadRow(std::string_view line, std::vector<uint8_t>& pixels, std::vector<int64_t>& labels) {
  const char* position = line.data();
  const char* const end = position + line.size();
  for (int i = 0; i <= kDigitsPixels; ++i) {
    int value = 0;
    const auto [next, error] = std::from_chars(position, end, value);
    const bool separated = i == kDigitsPixels ? next == end : next != end && *next == ',';
    if (error != std::errc() || !separated || value < 0 ||
        value > (i < kDigitsPixels ? kDigitsBrightest : kDigitsClasses - 1)) {
      return false;
    }
    if (i < kDigitsPixels) {
      pixels.push_back(static_cast<uint8_t>(value));
    } else {
      labels.push_back(value);
    }
    position = next + 1;
  }
  return true;
}

}  // namespace

StatusOr<ImageSet> ReadDigits(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kDigitsMostBytes));
  std::vector<uint8_t> pixels;
  std::vector<int64_t> labels;
  std::string_view rest = text;
  for (size_t line = 1; !rest.empty(); ++line) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    if (!ReadRow(rest.substr(0, end), pixels, labels)) {
      return InvalidArgument("{}:{}: should be 64 whole numbers from 0 to 16, then one from 0 to 9",
                             path, line);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (labels.empty()) return InvalidArgument("{}: has no images", path);
  const auto count = static_cast<int64_t>(labels.size());
  return ImageSet{
      torch::from_blob(pixels.data(), {count, 1, kDigitsSide, kDigitsSide}, torch::kByte).clone(),
      torch::from_blob(labels.data(), {count}, torch::kLong).clone(), kDigitsClasses};
}

}  // namespace qalam::nas
