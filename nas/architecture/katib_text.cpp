#include "nas/architecture/katib_text.h"

#include <algorithm>

namespace qalam::nas {

namespace {

using Json = nlohmann::ordered_json;

std::string Scalar(const Json& json) { return json.dump(-1, ' ', /*ensure_ascii=*/true); }

void Print(const Json& json, std::string& out) {
  const bool is_object = json.is_object();
  if (!is_object && !json.is_array()) {
    out += Scalar(json);
    return;
  }
  out += is_object ? '{' : '[';
  bool first = true;
  for (auto item = json.begin(); item != json.end(); ++item) {
    if (!first) out += ", ";
    first = false;
    if (is_object) out += Scalar(Json(item.key())) + ": ";
    Print(*item, out);
  }
  out += is_object ? '}' : ']';
}

}  // namespace

std::string PrintKatibText(const Json& json) {
  std::string text;
  Print(json, text);
  std::replace(text.begin(), text.end(), '"', '\'');
  return text;
}

StatusOr<Json> ParseKatibText(const std::string& text, const std::string& what) {
  std::string quoted = text;
  std::replace(quoted.begin(), quoted.end(), '\'', '"');
  Json json = Json::parse(quoted, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    constexpr size_t kShown = 60;  // enough to recognise it by
    return InvalidArgument("{} should be JSON, not \"{}{}\"", what, text.substr(0, kShown),
                           text.size() > kShown ? "..." : "");
  }
  return json;
}

}  // namespace qalam::nas
