#include "server/analysis/trial_order.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/random.h"
#include "server/analysis/trial_field.h"
#include "server/analysis/trial_filter.h"

namespace qalam {

namespace {

// Orders rows by a field, then by number.
class RowOrder {
 public:
  RowOrder(const TrialColumns& columns, const TrialField& field, bool descending)
      : columns_(columns), sign_(descending ? -1 : 1) {
    std::vector<double> ranks;
    if (field.kind == TrialField::Kind::kWordParameter) {
      ranks = Ranks(columns.word_parameters[field.column].words);
    }
    for (size_t row = 0; row < columns.numbers.size(); ++row) {
      keys_.push_back(KeyOf(field, ranks, row));
    }
  }

  double Key(size_t row) const { return keys_[row]; }

  bool Before(size_t a, size_t b) const {
    return Before(keys_[a], columns_.numbers[a], keys_[b], columns_.numbers[b]);
  }
  // Rows without a value come last.
  bool Before(double key_a, int64_t number_a, double key_b, int64_t number_b) const {
    if (std::isnan(key_a) != std::isnan(key_b)) return std::isnan(key_b);
    if (key_a < key_b || key_b < key_a) return sign_ * key_a < sign_ * key_b;
    return number_a < number_b;
  }

 private:
  // Each text's place among all of them.
  static std::vector<double> Ranks(const std::vector<std::string>& texts) {
    std::vector<size_t> order(texts.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return texts[a] < texts[b]; });
    std::vector<double> ranks(texts.size());
    for (size_t i = 0; i < order.size(); ++i) ranks[order[i]] = static_cast<double>(i);
    return ranks;
  }

  double KeyOf(const TrialField& field, const std::vector<double>& ranks, size_t row) const {
    if (field.kind == TrialField::Kind::kState) return static_cast<double>(columns_.states[row]);
    if (field.kind != TrialField::Kind::kWordParameter) return FieldNumber(columns_, field, row);
    const int32_t word = columns_.word_parameters[field.column].values[row];
    return word < 0 ? std::nan("") : ranks[static_cast<size_t>(word)];
  }

  const TrialColumns& columns_;
  const double sign_;
  std::vector<double> keys_;
};

StatusOr<TrialField> SortField(const TrialColumns& columns, const std::string& sort) {
  if (sort.empty()) return TrialField{};
  const bool quoted = sort.size() >= 2 && sort.front() == '`' && sort.back() == '`';
  const auto field =
      FindTrialField(columns, quoted ? sort.substr(1, sort.size() - 2) : sort, quoted);
  return field.ok() ? field : WithContext(field.status(), "sort");
}

StatusOr<bool> IsDescending(const std::string& order) {
  if (order == "desc") return true;
  if (order.empty() || order == "asc") return false;
  return InvalidArgument("order: should be asc or desc, not {}", order);
}

// The row after which a page begins, and its key when the cursor was made: that the trial has
// changed meanwhile moves no other.
struct Cursor {
  int64_t number = 0;
  double key = 0;
};

// What a cursor belongs to.
std::string Fingerprint(const TrialSelection& selection) {
  std::string text = selection.sort + '\0' + selection.order + '\0' + selection.filter;
  for (const TrialState state : selection.states) text += '\0' + std::string(Name(state));
  return fmt::format("{:016x}", StableHash(text));
}

std::string PrintCursor(const TrialSelection& selection, const Cursor& cursor) {
  return fmt::format("v1.{}.{}.{:016x}", Fingerprint(selection), cursor.number,
                     std::bit_cast<uint64_t>(cursor.key));
}

StatusOr<std::optional<Cursor>> ParseCursor(const TrialSelection& selection) {
  if (selection.cursor.empty()) return std::nullopt;
  std::vector<std::string> parts(1);
  for (const char c : selection.cursor) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  Cursor cursor;
  uint64_t key = 0;
  const auto read = [](const std::string& text, auto& value, int base) {
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value, base);
    return error == std::errc() && at == end;
  };
  if (parts.size() != 4 || parts[0] != "v1" || !read(parts[2], cursor.number, 10) ||
      !read(parts[3], key, 16)) {
    return InvalidArgument("cursor: is none; use nextCursor of the page before");
  }
  if (parts[1] != Fingerprint(selection)) {
    return InvalidArgument(
        "cursor: belongs to another list; begin anew after a change of sort, order, filter or "
        "state");
  }
  cursor.key = std::bit_cast<double>(key);
  return cursor;
}

}  // namespace

StatusOr<TrialPage> SelectTrials(const TrialColumns& columns, const TrialSelection& selection) {
  if (selection.limit <= 0) return InvalidArgument("limit: should be above 0");
  ASSIGN_OR_RETURN(const auto field, SortField(columns, selection.sort));
  ASSIGN_OR_RETURN(const bool descending, IsDescending(selection.order));
  ASSIGN_OR_RETURN(auto cursor, ParseCursor(selection));
  const auto filter = TrialFilter::Parse(selection.filter, columns);
  if (!filter.ok()) return WithContext(filter.status(), "filter");

  TrialPage page;
  const RowOrder order(columns, field, descending);
  if (cursor && field.kind == TrialField::Kind::kWordParameter) {
    // The rank of a text shifts when others come, but a trial's parameters never change.
    const auto& numbers = columns.numbers;
    const auto row = std::lower_bound(numbers.begin(), numbers.end(), cursor->number);
    if (row != numbers.end()) cursor->key = order.Key(row - numbers.begin());
  }
  std::vector<size_t> rows;
  for (size_t row = 0; row < columns.numbers.size(); ++row) {
    const auto& states = selection.states;
    if (!states.empty() &&
        std::find(states.begin(), states.end(), columns.states[row]) == states.end()) {
      continue;
    }
    if (!filter->Matches(columns, row)) continue;
    ++page.total;
    if (cursor &&
        !order.Before(cursor->key, cursor->number, order.Key(row), columns.numbers[row])) {
      continue;
    }
    rows.push_back(row);
  }
  const size_t shown = std::min<size_t>(rows.size(), selection.limit);
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end(),
                    [&](size_t a, size_t b) { return order.Before(a, b); });
  for (size_t i = 0; i < shown; ++i) page.numbers.push_back(columns.numbers[rows[i]]);
  if (shown < rows.size()) {
    const size_t last = rows[shown - 1];
    page.next_cursor = PrintCursor(selection, {columns.numbers[last], order.Key(last)});
  }
  return page;
}

}  // namespace qalam
