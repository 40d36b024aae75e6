#include "server/http/api_request.h"

#include <algorithm>
#include <charconv>

#include "base/json_depth.h"

namespace qalam::http {

std::string ApiRequest::Header(const std::string& name) const {
  const auto entry = headers.find(name);
  return entry == headers.end() ? "" : entry->second;
}

std::string ApiRequest::Text(const std::string& name) const {
  const auto entry = query.find(name);
  return entry == query.end() ? "" : entry->second;
}

std::vector<std::string> ApiRequest::Texts(const std::string& name) const {
  std::vector<std::string> texts;
  const auto [begin, end] = query.equal_range(name);
  for (auto entry = begin; entry != end; ++entry) texts.push_back(entry->second);
  return texts;
}

StatusOr<int64_t> ApiRequest::Integer(const std::string& name, int64_t usual, int64_t least,
                                      int64_t most) const {
  const auto entry = query.find(name);
  if (entry == query.end()) return usual;
  const std::string& text = entry->second;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || value < least || value > most) {
    return InvalidArgument("{} should be a whole number from {} to {}, not \"{}\"", name, least,
                           most, text);
  }
  return value;
}

StatusOr<std::string> ApiRequest::OneOf(const std::string& name, const std::string& usual,
                                        const std::vector<std::string>& allowed) const {
  const auto entry = query.find(name);
  if (entry == query.end()) return usual;
  if (std::find(allowed.begin(), allowed.end(), entry->second) != allowed.end()) {
    return entry->second;
  }
  return InvalidArgument("{} should be one of {}, not \"{}\"", name, fmt::join(allowed, ", "),
                         entry->second);
}

StatusOr<Json> ApiRequest::Object() const {
  // As a document may be, and far more than any call takes.
  constexpr size_t kDeepest = 64;
  if (JsonDepth(body) > kDeepest) {
    return InvalidArgument("the body nests deeper than the {} levels allowed", kDeepest);
  }
  std::string fault;
  try {
    auto value = Json::parse(body);
    if (value.is_object()) return value;
    fault = fmt::format("an object is wanted, not a {}", value.type_name());
  } catch (const Json::exception& error) {
    fault = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
    const size_t end = fault.find("] ");
    if (end != std::string::npos) fault.erase(0, end + 2);
  }
  return InvalidArgument("the body is not the JSON that is wanted: {}", fault);
}

bool ApiRequest::IsCurrent(const std::string& entity_tag) const {
  const std::string known = Header("if-none-match");
  if (entity_tag.empty() || known.empty()) return false;
  // A proxy that compresses may have made it weak.
  return known == "*" || known.find(entity_tag) != std::string::npos;
}

StatusOr<std::string> TextMember(const Json& object, const std::string& name) {
  const auto member = object.find(name);
  if (member == object.end()) return InvalidArgument("the body's \"{}\" is missing", name);
  if (!member->is_string()) {
    return InvalidArgument("the body's \"{}\" should be a text, not a {}", name,
                           member->type_name());
  }
  return member->get<std::string>();
}

Status AllowOnly(const Json& object, const std::vector<std::string>& names) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return InvalidArgument("the body's \"{}\" is unknown; it takes {}", name,
                             fmt::join(names, ", "));
    }
  }
  return absl::OkStatus();
}

}  // namespace qalam::http
