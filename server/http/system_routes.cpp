#include "server/http/call.h"
#include "server/http/message_json.h"
#include "server/http/openapi.h"
#include "server/http/route.h"
#include "server/http/schema.h"
#include "server/http/system_info.h"
#include "suggestion/registry.h"

namespace qalam::http {

namespace {

StatusOr<Answer> GetInfo(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto info, SystemInfo(context));
  return JsonAnswer(info);
}

StatusOr<Answer> GetOpenApi(const ApiContext& context, const ApiRequest& request) {
  static const auto* answer = new Answer(JsonAnswer(OpenApiDocument(Routes())));
  return *answer;
}

StatusOr<Answer> ListAlgorithms(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto reply, Call(context, &Service::ListAlgorithms, {}));
  Json json = MessageToJson(reply);
  for (auto& algorithm : json["algorithms"]) {
    const auto* entry = FindAlgorithm(algorithm["name"].get<std::string>());
    if (entry == nullptr) continue;
    const Capabilities& its = entry->capabilities;
    algorithm["capabilities"] = {
        {"conditional", its.conditional}, {"multiObjective", its.multi_objective},
        {"constraints", its.constraints}, {"fidelity", its.fidelity},
        {"exhaustible", its.exhaustible}, {"needsFinite", its.needs_finite},
        {"oneShot", its.one_shot}};
  }
  return JsonAnswer(json);
}

}  // namespace

void AddSystemRoutes(std::vector<Route>& routes) {
  routes.push_back(
      {"GET", "/info", "The server, its load and its store", GetInfo, Reference("SystemInfo")});
  routes.push_back({"GET", "/openapi.json", "This document", GetOpenApi, {{"type", "object"}}});
  routes.push_back({"GET", "/algorithms",
                    "Every algorithm and early stopping rule with its settings", ListAlgorithms,
                    ObjectOf({{"algorithms", ArrayOf(Reference("AlgorithmInfo"))},
                              {"stoppingRules", ArrayOf(Reference("Algorithm"))}})});
}

}  // namespace qalam::http
