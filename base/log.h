// The program's log on standard error: a line for each thing that happened, as text or as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace qalam {

struct LogOptions {
  std::string level = "warn";   // trace, debug, info, warn, error or off
  std::string format = "text";  // or json
};

// Call once, at the top of main. INVALID_ARGUMENT names what there is.
Status InitLog(const LogOptions& options);

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };

struct LogField {
  std::string name;
  std::string value;
};
using LogFields = std::vector<LogField>;

// Writes one line whatever the texts hold: line ends and control characters are escaped.
void Log(LogLevel level, std::string_view component, std::string_view message,
         const LogFields& fields = {});
// Whether a line of that level is written.
bool IsLogged(LogLevel level);
// The newest lines that were written, oldest first.
std::vector<std::string> RecentLog();

// Speaks for one part of the program, about one experiment or trial: `ids` are with every line.
class Logger {
 public:
  explicit Logger(std::string component, LogFields ids = {})
      : component_(std::move(component)), ids_(std::move(ids)) {}

  // Also about this.
  Logger With(const LogFields& more) const;
  void Info(std::string_view message, const LogFields& fields = {}) const {
    Write(LogLevel::kInfo, message, fields);
  }
  void Warn(std::string_view message, const LogFields& fields = {}) const {
    Write(LogLevel::kWarn, message, fields);
  }
  void Error(std::string_view message, const LogFields& fields = {}) const {
    Write(LogLevel::kError, message, fields);
  }

 private:
  void Write(LogLevel level, std::string_view message, const LogFields& fields) const;

  std::string component_;
  LogFields ids_;
};

// The line without the program's state, for tests and for the log itself.
std::string FormatLogLine(bool as_json, LogLevel level, std::string_view time,
                          std::string_view component, std::string_view message,
                          const LogFields& fields);

}  // namespace qalam
