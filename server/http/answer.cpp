#include "server/http/answer.h"

#include <algorithm>

namespace qalam::http {

namespace {

Json ToJson(const Fault& fault) {
  return {{"source", fault.source},
          {"line", fault.line},
          {"column", fault.column},
          {"field", fault.field},
          {"message", fault.message}};
}

Answer MakeError(int http_status, const std::string& code, const std::string& message,
                 const std::vector<Fault>& faults) {
  Json list = Json::array();
  for (const auto& fault : faults) list.push_back(ToJson(fault));
  return JsonAnswer({{"error", {{"code", code}, {"message", message}, {"faults", list}}}},
                    http_status);
}

}  // namespace

int HttpStatus(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return 200;
    case StatusCode::kInvalidArgument:
    case StatusCode::kOutOfRange:
      return 400;
    case StatusCode::kUnauthenticated:
      return 401;
    case StatusCode::kPermissionDenied:
      return 403;
    case StatusCode::kNotFound:
      return 404;
    case StatusCode::kAlreadyExists:
    case StatusCode::kFailedPrecondition:
      return 409;
    case StatusCode::kAborted:
      return 412;
    case StatusCode::kResourceExhausted:
      return 429;
    case StatusCode::kUnimplemented:
      return 501;
    case StatusCode::kUnavailable:
      return 503;
    case StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Answer JsonAnswer(const Json& json, int status) {
  return {.status = status, .body = std::make_shared<const std::string>(Dump(json))};
}

Answer TextAnswer(std::string text, const std::string& content_type) {
  return {.content_type = content_type,
          .body = std::make_shared<const std::string>(std::move(text))};
}

Answer DownloadAnswer(std::string text, const std::string& content_type,
                      const std::string& file_name) {
  std::string safe = file_name;
  const auto is_unsafe = [](char c) {
    return !(std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_');
  };
  std::replace_if(safe.begin(), safe.end(), is_unsafe, '_');
  Answer answer = TextAnswer(std::move(text), content_type);
  answer.headers.emplace_back("Content-Disposition",
                              fmt::format("attachment; filename=\"{}\"", safe));
  return answer;
}

Answer EmptyAnswer(int status) { return {.status = status}; }

Answer UnchangedAnswer(const std::string& entity_tag) {
  return {.status = 304, .entity_tag = entity_tag, .cache_control = "no-cache"};
}

Answer ErrorAnswer(const Status& status, const std::vector<Fault>& faults) {
  return MakeError(HttpStatus(status.code()), absl::StatusCodeToString(status.code()),
                   Message(status), faults);
}

Answer ErrorAnswer(int http_status, const std::string& code, const std::string& message) {
  return MakeError(http_status, code, message, {});
}

}  // namespace qalam::http
