#include "base/status.h"

#include <cerrno>
#include <cstring>

namespace qalam {

std::string Message(const Status& status) {
  return {status.message().data(), status.message().size()};
}

Status MakeStatus(StatusCode code, std::string_view message) {
  return {code, absl::string_view(message.data(), message.size())};
}

Status WithContext(const Status& status, std::string_view context) {
  if (status.ok()) return status;
  return MakeStatus(status.code(), fmt::format("{}: {}", context, Message(status)));
}

Status ErrnoStatus(int error_number, std::string_view what) {
  StatusCode code = StatusCode::kInternal;
  switch (error_number) {
    case ENOENT: code = StatusCode::kNotFound; break;
    case EEXIST: code = StatusCode::kAlreadyExists; break;
    case EACCES:
    case EPERM:
    case EROFS: code = StatusCode::kPermissionDenied; break;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
    case ENOMEM: code = StatusCode::kResourceExhausted; break;
    default: break;
  }
  return MakeStatus(code, fmt::format("{}: {}", what, std::strerror(error_number)));
}

}  // namespace qalam
