#include "api/gjson_parser.h"

#include <algorithm>

namespace qalam {

namespace {

constexpr size_t kLongestPath = 4096;
constexpr int kDeepest = 16;
constexpr const char* kComparisons[] = {"==", "!=", "<=", ">=", "!%", "<", ">", "%"};
constexpr const char* kModifiers[] = {"this", "reverse", "keys", "values", "flatten"};
// Where a query's path ends and its comparison begins.
constexpr char kQueryEnds[] = "=!<>%~ )";

}  // namespace

StatusOr<GjsonPath> GjsonParser::Parse() {
  if (text_.size() > kLongestPath) {
    return InvalidArgument("column {}: a path has {} characters at most", kLongestPath + 1,
                           kLongestPath);
  }
  return ParsePath("", 0);
}

StatusOr<GjsonPath> GjsonParser::ParsePath(const std::string& ends, int depth) {
  if (depth > kDeepest) return Fault("nested too deeply");
  GjsonPath path;
  path.segments_.emplace_back();
  while (true) {
    if (AtEnd(ends) || text_[at_] == '.' || text_[at_] == '|') {
      return Fault("a key, #, #(...), [...] or @... should be here");
    }
    ASSIGN_OR_RETURN(auto part, ParsePart(ends, depth));
    path.segments_.back().push_back(std::move(part));
    if (AtEnd(ends)) return path;
    if (Take("|")) {
      path.segments_.emplace_back();
    } else if (!Take(".")) {
      return Fault("a dot or a pipe should be here");
    }
  }
}

StatusOr<GjsonPath::Part> GjsonParser::ParsePart(const std::string& ends, int depth) {
  const char first = text_[at_];
  if (Take("#(")) return ParseQuery(depth);
  if (Take("#")) return GjsonPath::Part{GjsonPath::Part::Kind::kEach, "", nullptr, {}};
  if (first == '[') return ParseList(depth);
  if (first == '@') return ParseModifier(ends);
  if (first == '{') return Fault("GJSON's {...} is not supported");
  if (first == '!') return Fault("GJSON's literals are not supported");
  GjsonPath::Part part;
  while (!AtEnd(ends) && text_[at_] != '.' && text_[at_] != '|') {
    if (text_[at_] == '\\') {
      if (at_ + 1 == text_.size()) return Fault("nothing follows the \\");
      const char next = text_[at_ + 1];
      // Within patterns the other characters stand for themselves.
      if (next == '*' || next == '?' || next == '\\') part.text += '\\';
      part.text += next;
      at_ += 2;
    } else {
      part.text += text_[at_++];
    }
  }
  return part;
}

StatusOr<GjsonPath::Part> GjsonParser::ParseQuery(int depth) {
  auto query = std::make_shared<GjsonPath::Query>();
  SkipSpaces();
  if (!AtEnd(kQueryEnds)) {
    ASSIGN_OR_RETURN(query->path, ParsePath(kQueryEnds, depth + 1));
  }
  SkipSpaces();
  for (const char* comparison : kComparisons) {
    if (!Take(comparison)) continue;
    query->comparison = comparison;
    SkipSpaces();
    ASSIGN_OR_RETURN(query->operand, ParseOperand());
    SkipSpaces();
    break;
  }
  if (at_ == text_.size()) return Fault("the query's ) is missing");
  if (!Take(")")) return Fault("one of == != < <= > >= % !% or the query's ) should be here");
  if (!query->path && query->comparison.empty()) {
    --at_;
    return Fault("the query is empty");
  }
  const bool all = Take("#");
  return GjsonPath::Part{
      all ? GjsonPath::Part::Kind::kAll : GjsonPath::Part::Kind::kFirst, "", std::move(query), {}};
}

StatusOr<std::string> GjsonParser::ParseOperand() {
  std::string operand;
  if (!Take("\"")) {
    while (at_ < text_.size() && text_[at_] != ')' && text_[at_] != ' ') operand += text_[at_++];
    if (operand.empty()) return Fault("a value to compare with should be here");
    return operand;
  }
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    operand += text_[at_++];
  }
  if (!Take("\"")) return Fault("the closing \" is missing");
  return operand;
}

StatusOr<GjsonPath::Part> GjsonParser::ParseList(int depth) {
  GjsonPath::Part part{GjsonPath::Part::Kind::kList, "", nullptr, {}};
  do {
    ++at_;
    ASSIGN_OR_RETURN(auto path, ParsePath(",]", depth + 1));
    part.list.push_back(std::move(path));
  } while (at_ < text_.size() && text_[at_] == ',');
  if (!Take("]")) return Fault("the closing ] is missing");
  return part;
}

StatusOr<GjsonPath::Part> GjsonParser::ParseModifier(const std::string& ends) {
  const size_t begin = at_++;
  std::string name;
  while (!AtEnd(ends) && text_[at_] != '.' && text_[at_] != '|') name += text_[at_++];
  const bool known = std::any_of(std::begin(kModifiers), std::end(kModifiers),
                                 [&](const char* other) { return name == other; });
  if (known) return GjsonPath::Part{GjsonPath::Part::Kind::kModifier, name, nullptr, {}};
  at_ = begin;
  return Fault(
      fmt::format("@{} is not supported; there are @this, @reverse, @keys, @values and "
                  "@flatten",
                  name));
}

}  // namespace qalam
