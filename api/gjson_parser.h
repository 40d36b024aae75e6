// Between the parts of GjsonPath alone.
#pragma once

#include <string>

#include "api/gjson_path.h"

namespace qalam {

struct GjsonPath::Query {
  std::optional<GjsonPath> path;  // within an element; none: the element itself
  std::string comparison;         // empty: that there is anything
  std::string operand;
};

std::optional<nlohmann::ordered_json> ApplyGjsonModifier(const std::string& name,
                                                         const nlohmann::ordered_json& value);

class GjsonParser {
 public:
  explicit GjsonParser(const std::string& text) : text_(text) {}
  StatusOr<GjsonPath> Parse();

 private:
  // Up to a character of `ends` that belongs to none of the path's parts, or to the text's end.
  StatusOr<GjsonPath> ParsePath(const std::string& ends, int depth);
  StatusOr<GjsonPath::Part> ParsePart(const std::string& ends, int depth);
  StatusOr<GjsonPath::Part> ParseQuery(int depth);
  StatusOr<GjsonPath::Part> ParseList(int depth);
  StatusOr<GjsonPath::Part> ParseModifier(const std::string& ends);
  StatusOr<std::string> ParseOperand();

  bool AtEnd(const std::string& ends) const {
    return at_ == text_.size() || ends.find(text_[at_]) != std::string::npos;
  }
  bool Take(const std::string& token) {
    if (text_.compare(at_, token.size(), token) != 0) return false;
    at_ += token.size();
    return true;
  }
  void SkipSpaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  Status Fault(const std::string& message) const {
    return InvalidArgument("column {}: {}", at_ + 1, message);
  }

  const std::string& text_;
  size_t at_ = 0;
};

}  // namespace qalam
