#include "server/http/dispatch.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "server/http/gate.h"
#include "server/http/route.h"
#include "server/http/web_files.h"

namespace qalam::http {

namespace {

Status CheckQuery(const Route& route, const ApiRequest& request) {
  for (const auto& [name, value] : request.query) {
    const auto is_it = [&, &name = name](const QueryParameter& known) {
      return known.name == name;
    };
    if (std::any_of(route.query.begin(), route.query.end(), is_it)) continue;
    std::vector<std::string> known;
    for (const auto& parameter : route.query) known.push_back(parameter.name);
    return InvalidArgument("the query's \"{}\" is unknown; {} takes {}", name.substr(0, 100),
                           route.path,
                           known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")));
  }
  return absl::OkStatus();
}

Answer CallRoute(const ApiContext& context, ApiRequest& request, const std::string& path) {
  Match match = FindRoute(request.method, path);
  const bool is_open = match.route != nullptr && match.route->is_open;
  if (const Status allowed = context.gate.Check(request); !is_open && !allowed.ok()) {
    auto answer = ErrorAnswer(allowed);
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
  }
  if (match.route == nullptr) {
    if (match.allowed.empty()) {
      return ErrorAnswer(NotFound("there is no {}{}; see {}/openapi.json", kApiRoot,
                                  path.substr(0, 200), kApiRoot));
    }
    const std::string allowed = fmt::format("{}", fmt::join(match.allowed, ", "));
    auto answer =
        ErrorAnswer(405, "METHOD_NOT_ALLOWED",
                    fmt::format("{} is not possible here, but {}", request.method, allowed));
    answer.headers.emplace_back("Allow", allowed);
    return answer;
  }
  request.parts = std::move(match.parts);
  const Status query = CheckQuery(*match.route, request);
  if (!query.ok()) return ErrorAnswer(query);
  auto answer = match.route->handler(context, request);
  return answer.ok() ? *std::move(answer) : ErrorAnswer(answer.status());
}

bool IsUnder(const std::string& path, const std::string& root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

}  // namespace

Answer Dispatch(const ApiContext& context, ApiRequest request, const std::string& path) {
  try {
    if (IsUnder(path, kApiRoot)) {
      return CallRoute(context, request, path.substr(sizeof(kApiRoot) - 1));
    }
    if (IsUnder(path, "/api")) {
      return ErrorAnswer(NotFound("the API's version 1 is under {}", kApiRoot));
    }
    if (request.method != "GET") {
      auto answer = ErrorAnswer(405, "METHOD_NOT_ALLOWED", "only GET is possible here");
      answer.headers.emplace_back("Allow", "GET");
      return answer;
    }
    return WebFile(request, path);
  } catch (const std::exception& error) {
    spdlog::error("an HTTP request failed path={} error={}", path, error.what());
    return ErrorAnswer(Internal("the server made a mistake; its log has more"));
  }
}

}  // namespace qalam::http
