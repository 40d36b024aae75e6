#include "server/http/route.h"

#include <string_view>

namespace qalam::http {

namespace {

std::string_view TakePart(std::string_view& path) {
  const size_t end = path.find('/');
  const auto part = path.substr(0, end);
  path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  return part;
}

bool IsPlaceholder(std::string_view part) {
  return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

std::optional<std::map<std::string, std::string>> MatchPath(std::string_view pattern,
                                                            std::string_view path) {
  std::map<std::string, std::string> parts;
  pattern.remove_prefix(1);
  if (path.empty() || path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  while (!pattern.empty()) {
    const auto wanted = TakePart(pattern);
    if (IsPlaceholder(wanted) && wanted.ends_with("...}")) {
      if (path.empty()) return std::nullopt;
      parts[std::string(wanted.substr(1, wanted.size() - 5))] = path;
      return parts;
    }
    const bool last = path.find('/') == std::string_view::npos;
    if (last != pattern.empty()) return std::nullopt;
    const auto part = TakePart(path);
    if (IsPlaceholder(wanted)) {
      if (part.empty()) return std::nullopt;
      parts[std::string(wanted.substr(1, wanted.size() - 2))] = part;
    } else if (wanted != part) {
      return std::nullopt;
    }
  }
  return parts;
}

}  // namespace

const std::vector<Route>& Routes() {
  static const auto* routes = [] {
    auto* all = new std::vector<Route>;
    AddSessionRoutes(*all);
    AddSystemRoutes(*all);
    AddDiagnosticsRoutes(*all);
    AddDocumentRoutes(*all);
    AddExperimentRoutes(*all);
    AddChartRoutes(*all);
    AddTrialListRoutes(*all);
    AddTrialRoutes(*all);
    AddTrialDataRoutes(*all);
    AddTrialFileRoutes(*all);
    AddEventRoutes(*all);
    AddAuditRoutes(*all);
    return all;
  }();
  return *routes;
}

const std::vector<Route>& RootRoutes() {
  static const auto* routes = [] {
    auto* all = new std::vector<Route>;
    AddHealthRoutes(*all);
    AddMlflowRoutes(*all);
    return all;
  }();
  return *routes;
}

Match FindRoute(const std::vector<Route>& routes, const std::string& method,
                const std::string& path) {
  Match match;
  for (const auto& route : routes) {
    auto parts = MatchPath(route.path, path);
    if (!parts) continue;
    if (route.method == method) return {.route = &route, .parts = *std::move(parts)};
    match.allowed.push_back(route.method);
  }
  return match;
}

}  // namespace qalam::http
