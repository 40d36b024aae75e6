#include "api/document/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <set>
#include <tuple>

namespace qalam::document {

namespace {

// Checks between items compare each with each; this keeps them, and the samplers, quick.
constexpr size_t kMostItems = 10000;
// A document with more faults than this is no experiment at all.
constexpr size_t kMostFaults = 1000;

// YAML 1.1's octal numbers, which Kubernetes reads: 0400 and 0o400 are 256.
std::optional<int64_t> OctalNumber(const std::string& text) {
  const bool has_sign = text.starts_with("-") || text.starts_with("+");
  const size_t zero = has_sign ? 1 : 0;
  if (text.size() < zero + 2 || text[zero] != '0') return std::nullopt;
  const char* begin = text.data() + zero + 1;
  const char* end = text.data() + text.size();
  if (*begin == 'o') ++begin;
  uint64_t value = 0;  // unsigned, since no second sign may follow
  const auto [read, error] = std::from_chars(begin, end, value, 8);
  if (error != std::errc() || read != end || value > INT64_MAX) return std::nullopt;
  return text[0] == '-' ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
}

}  // namespace

Json PlainScalar(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (text == "~" || text == "null" || text == "Null" || text == "NULL" || text.empty())
    return nullptr;
  if (const auto octal = OctalNumber(text)) return *octal;
  if (const auto whole = WholeNumber(text)) return *whole;
  const bool numeric = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  if (numeric) {
    if (const auto number = FiniteNumber(text)) return *number;
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

bool Reader::IsFull() const { return faults_.size() >= kMostFaults; }

bool Reader::HasFaultIn(const Field& field) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const Fault& fault) {
    return fault.field == field.path || fault.field.starts_with(field.path + ".") ||
           fault.field.starts_with(field.path + "[");
  });
}

// Shortened here, since a long name would be in the path of everything below it.
std::string Reader::Join(const std::string& path, const std::string& name) {
  return path.empty() ? Shortened(name) : Shortened(path + "." + name);
}

void Reader::AddFault(const Field& field, std::string message) {
  if (IsFull()) {
    ++faults_left_out_;
    return;
  }
  const YAML::Mark mark = field.node.IsDefined() ? field.node.Mark() : YAML::Mark::null_mark();
  Fault fault{source_, 0, 0, field.path, Shortened(message)};
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
  // A list that two checks go through is found wrong twice.
  const auto same = [](const Fault& a, const Fault& b) {
    return std::tie(a.line, a.column, a.field, a.message) ==
           std::tie(b.line, b.column, b.field, b.message);
  };
  faults_.erase(std::unique(faults_.begin(), faults_.end(), same), faults_.end());
  if (faults_left_out_ > 0) {
    faults_.push_back(
        {source_, 0, 0, "", fmt::format("there are {} faults more", faults_left_out_)});
  }
  return std::move(faults_);
}

Field Reader::Child(const Field& map, const std::string& name) {
  const std::string path = Join(map.path, name);
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
  std::set<std::string> seen;
  for (const auto& entry : field.node) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    const Field place{entry.first, Join(field.path, name)};
    if (!seen.insert(name).second) {
      AddFault(place, "is given twice");
    } else if (std::find(names.begin(), names.end(), name) == names.end()) {
      AddFault(place,
               fmt::format("unknown field{}; allowed: {}", DidYouMean(name, names), OneOf(names)));
    }
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
  if (field.node.size() > kMostItems) {
    AddFault(field,
             fmt::format("has {} items; at most {} are allowed", field.node.size(), kMostItems));
    return items;
  }
  for (const auto& item : field.node) {
    items.push_back({item, fmt::format("{}[{}]", field.path, items.size())});
    if (!items.back().present())
      AddFault(items.back(), "is empty; leave it out or give it a value");
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

std::optional<double> Reader::Seconds(const Field& field) {
  const auto text = Text(field);
  if (!text) return std::nullopt;
  double unit = 1;
  std::string digits = *text;
  if (!digits.empty()) {
    const char last = digits.back();
    if (last == 's' || last == 'm' || last == 'h') {
      unit = last == 's' ? 1 : last == 'm' ? 60 : 3600;
      digits.pop_back();
    }
  }
  const auto number = FiniteNumber(digits);
  if (!number || *number <= 0) {
    AddFault(field, fmt::format("\"{}\" should be a time above 0, e.g. 90s, 5m or 2h", *text));
    return std::nullopt;
  }
  return *number * unit;
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
    const std::string path = Join(field.path, name);
    const auto text = Text({entry.second, path});
    if (text && !result.emplace(name, *text).second)
      AddFault({entry.first, path}, "is given twice");
  }
  return result;
}

Json Reader::Any(const Field& field) { return field.present() ? ToJson(field) : Json(); }

Json Reader::ToJson(const Field& field) {
  switch (field.node.Type()) {
    case YAML::NodeType::Sequence: {
      Json list = Json::array();
      for (const auto& item : field.node) {
        list.push_back(ToJson({item, fmt::format("{}[{}]", field.path, list.size())}));
      }
      return list;
    }
    case YAML::NodeType::Map: {
      // Beside the map, since an ordered one looks a name up one by one.
      std::set<std::string> names;
      Json map = Json::object();
      for (const auto& item : field.node) {
        const Field value{item.second, Join(field.path, item.first.Scalar())};
        if (names.insert(item.first.Scalar()).second) {
          map.get_ref<Json::object_t&>().push_back({item.first.Scalar(), ToJson(value)});
        } else {
          AddFault({item.first, value.path}, "is given twice");
        }
      }
      return map;
    }
    case YAML::NodeType::Scalar:
      // A tag of "!" marks a quoted scalar: text, whatever it looks like.
      if (field.node.Tag() == "!") return field.node.Scalar();
      return PlainScalar(field.node.Scalar());
    default:
      return nullptr;
  }
}

}  // namespace qalam::document
