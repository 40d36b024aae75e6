#include "api/gjson_path.h"

#include <algorithm>
#include <charconv>

#include "api/gjson_parser.h"

namespace qalam {

namespace {

// Whether the pattern stands for the whole text: * is any text and ? any character, each as it is
// with \ before it.
bool MatchesPattern(std::string_view pattern, std::string_view text) {
  // Where to go on when what follows the last * does not fit.
  size_t p = 0, t = 0, after_star = std::string_view::npos, tried = 0;
  while (true) {
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      tried = t;
    } else if (t < text.size() && p < pattern.size() &&
               (escaped ? pattern[p + 1] == text[t] : pattern[p] == '?' || pattern[p] == text[t])) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (t == text.size() && p == pattern.size()) {
      return true;
    } else if (after_star != std::string_view::npos && tried < text.size()) {
      p = after_star;
      t = ++tried;
    } else {
      return false;
    }
  }
}

template <typename Value>
bool Compare(const std::string& comparison, const Value& left, const Value& right) {
  if (comparison == "==") return left == right;
  if (comparison == "!=") return left != right;
  if (comparison == "<") return left < right;
  if (comparison == "<=") return left <= right;
  if (comparison == ">") return left > right;
  if (comparison == ">=") return left >= right;
  return false;
}

std::optional<double> NumberOf(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

StatusOr<GjsonPath> GjsonPath::Parse(const std::string& text) { return GjsonParser(text).Parse(); }

std::optional<GjsonPath::Json> GjsonPath::Find(const Json& value) const {
  std::optional<Json> found = value;
  for (const auto& segment : segments_) {
    found = FindInSegment(segment, 0, *found);
    if (!found) return std::nullopt;
  }
  return found;
}

std::optional<GjsonPath::Json> GjsonPath::FindInSegment(const Segment& segment, size_t first,
                                                        const Json& value) {
  const Part& part = segment[first];
  const bool is_last = first + 1 == segment.size();
  if (part.kind == Part::Kind::kEach && is_last) {
    if (!value.is_array()) return std::nullopt;
    return Json(value.size());
  }
  if (part.kind != Part::Kind::kEach && part.kind != Part::Kind::kAll) {
    auto found = FindPart(part, value);
    if (!found || is_last) return found;
    return FindInSegment(segment, first + 1, *found);
  }
  // What follows is looked for in each element.
  if (!value.is_array()) return std::nullopt;
  Json all = Json::array();
  for (const Json& item : value) {
    if (part.query && !Matches(*part.query, item)) continue;
    auto found = is_last ? std::optional<Json>(item) : FindInSegment(segment, first + 1, item);
    if (found) all.push_back(*std::move(found));
  }
  return all;
}

std::optional<GjsonPath::Json> GjsonPath::FindPart(const Part& part, const Json& value) {
  switch (part.kind) {
    case Part::Kind::kKey:
      return FindKey(part.text, value);
    case Part::Kind::kFirst:
      if (!value.is_array()) return std::nullopt;
      for (const Json& item : value) {
        if (Matches(*part.query, item)) return item;
      }
      return std::nullopt;
    case Part::Kind::kList: {
      Json all = Json::array();
      for (const auto& path : part.list) {
        if (auto found = path.Find(value)) all.push_back(*std::move(found));
      }
      return all;
    }
    default:
      return ApplyGjsonModifier(part.text, value);
  }
}

std::optional<GjsonPath::Json> GjsonPath::FindKey(const std::string& key, const Json& value) {
  if (value.is_object()) {
    for (const auto& [name, entry] : value.items()) {
      if (MatchesPattern(key, name)) return entry;
    }
  } else if (value.is_array()) {
    size_t index = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    if (error == std::errc() && end == key.data() + key.size() && index < value.size()) {
      return value[index];
    }
  }
  return std::nullopt;
}

bool GjsonPath::Matches(const Query& query, const Json& item) {
  const auto found = query.path ? query.path->Find(item) : std::optional<Json>(item);
  if (!found) return false;
  const std::string& comparison = query.comparison;
  if (comparison.empty()) return true;
  if (found->is_string()) {
    const auto text = found->get<std::string>();
    if (comparison == "%") return MatchesPattern(query.operand, text);
    if (comparison == "!%") return !MatchesPattern(query.operand, text);
    return Compare(comparison, text, query.operand);
  }
  if (found->is_number()) {
    const auto number = NumberOf(query.operand);
    return number && Compare(comparison, found->get<double>(), *number);
  }
  if (found->is_boolean() || found->is_null()) {
    const bool same = found->dump() == query.operand;
    return comparison == "==" ? same : comparison == "!=" && !same;
  }
  return false;
}

std::optional<nlohmann::ordered_json> ApplyGjsonModifier(const std::string& name,
                                                         const nlohmann::ordered_json& value) {
  using Json = nlohmann::ordered_json;
  if (name == "this") return value;
  Json result = Json::array();
  if (name == "keys" || name == "values") {
    if (!value.is_object()) return std::nullopt;
    for (const auto& [key, entry] : value.items()) {
      result.push_back(name == "keys" ? Json(key) : entry);
    }
    return result;
  }
  if (!value.is_array()) return value;
  for (const Json& item : value) {
    if (name == "flatten" && item.is_array()) {
      result.insert(result.end(), item.begin(), item.end());
    } else {
      result.push_back(item);
    }
  }
  if (name == "reverse") std::reverse(result.begin(), result.end());
  return result;
}

}  // namespace qalam
