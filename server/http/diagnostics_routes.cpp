#include <dirent.h>

#include <filesystem>

#include "base/files.h"
#include "base/log.h"
#include "server/http/message_json.h"
#include "server/http/route.h"
#include "server/http/schema.h"

#ifndef QALAM_VERSION
#define QALAM_VERSION "unknown"
#endif

namespace qalam::http {

namespace {

std::string FirstLine(const std::string& path) {
  const auto text = ReadFileRange(path, 0, 4096);
  return text.ok() ? text->substr(0, text->find('\n')) : "";
}

// What the system knows of each thread: its state, and what in the kernel it waits for. Where in
// this program it is would need a debugger.
Json Threads() {
  constexpr size_t kMostThreads = 1000;
  Json threads = Json::array();
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator("/proc/self/task", error);
       !error && entry != std::filesystem::directory_iterator() && threads.size() < kMostThreads;
       entry.increment(error)) {
    const std::string folder = entry->path().string();
    const std::string stat = FirstLine(folder + "/stat");
    const size_t name_ends = stat.rfind(')');
    threads.push_back({{"id", entry->path().filename().string()},
                       {"name", FirstLine(folder + "/comm")},
                       {"state", name_ends + 2 < stat.size() ? stat.substr(name_ends + 2, 1) : ""},
                       {"waitsIn", FirstLine(folder + "/wchan")}});
  }
  return threads;
}

StatusOr<Answer> GetDiagnostics(const ApiContext& context, const ApiRequest&) {
  Json slow = Json::array();
  for (const auto& call : context.telemetry.slow_calls().List()) {
    slow.push_back({{"began", TimeToText(absl::ToUnixMillis(call.began))},
                    {"call", call.what},
                    {"seconds", absl::ToDoubleSeconds(call.took)},
                    {"code", call.code}});
  }
  return JsonAnswer({{"version", QALAM_VERSION},
                     {"compiler", __VERSION__},
                     {"options",
                      {{"database", context.database_path},
                       {"operator", context.operator_name},
                       {"workers", context.workers}}},
                     {"log", RecentLog()},
                     {"slowCalls", slow},
                     {"threads", Threads()}});
}

}  // namespace

void AddDiagnosticsRoutes(std::vector<Route>& routes) {
  routes.push_back({"GET", "/diagnostics",
                    "The latest lines of the log, calls that took long, and the threads",
                    GetDiagnostics, Json{{"type", "object"}}});
}

}  // namespace qalam::http
