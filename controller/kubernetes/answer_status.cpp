#include "controller/kubernetes/answer_status.h"

namespace qalam::kubernetes {

namespace {

StatusCode CodeOf(int http_status, const std::string& reason) {
  switch (http_status) {
    case 401:
      return StatusCode::kUnauthenticated;
    case 403:
      return StatusCode::kPermissionDenied;
    case 404:
      return StatusCode::kNotFound;
    case 408:
    case 429:
      return StatusCode::kUnavailable;
    case 409:
      return reason == "AlreadyExists" ? StatusCode::kAlreadyExists : StatusCode::kAborted;
    case 410:
      return StatusCode::kOutOfRange;
    default:
      return http_status >= 500 ? StatusCode::kUnavailable : StatusCode::kInvalidArgument;
  }
}

std::string TextOf(const Json& object, const char* field) {
  const auto entry = object.is_object() ? object.find(field) : object.end();
  return entry != object.end() && entry->is_string() ? entry->get<std::string>() : "";
}

// One that is no Kubernetes API may answer with a page.
std::string Shortened(const std::string& text) {
  std::string shown;
  for (const unsigned char c : text.substr(0, 200)) {
    shown += c < ' ' || c > '~' ? ' ' : static_cast<char>(c);
  }
  return shown;
}

}  // namespace

Status StatusOfAnswer(const HttpAnswer& answer) {
  const Json body = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  std::string message = TextOf(body, "message");
  if (message.empty()) message = Shortened(answer.body);
  return MakeStatus(CodeOf(answer.status, TextOf(body, "reason")),
                    fmt::format("HTTP {}: {}", answer.status, message));
}

Status StatusOfErrorEvent(const Json& object) {
  int code = 500;
  if (object.is_object() && object.contains("code") && object["code"].is_number_integer()) {
    code = object["code"];
  }
  return MakeStatus(CodeOf(code, TextOf(object, "reason")),
                    fmt::format("HTTP {}: {}", code, TextOf(object, "message")));
}

bool IsWorthRepeating(int http_status) {
  return http_status == 408 || http_status == 429 || http_status == 500 || http_status == 502 ||
         http_status == 503 || http_status == 504;
}

}  // namespace qalam::kubernetes
