#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/status.h"

namespace qalam::nas {

// JSON as Katib puts it into a trial's arguments: as Python prints it (a space after each comma and
// colon, ASCII alone), with single quotes in place of double ones. Texts in it hold no quotes.
std::string PrintKatibText(const nlohmann::ordered_json& json);

// Reads either kind of quotes. INVALID_ARGUMENT, naming `what`, when it is no JSON.
StatusOr<nlohmann::ordered_json> ParseKatibText(const std::string& text, const std::string& what);

}  // namespace qalam::nas
