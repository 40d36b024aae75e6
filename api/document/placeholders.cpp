#include "api/document/placeholders.h"

namespace qalam::document {

namespace {
constexpr std::string_view kOpen = "${trialParameters.";
constexpr std::string_view kMetadataOpen = "${trialSpec.";
}  // namespace

std::string ReplacePlaceholders(
    const std::string& text,
    const std::function<std::optional<std::string>(const std::string&)>& value) {
  std::string result;
  size_t at = 0;
  while (true) {
    const size_t open = text.find(kOpen, at);
    const size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) return result + text.substr(at);
    const std::string name = text.substr(open + kOpen.size(), close - open - kOpen.size());
    result += text.substr(at, open - at);
    result += value(name).value_or(text.substr(open, close - open + 1));
    at = close + 1;
  }
}

std::vector<std::string> PlaceholderNames(const std::string& text) {
  std::vector<std::string> names;
  ReplacePlaceholders(text, [&](const std::string& name) {
    names.push_back(name);
    return std::nullopt;
  });
  return names;
}

std::optional<std::string> MetadataReference(const std::string& reference) {
  if (!reference.starts_with(kMetadataOpen) || !reference.ends_with("}")) return std::nullopt;
  return reference.substr(kMetadataOpen.size(), reference.size() - kMetadataOpen.size() - 1);
}

bool IsKnownMetadata(const std::string& name) {
  for (const char* simple : {"Name", "Namespace", "Kind", "APIVersion"}) {
    if (name == simple) return true;
  }
  for (const std::string list : {"Annotations[", "Labels["}) {
    if (name.starts_with(list) && name.ends_with("]") && name.size() > list.size() + 1) return true;
  }
  return false;
}

}  // namespace qalam::document
