#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/experiment.h"
#include "base/files.h"
#include "base/status.h"

namespace qalam::http {

class EventSubscription;

inline constexpr char kJsonType[] = "application/json; charset=utf-8";
inline constexpr char kTextType[] = "text/plain; charset=utf-8";

struct Answer {
  int status = 200;
  std::string content_type = kJsonType;
  // Shared, so that a cached one is not copied for each client; null for none.
  std::shared_ptr<const std::string> body;
  bool is_gzip = false;    // the body is compressed already
  std::string entity_tag;  // with its quotes; empty for none
  std::string cache_control = "no-store";
  std::vector<std::pair<std::string, std::string>> headers;
  // Instead of a body, one of: events; a file of file_size bytes; parts that `more` appends until
  // it returns false, or an error, which breaks the connection off.
  std::shared_ptr<EventSubscription> events;
  std::function<bool()> may_go_on;  // asked again and again while `events` are sent
  std::shared_ptr<const FileDescriptor> file;
  int64_t file_size = 0;
  std::function<StatusOr<bool>(std::string* text)> more;
};

Answer JsonAnswer(const Json& json, int status = 200);
Answer TextAnswer(std::string text, const std::string& content_type = kTextType);
// With Content-Disposition, so that a browser saves it under that name.
Answer DownloadAnswer(std::string text, const std::string& content_type,
                      const std::string& file_name);
Answer EmptyAnswer(int status);
// 304 for an entity tag that the client has.
Answer UnchangedAnswer(const std::string& entity_tag);
// {"error": ...} under the status's HTTP code.
Answer ErrorAnswer(const Status& status, const std::vector<Fault>& faults = {});
Answer ErrorAnswer(int http_status, const std::string& code, const std::string& message);

int HttpStatus(StatusCode code);
// Text that is UTF-8 whatever came in.
std::string Dump(const Json& json);

}  // namespace qalam::http
