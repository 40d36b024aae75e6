#include "base/log.h"

#include <absl/time/clock.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/trace_context.h"

namespace qalam {

namespace {

constexpr size_t kRecentLines = 1000;
// Of one text in a line; what is beyond it helps nobody.
constexpr size_t kLongestText = 8 << 10;
constexpr const char* kLevelNames[] = {"trace", "debug", "info", "warn", "error"};

struct ProgramLog {
  bool as_json = false;
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> recent =
      std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(kRecentLines);
  spdlog::logger logger{"qalam", {std::make_shared<spdlog::sinks::stderr_sink_mt>(), recent}};

  ProgramLog() {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::warn);
  }
};

ProgramLog& TheLog() {
  static auto* log = new ProgramLog;  // outlives every thread that writes
  return *log;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  return static_cast<spdlog::level::level_enum>(level);
}

std::string_view Shortened(std::string_view text) { return text.substr(0, kLongestText); }

std::string Quoted(std::string_view text) {
  using nlohmann::json;
  return json(std::string(Shortened(text)))
      .dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
}

// As it stands where that is one word; else in quotes, escaped as JSON is.
std::string Word(std::string_view text) {
  const auto is_plain = [](char c) {
    return c > ' ' && c < 127 && c != '"' && c != '\\' && c != '=';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_plain)
             ? std::string(Shortened(text))
             : Quoted(text);
}

std::string WithoutControls(std::string_view text) {
  const std::string quoted = Quoted(text);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::string FormatLogLine(bool as_json, LogLevel level, std::string_view time,
                          std::string_view component, std::string_view message,
                          const LogFields& fields) {
  const char* name = kLevelNames[static_cast<int>(level)];
  std::string line;
  if (as_json) {
    line = fmt::format("{{\"time\":\"{}\",\"level\":\"{}\",\"component\":{},\"message\":{}", time,
                       name, Quoted(component), Quoted(message));
    for (const auto& field : fields) {
      line += fmt::format(",{}:{}", Quoted(field.name), Quoted(field.value));
    }
    return line + "}";
  }
  line = fmt::format("{} {} {}: {}", time, name, Word(component), WithoutControls(message));
  for (const auto& field : fields) {
    line += fmt::format(" {}={}", Word(field.name), Word(field.value));
  }
  return line;
}

Status InitLog(const LogOptions& options) {
  const auto level = spdlog::level::from_str(options.level);
  if (level == spdlog::level::off && options.level != "off") {
    return InvalidArgument("the log's level is trace, debug, info, warn, error or off, not \"{}\"",
                           options.level);
  }
  if (options.format != "text" && options.format != "json") {
    return InvalidArgument("the log's format is text or json, not \"{}\"", options.format);
  }
  TheLog().as_json = options.format == "json";
  TheLog().logger.set_level(level);
  return absl::OkStatus();
}

void Log(LogLevel level, std::string_view component, std::string_view message,
         const LogFields& fields) {
  if (!IsLogged(level)) return;
  ProgramLog& log = TheLog();
  LogFields all = fields;
  const bool has_trace = std::any_of(
      fields.begin(), fields.end(), [](const LogField& field) { return field.name == "trace_id"; });
  const TraceContext* trace = TraceScope::Current();
  if (!has_trace && trace != nullptr) all.push_back({"trace_id", trace->trace_id});
  const std::string line =
      FormatLogLine(log.as_json, level, qalam::FormatTime(absl::Now()), component, message, all);
  log.logger.log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

bool IsLogged(LogLevel level) { return TheLog().logger.should_log(ToSpdlog(level)); }

std::vector<std::string> RecentLog() { return TheLog().recent->last_formatted(); }

Logger Logger::With(const LogFields& more) const {
  Logger other = *this;
  other.ids_.insert(other.ids_.end(), more.begin(), more.end());
  return other;
}

void Logger::Write(LogLevel level, std::string_view message, const LogFields& fields) const {
  LogFields all = ids_;
  all.insert(all.end(), fields.begin(), fields.end());
  Log(level, component_, message, all);
}

}  // namespace qalam
