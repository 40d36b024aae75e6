#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/experiment.h"

namespace qalam::document {

// The names x of every ${trialParameters.x} in the text.
std::vector<std::string> PlaceholderNames(const std::string& text);

// The text with each ${trialParameters.x} replaced by `value(x)`; one without a value stays.
std::string ReplacePlaceholders(
    const std::string& text,
    const std::function<std::optional<std::string>(const std::string&)>& value);

// The part between "${trialSpec." and "}" when the reference is of that kind.
std::optional<std::string> MetadataReference(const std::string& reference);
// Whether it is Name, Namespace, Kind, APIVersion, Annotations[x] or Labels[x].
bool IsKnownMetadata(const std::string& name);

}  // namespace qalam::document
