// The table of the API's routes: dispatch, the OpenAPI document and its test are derived from it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/http/answer.h"
#include "server/http/api_context.h"
#include "server/http/api_request.h"

namespace qalam::http {

inline constexpr char kApiRoot[] = "/api/v1";

using Handler = StatusOr<Answer> (*)(const ApiContext& context, const ApiRequest& request);

struct QueryParameter {
  std::string name;
  Json schema;
  std::string help;
};

// Who may call it is a row of server/identity/rights.cpp, named "METHOD PATH".
struct Route {
  std::string method;  // GET, POST, PATCH or DELETE
  // Below kApiRoot; {name} stands for one part, a final {name...} for all that is left.
  std::string path;
  std::string summary;
  Handler handler = nullptr;
  Json reply;                         // the schema of a JSON answer; null for none
  std::vector<QueryParameter> query;  // others are refused
  Json body;                          // the schema of the request's body; null for none
  int status = 200;                   // of a success
  std::string reply_type = "application/json";
};

// Every route, grouped by subject.
const std::vector<Route>& Routes();
// Those that other programs want at places of their own, outside of kApiRoot: whole paths.
const std::vector<Route>& RootRoutes();

// A file of routes each.
void AddSessionRoutes(std::vector<Route>& routes);
void AddSystemRoutes(std::vector<Route>& routes);
void AddDiagnosticsRoutes(std::vector<Route>& routes);
void AddDocumentRoutes(std::vector<Route>& routes);
void AddExperimentRoutes(std::vector<Route>& routes);
void AddChartRoutes(std::vector<Route>& routes);
void AddTrialListRoutes(std::vector<Route>& routes);
void AddTrialRoutes(std::vector<Route>& routes);
void AddTrialDataRoutes(std::vector<Route>& routes);
void AddTrialFileRoutes(std::vector<Route>& routes);
void AddEventRoutes(std::vector<Route>& routes);
void AddAuditRoutes(std::vector<Route>& routes);
// Of RootRoutes.
void AddHealthRoutes(std::vector<Route>& routes);
void AddMlflowRoutes(std::vector<Route>& routes);

struct Match {
  const Route* route = nullptr;
  std::map<std::string, std::string> parts;
  std::vector<std::string> allowed;  // methods of the path when none of its routes has this one
};
// `path` is decoded, and below kApiRoot where `routes` are.
Match FindRoute(const std::vector<Route>& routes, const std::string& method,
                const std::string& path);

}  // namespace qalam::http
