#include "server/http/gate.h"
#include "server/http/message_json.h"
#include "server/http/route.h"
#include "server/http/schema.h"

namespace qalam::http {

namespace {

StatusOr<Answer> ListAudit(const ApiContext& context, const ApiRequest& request) {
  const std::string name_space = request.Text("namespace");
  RETURN_IF_ERROR(Authority::CheckRole(*context.caller.identity, Role::kAdmin,
                                       name_space.empty() ? kEveryNamespace : name_space));
  AuditQuery query;
  if (!name_space.empty()) query.name_space = name_space;
  ASSIGN_OR_RETURN(query.before_sequence, request.Integer("before", 0, 0, INT64_MAX));
  ASSIGN_OR_RETURN(const int64_t limit, request.Integer("limit", 100, 1, 1000));
  query.limit = static_cast<int>(limit);
  ASSIGN_OR_RETURN(const auto records, context.gate.authority().access().ListAudit(query));
  Json entries = Json::array();
  for (const auto& record : records) {
    entries.push_back({{"sequence", record.sequence},
                       {"time", TimeToText(absl::ToUnixMillis(record.time))},
                       {"caller", record.caller},
                       {"address", record.address},
                       {"action", record.action},
                       {"namespace", record.name_space},
                       {"object", record.object},
                       {"outcome", record.outcome}});
  }
  return JsonAnswer({{"entries", std::move(entries)}});
}

}  // namespace

void AddAuditRoutes(std::vector<Route>& routes) {
  const Json entry = ObjectOf({{"sequence", WholeSchema()},
                               {"time", TimeSchema()},
                               {"caller", TextSchema()},
                               {"address", TextSchema()},
                               {"action", TextSchema()},
                               {"namespace", TextSchema()},
                               {"object", TextSchema()},
                               {"outcome", TextSchema()}});
  routes.push_back({.method = "GET",
                    .path = "/audit",
                    .summary = "Who changed what, the newest first; for admins",
                    .handler = ListAudit,
                    .reply = ObjectOf({{"entries", ArrayOf(entry)}}),
                    .query = {{"namespace", TextSchema(), "of this namespace alone"},
                              {"before", WholeSchema(), "a page: older than this sequence"},
                              {"limit", WholeSchema(), "at most so many, 100 by default"}}});
}

}  // namespace qalam::http
