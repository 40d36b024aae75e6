// What watches a server asks: its figures, whether it lives, whether it can work.

#include "server/http/metrics_text.h"
#include "server/http/route.h"

namespace qalam::http {

namespace {

constexpr char kPrometheusType[] = "text/plain; version=0.0.4; charset=utf-8";

StatusOr<Answer> GetMetrics(const ApiContext& context, const ApiRequest&) {
  ASSIGN_OR_RETURN(auto text, MetricsText(context));
  return TextAnswer(std::move(text), kPrometheusType);
}

StatusOr<Answer> GetLife(const ApiContext&, const ApiRequest&) { return TextAnswer("alive\n"); }

StatusOr<Answer> GetReadiness(const ApiContext& context, const ApiRequest&) {
  const auto parts = context.health.Check();
  Json json = {{"ready", IsReady(parts)}, {"parts", Json::object()}};
  for (const auto& [part, status] : parts) {
    json["parts"][part] = status.ok() ? "ready" : Message(status);
  }
  return JsonAnswer(json, IsReady(parts) ? 200 : 503);
}

}  // namespace

void AddHealthRoutes(std::vector<Route>& routes) {
  routes.push_back({.method = "GET",
                    .path = "/metrics",
                    .summary = "Figures for Prometheus",
                    .handler = GetMetrics,
                    .reply_type = kPrometheusType});
  routes.push_back({.method = "GET",
                    .path = "/healthz",
                    .summary = "Whether the process lives",
                    .handler = GetLife,
                    .reply_type = kTextType});
  routes.push_back({.method = "GET",
                    .path = "/readyz",
                    .summary = "Whether each part can do its work",
                    .handler = GetReadiness});
}

}  // namespace qalam::http
