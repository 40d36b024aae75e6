#include "examples/digits/digits_data.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "base/random.h"

namespace qalam::digits {

namespace {

constexpr int kPixels = 64;
constexpr int kBrightest = 16;
constexpr int kClasses = 10;
// The file is a quarter of a megabyte; anything much larger is another file.
constexpr uint64_t kMaxBytes = 16 << 20;

using Row = std::array<int, kPixels + 1>;

StatusOr<Row> ParseRow(std::string_view line, const std::string& path, size_t line_number) {
  Row row;
  const char* position = line.data();
  const char* const end = line.data() + line.size();
  for (int i = 0; i <= kPixels; ++i) {
    const int highest = i < kPixels ? kBrightest : kClasses - 1;
    const auto [next, error] = std::from_chars(position, end, row[i]);
    const bool separated = i == kPixels ? next == end : next != end && *next == ',';
    if (error != std::errc() || !separated || row[i] < 0 || row[i] > highest) {
      return InvalidArgument("{}:{}: column {} should be a whole number from 0 to {}", path,
                             line_number, i + 1, highest);
    }
    position = next + 1;
  }
  return row;
}

LabelledImages Gather(const std::vector<Row>& rows, const size_t* indices, size_t count) {
  LabelledImages images;
  images.pixels.resize(kPixels, static_cast<Eigen::Index>(count));
  for (size_t i = 0; i < count; ++i) {
    const Row& row = rows[indices[i]];
    for (int p = 0; p < kPixels; ++p) {
      images.pixels(p, static_cast<Eigen::Index>(i)) = static_cast<float>(row[p]) / kBrightest;
    }
    images.labels.push_back(row[kPixels]);
  }
  return images;
}

}  // namespace

StatusOr<DigitsData> LoadDigits(const std::string& path, uint64_t seed) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxBytes));
  std::vector<Row> rows;
  std::string_view rest = text;
  for (size_t line_number = 1; !rest.empty(); ++line_number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    ASSIGN_OR_RETURN(const Row row, ParseRow(rest.substr(0, end), path, line_number));
    rows.push_back(row);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  constexpr size_t kSmallest = 10;
  if (rows.size() < kSmallest) {
    return InvalidArgument("{}: has {} images; at least {} are needed", path, rows.size(),
                           kSmallest);
  }

  std::vector<size_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0);
  RandomStream stream(seed, 0, "digits.split");
  for (size_t i = order.size() - 1; i > 0; --i) {
    std::swap(order[i], order[stream.UniformInt(i + 1)]);
  }
  const size_t training = rows.size() * 4 / 5;
  return DigitsData{Gather(rows, order.data(), training),
                    Gather(rows, order.data() + training, rows.size() - training)};
}

}  // namespace qalam::digits
