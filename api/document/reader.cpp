#include "api/document/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace qalam::document {

namespace {

// Insertions, deletions, changes, and swaps of neighbours (optimal string alignment).
size_t EditDistance(const std::string& a, const std::string& b) {
  const auto same = [&](size_t i, size_t j) { return std::tolower(a[i]) == std::tolower(b[j]); };
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same(i - 1, j - 1) ? 0 : 1)});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1)) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above.back();
}

Json ScalarToJson(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  // A tag of "!" marks a quoted scalar: text, whatever it looks like.
  if (node.Tag() == "!") return text;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (text == "~" || text == "null" || text == "Null" || text == "NULL" || text.empty())
    return nullptr;
  if (const auto whole = WholeNumber(text)) return *whole;
  const bool numeric = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  if (numeric) {
    if (const auto number = FiniteNumber(text)) return *number;
  }
  return text;
}

Json NodeToJson(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Sequence: {
      Json list = Json::array();
      for (const auto& item : node) list.push_back(NodeToJson(item));
      return list;
    }
    case YAML::NodeType::Map: {
      Json map = Json::object();
      for (const auto& item : node) map[item.first.Scalar()] = NodeToJson(item.second);
      return map;
    }
    case YAML::NodeType::Scalar:
      return ScalarToJson(node);
    default:
      return nullptr;
  }
}

}  // namespace

std::string DidYouMean(const std::string& found, const std::vector<std::string>& names) {
  const std::string* nearest = nullptr;
  // A third of the letters may be wrong; beyond that a guess is a nuisance.
  size_t best = std::max<size_t>(1, found.size() / 3) + 1;
  for (const auto& name : names) {
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
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

std::optional<double> FiniteNumber(const std::string& text) {
  const size_t plus = text.starts_with("+") ? 1 : 0;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data() + plus, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<int64_t> WholeNumber(const std::string& text) {
  const size_t plus = text.starts_with("+") ? 1 : 0;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + plus, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void Reader::AddFault(const Field& field, std::string message) {
  const YAML::Mark mark = field.node.IsDefined() ? field.node.Mark() : YAML::Mark::null_mark();
  Fault fault{source_, 0, 0, field.path, std::move(message)};
  if (!mark.is_null()) {
    fault.line = mark.line + 1;
    fault.column = mark.column + 1;
  }
  faults_.push_back(std::move(fault));
}

std::vector<Fault> Reader::TakeFaults() {
  std::stable_sort(faults_.begin(), faults_.end(), [](const Fault& a, const Fault& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return std::move(faults_);
}

Field Reader::Child(const Field& map, const std::string& name) {
  const std::string path = map.path.empty() ? name : map.path + "." + name;
  if (!map.present() || !map.node.IsMap()) return {YAML::Node(YAML::NodeType::Undefined), path};
  // operator[] on a const node does not create the entry.
  return {static_cast<const YAML::Node&>(map.node)[name], path};
}

bool Reader::CheckMap(const Field& field, std::initializer_list<const char*> known) {
  if (!field.present()) return false;
  if (!field.node.IsMap()) {
    AddFault(field, "should be a map of fields");
    return false;
  }
  const std::vector<std::string> names(known.begin(), known.end());
  std::vector<std::string> seen;
  for (const auto& entry : field.node) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    const Field place{entry.first, field.path.empty() ? name : field.path + "." + name};
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      AddFault(place, "is given twice");
    } else if (std::find(names.begin(), names.end(), name) == names.end()) {
      AddFault(place,
               fmt::format("unknown field{}; allowed: {}", DidYouMean(name, names), OneOf(names)));
    }
    seen.push_back(name);
  }
  return true;
}

bool Reader::Require(const Field& parent, const Field& field, const std::string& allowed) {
  if (field.present()) return true;
  AddFault({parent.node, field.path}, "missing; " + allowed);
  return false;
}

std::vector<Field> Reader::Items(const Field& field) {
  std::vector<Field> items;
  if (!field.present()) return items;
  if (!field.node.IsSequence()) {
    AddFault(field, "should be a list");
    return items;
  }
  for (size_t i = 0; i < field.node.size(); ++i) {
    items.push_back({field.node[i], fmt::format("{}[{}]", field.path, i)});
  }
  return items;
}

std::optional<std::string> Reader::Text(const Field& field) {
  if (!field.present()) return std::nullopt;
  if (!field.node.IsScalar()) {
    AddFault(field, "should be a single value, not a list or a map");
    return std::nullopt;
  }
  return field.node.Scalar();
}

std::optional<int64_t> Reader::Int(const Field& field, int64_t min, int64_t max) {
  const auto text = Text(field);
  if (!text) return std::nullopt;
  const auto value = WholeNumber(*text);
  if (!value || *value < min || *value > max) {
    AddFault(field, fmt::format("\"{}\" should be a whole number from {} to {}", *text, min, max));
    return std::nullopt;
  }
  return value;
}

std::optional<double> Reader::Number(const Field& field) {
  const auto text = Text(field);
  if (!text) return std::nullopt;
  const auto value = FiniteNumber(*text);
  if (!value) AddFault(field, fmt::format("\"{}\" should be a finite number", *text));
  return value;
}

std::optional<bool> Reader::Bool(const Field& field) {
  const auto text = Text(field);
  if (!text) return std::nullopt;
  if (*text == "true" || *text == "True") return true;
  if (*text == "false" || *text == "False") return false;
  AddFault(field, fmt::format("\"{}\" should be true or false", *text));
  return std::nullopt;
}

void Reader::AddChoiceFault(const Field& field, const std::string& found,
                            const std::vector<std::string>& names) {
  AddFault(field, fmt::format("\"{}\" is not allowed{}; allowed: {}", found,
                              DidYouMean(found, names), OneOf(names)));
}

std::map<std::string, std::string> Reader::TextMap(const Field& field) {
  std::map<std::string, std::string> result;
  if (!field.present()) return result;
  if (!field.node.IsMap()) {
    AddFault(field, "should be a map of names to values");
    return result;
  }
  for (const auto& entry : field.node) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    if (const auto text = Text({entry.second, field.path + "." + name})) result[name] = *text;
  }
  return result;
}

Json Reader::Any(const Field& field) { return field.present() ? NodeToJson(field.node) : Json(); }

}  // namespace qalam::document
