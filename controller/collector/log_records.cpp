#include "controller/collector/log_records.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/json_depth.h"
#include "base/utf8.h"
#include "controller/collector/byte_text.h"

namespace qalam::collector {

namespace {

using nlohmann::json;

constexpr char kSeparator = '\x1e';
// A line of the log is cut in pieces by container runtimes at 16 KiB. As base64, or as a JSON
// string in which every byte may take six, these stay below it.
constexpr size_t kLongestLine = 8 << 10;
constexpr size_t kLongestSpoolPiece = 2 << 10;
// How long a line that is not whole may wait for its end: a program that writes blocks is quicker.
constexpr std::chrono::milliseconds kHoldBack(200);

// Whether every container runtime brings the line back as it is.
bool IsPlain(std::string_view line) {
  if (line.size() > kLongestLine) return false;
  uint32_t code = 0;
  for (size_t i = 0; i < line.size();) {
    if (line[i] == '\0' || line[i] == '\r' || line[i] == kSeparator) return false;
    const size_t length = CharacterAt(line, i, &code);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

void AppendRecord(const std::string& mark, const json& fields, std::string& text) {
  json record = {{"qalam", mark}};
  record.update(fields);
  text += kSeparator;
  text += record.dump();
  text += '\n';
}

}  // namespace

LogSink::LogSink(int fd, std::string mark) : fd_(fd), mark_(std::move(mark)) {}

size_t LogSink::Output(std::string_view data) {
  const size_t size = data.size();
  output_bytes_ += size;
  std::string text;
  while (!data.empty()) {
    const size_t end = data.find('\n');
    if (end == std::string_view::npos) {
      if (begun_.empty()) begun_at_ = std::chrono::steady_clock::now();
      begun_ += data;
      break;
    }
    begun_ += data.substr(0, end);
    data.remove_prefix(end + 1);
    if (IsPlain(begun_)) {
      text.append(begun_).push_back('\n');
    } else {
      AddOutput(begun_ + '\n', text);
    }
    begun_.clear();
  }
  // It will be no plain line any more.
  if (begun_.size() > kLongestLine) AddOutput(std::exchange(begun_, ""), text);
  Write(text);
  return size;
}

size_t LogSink::Spool(std::string_view lines) {
  spool_bytes_ += lines.size();
  std::string text;
  while (!lines.empty()) {
    const std::string_view piece = lines.substr(0, kLongestSpoolPiece);
    AppendRecord(mark_, {{"spool", BytesToText(piece)}}, text);
    lines.remove_prefix(piece.size());
  }
  Write(text);
  return 0;
}

std::optional<std::chrono::steady_clock::time_point> LogSink::flush_at() const {
  if (begun_.empty()) return std::nullopt;
  return begun_at_ + kHoldBack;
}

void LogSink::Flush() {
  std::string text;
  AddOutput(std::exchange(begun_, ""), text);
  Write(text);
}

void LogSink::WriteResult(const Result& result) {
  Flush();
  std::string text;
  AppendRecord(mark_,
               {{"result", json::parse(Encode(result))},
                {"output_bytes", output_bytes_},
                {"spool_bytes", spool_bytes_}},
               text);
  Write(text);
}

void LogSink::AddOutput(std::string_view bytes, std::string& text) const {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kLongestLine);
    AppendRecord(mark_, {{"output", EncodeBase64(piece)}}, text);
    bytes.remove_prefix(piece.size());
  }
}

void LogSink::Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t got = write(fd_, text.data(), text.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    text.remove_prefix(static_cast<size_t>(got));
  }
}

void ReadLogLine(std::string_view line, const std::string& mark, const LogReader& reader) {
  const auto as_output = [&] {
    reader.output(line);
    reader.output("\n");
  };
  // The trial may write here, too; a record nests its result's two or three levels.
  constexpr size_t kDeepest = 8;
  if (!line.starts_with(kSeparator) || JsonDepth(line) > kDeepest) return as_output();
  try {
    const json record = json::parse(line.substr(1));
    if (record.at("qalam") != mark) return as_output();
    if (record.contains("output")) {
      const auto bytes = DecodeBase64(record["output"].get<std::string>());
      if (!bytes) return as_output();
      reader.output(*bytes);
    } else if (record.contains("spool")) {
      reader.spool(TextToBytes(record["spool"].get<std::string>()));
    } else if (record.contains("result")) {
      const auto result = DecodeResult(record["result"].dump());
      if (result.ok()) reader.ended(*result, record.at("output_bytes"), record.at("spool_bytes"));
    }
  } catch (const json::exception&) {
    as_output();
  }
}

}  // namespace qalam::collector
