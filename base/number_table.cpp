#include "base/number_table.h"

#include <charconv>

#include "base/files.h"

namespace qalam {

namespace {

// Appends the numbers of `line`; the first column that is not as it should be, or -1.
int AppendLine(std::string_view line, const std::vector<int>& highest, std::vector<int>& numbers) {
  const char* position = line.data();
  const char* const end = position + line.size();
  const int columns = static_cast<int>(highest.size());
  for (int column = 0; column < columns; ++column) {
    int value = 0;
    const auto [next, error] = std::from_chars(position, end, value);
    const bool separated = column + 1 == columns ? next == end : next != end && *next == ',';
    if (error != std::errc() || !separated || value < 0 || value > highest[column]) return column;
    numbers.push_back(value);
    position = next + 1;
  }
  return -1;
}

}  // namespace

StatusOr<std::vector<int>> ReadNumberTable(const std::string& path, const std::vector<int>& highest,
                                           uint64_t max_bytes) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, max_bytes));
  std::vector<int> numbers;
  std::string_view rest = text;
  for (size_t line = 1; !rest.empty(); ++line) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    if (const int column = AppendLine(rest.substr(0, end), highest, numbers); column >= 0) {
      return InvalidArgument("{}:{}: column {} of {} should be a whole number from 0 to {}", path,
                             line, column + 1, highest.size(), highest[column]);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (numbers.empty()) return InvalidArgument("{}: is empty", path);
  return numbers;
}

}  // namespace qalam
