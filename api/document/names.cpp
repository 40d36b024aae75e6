#include "api/document/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>

#include "base/utf8.h"

namespace qalam::document {

namespace {

// Comparing costs the product of the lengths, and nobody misspells a longer name by a letter, or
// looks for one among more.
constexpr size_t kLongestFieldName = 100;
constexpr size_t kMostCompared = 1000;
// More than a reader looks through; every list of our own is shorter.
constexpr size_t kMostNames = 40;
// A screen of text.
constexpr size_t kLongestMessage = 2000;

// Letters added, left out or changed, and neighbours that changed places, each counted once.
size_t EditDistance(const std::string& a, const std::string& b) {
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  };
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = same(a[i - 1], b[j - 1]) ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row.back();
}

}  // namespace

std::string DidYouMean(const std::string& found, const std::vector<std::string>& names) {
  if (found.size() > kLongestFieldName || names.size() > kMostCompared) return "";
  const std::string* nearest = nullptr;
  // A third of the letters may be wrong; beyond that a guess is a nuisance.
  size_t best = std::max<size_t>(1, found.size() / 3) + 1;
  for (const auto& name : names) {
    if (name.size() > kLongestFieldName) continue;
    const size_t distance = EditDistance(found, name);
    if (distance < best) {
      best = distance;
      nearest = &name;
    }
  }
  return nearest == nullptr ? "" : fmt::format(" (did you mean \"{}\"?)", *nearest);
}

std::string OneOf(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i == kMostNames) return text + fmt::format(" and {} more", names.size() - i);
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += Shortened(names[i]);
  }
  return text;
}

std::string Shortened(const std::string& text) {
  if (text.size() <= kLongestMessage) return text;
  const std::string_view head = WholeCharacters(text, kLongestMessage / 2);
  const std::string_view before = WholeCharacters(text, text.size() - kLongestMessage / 2);
  return std::string(head) + " ... " + text.substr(before.size());
}

}  // namespace qalam::document
