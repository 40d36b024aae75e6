#include "server/http/dispatch.h"

#include <absl/time/clock.h>

#include <algorithm>

#include "api/encoding.h"
#include "base/log.h"
#include "base/trace_context.h"
#include "server/http/gate.h"
#include "server/http/route.h"
#include "server/http/web_files.h"

namespace qalam::http {

namespace {

// What answers, and the audit log, could hold no other bytes: JSON and gRPC are of UTF-8 alone.
Status CheckText(const ApiRequest& request, const std::string& path) {
  const auto is_text = [](const std::string& text) { return !CheckEncoding(text, ""); };
  if (!is_text(path)) return InvalidArgument("the request's path is not UTF-8");
  for (const auto& [name, value] : request.query) {
    if (is_text(name) && is_text(value)) continue;
    return InvalidArgument("the request's query is not UTF-8 at \"{}\"",
                           ReplaceForeignBytes(name.substr(0, 100)));
  }
  return absl::OkStatus();
}

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

Answer RefusalOf(const Status& refused) {
  auto answer = ErrorAnswer(refused);
  if (refused.code() == StatusCode::kUnauthenticated) {
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  }
  // Buckets are filled so often at least that a second is enough.
  if (refused.code() == StatusCode::kResourceExhausted) {
    answer.headers.emplace_back("Retry-After", "1");
  }
  return answer;
}

// What the route needs: its row of the table of rights.
StatusOr<const CallRight*> RightOf(const Route& route) {
  const std::string name = route.method + " " + route.path;
  const CallRight* right = FindRight(name);
  if (right == nullptr) return PermissionDenied("nobody may call {}", name);
  return right;
}

// Whether the caller may have what the route, whose right this is, does. A change that is refused
// is written down, as one that the service refuses is.
Status CheckRight(const CallRight& right, const Match& match, const ApiRequest& request,
                  const ApiContext& context) {
  const bool is_of_object = right.reach == Reach::kNamespace;
  CallObject object;
  if (is_of_object) {
    object.is_trial = match.parts.contains("trial");
    object.name_space = match.parts.at("namespace");
    object.name = match.parts.at(object.is_trial ? "trial" : "name");
  }
  const Identity& identity = *context.caller.identity;
  const Status allowed = is_of_object ? Authority::CheckObjects(identity, right, {object})
                                      : Authority::CheckCall(identity, right);
  if (allowed.ok() || request.method == "GET") return allowed;
  const Status written =
      context.gate.authority().WriteAudit(right, context.caller, object, allowed);
  if (!written.ok()) {
    Logger("http").Error("a refused call was not written to the audit log",
                         {{"error", Message(written)}});
  }
  return allowed;
}

// Fills in who asks. `route` is null where there is none: also that is told only to those who may
// call something.
Status Admit(const Route* route, const Match& match, const ApiRequest& request,
             ApiContext& context) {
  const CallRight* right = nullptr;
  if (route != nullptr) {
    ASSIGN_OR_RETURN(right, RightOf(*route));
    if (right->reach == Reach::kOpen) return absl::OkStatus();
  }
  context.caller.address = request.address;
  ASSIGN_OR_RETURN(context.caller.identity, context.gate.Identify(request));
  RETURN_IF_ERROR(context.gate.authority().CountCall(*context.caller.identity));
  return right == nullptr ? absl::OkStatus() : CheckRight(*right, match, request, context);
}

Answer CallRoute(const ApiContext& shared, ApiRequest& request, Match match,
                 const std::string& path) {
  const Status text = CheckText(request, path);
  if (!text.ok()) return ErrorAnswer(text);
  ApiContext context = shared;
  const Status admitted = Admit(match.route, match, request, context);
  if (!admitted.ok()) return RefusalOf(admitted);
  if (match.route == nullptr) {
    if (match.allowed.empty()) {
      return ErrorAnswer(
          NotFound("there is no {}; see {}/openapi.json", path.substr(0, 200), kApiRoot));
    }
    const std::string allowed = fmt::format("{}", fmt::join(match.allowed, ", "));
    auto answer =
        ErrorAnswer(405, "METHOD_NOT_ALLOWED",
                    fmt::format("{} is not possible here, but {}", request.method, allowed));
    answer.headers.emplace_back("Allow", allowed);
    return answer;
  }
  request.route = match.route;
  request.parts = std::move(match.parts);
  const Status query = CheckQuery(*match.route, request);
  if (!query.ok()) return ErrorAnswer(query);
  auto answer = match.route->handler(context, request);
  return answer.ok() ? *std::move(answer) : ErrorAnswer(answer.status());
}

bool IsUnder(const std::string& path, const std::string& root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

// What requests are counted by: a bounded set of names, whatever is asked for.
struct RouteLabel {
  std::string route;
  std::string method;
};

Answer FindAnswer(const ApiContext& context, ApiRequest& request, const std::string& path,
                  RouteLabel& label) {
  try {
    if (IsUnder(path, kApiRoot)) {
      Match match = FindRoute(Routes(), request.method, path.substr(sizeof(kApiRoot) - 1));
      label.route = match.route == nullptr ? "none" : kApiRoot + match.route->path;
      return CallRoute(context, request, std::move(match), path);
    }
    if (Match match = FindRoute(RootRoutes(), request.method, path);
        match.route != nullptr || !match.allowed.empty()) {
      label.route = match.route == nullptr ? "none" : match.route->path;
      return CallRoute(context, request, std::move(match), path);
    }
    if (IsUnder(path, "/api")) {
      return ErrorAnswer(NotFound("the API's version 1 is under {}", kApiRoot));
    }
    if (request.method != "GET") {
      auto answer = ErrorAnswer(405, "METHOD_NOT_ALLOWED", "only GET is possible here");
      answer.headers.emplace_back("Allow", "GET");
      return answer;
    }
    label.route = "file";
    return WebFile(request, path);
  } catch (const std::exception& error) {
    Logger("http").Error("a request failed", {{"path", path}, {"error", error.what()}});
    return ErrorAnswer(Internal("the server made a mistake; its log has more"));
  }
}

bool IsKnownMethod(const std::string& method) {
  constexpr std::string_view kKnown[] = {"GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"};
  return std::find(std::begin(kKnown), std::end(kKnown), method) != std::end(kKnown);
}

}  // namespace

Answer Dispatch(const ApiContext& context, ApiRequest request, const std::string& path) {
  const TraceScope trace(TraceOf(request.Header("traceparent"), request.Header("tracestate")));
  const Time begin = absl::Now();
  RouteLabel label{.route = "none",
                   .method = IsKnownMethod(request.method) ? request.method : "other"};
  Answer answer = FindAnswer(context, request, path, label);
  context.telemetry.NoteHttp(label.route, label.method, answer.status, absl::Now() - begin);
  return answer;
}

}  // namespace qalam::http
