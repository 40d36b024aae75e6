// Expected failures as values. This header alone touches absl's strings, because Debian's absl is
// built so that absl::string_view is not std::string_view; the rest of Qalam uses std types.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace qalam {

using absl::Status;
using absl::StatusCode;
using absl::StatusOr;

// The message of `status`, without its code.
std::string Message(const Status& status);

// The same code with `context` and ": " put before the message. OK stays OK.
Status WithContext(const Status& status, std::string_view context);

Status MakeStatus(StatusCode code, std::string_view message);

#define QALAM_DEFINE_STATUS(Name)                                             \
  template <typename... Args>                                                 \
  Status Name(fmt::format_string<Args...> format, Args&&... args) {           \
    return MakeStatus(StatusCode::k##Name,                                    \
                      fmt::format(format, std::forward<Args>(args)...));      \
  }
QALAM_DEFINE_STATUS(InvalidArgument)
QALAM_DEFINE_STATUS(NotFound)
QALAM_DEFINE_STATUS(AlreadyExists)
QALAM_DEFINE_STATUS(FailedPrecondition)
QALAM_DEFINE_STATUS(ResourceExhausted)
QALAM_DEFINE_STATUS(Aborted)
QALAM_DEFINE_STATUS(OutOfRange)
QALAM_DEFINE_STATUS(Unimplemented)
QALAM_DEFINE_STATUS(Internal)
QALAM_DEFINE_STATUS(Unavailable)
QALAM_DEFINE_STATUS(DataLoss)
QALAM_DEFINE_STATUS(DeadlineExceeded)
QALAM_DEFINE_STATUS(PermissionDenied)
#undef QALAM_DEFINE_STATUS

// A failed system call: `what` says what was attempted; the code follows from `error_number`.
Status ErrnoStatus(int error_number, std::string_view what);

}  // namespace qalam

#define QALAM_CONCAT_INNER(a, b) a##b
#define QALAM_CONCAT(a, b) QALAM_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)                        \
  do {                                                     \
    if (auto qalam_status = (expression); !qalam_status.ok()) return qalam_status; \
  } while (false)

// ASSIGN_OR_RETURN(auto value, ComputeValue());
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_IMPL(QALAM_CONCAT(qalam_status_or_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_IMPL(name, declaration, expression) \
  auto name = (expression);                                  \
  if (!name.ok()) return std::move(name).status();           \
  declaration = *std::move(name)
