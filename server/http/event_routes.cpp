#include "server/http/event_hub.h"
#include "server/http/gate.h"
#include "server/http/route.h"
#include "server/http/schema.h"

namespace qalam::http {

namespace {

// Null for those who may see everything.
std::function<bool(const std::string&)> VisibleTo(const ApiContext& context) {
  if (context.MaySee(kEveryNamespace)) return nullptr;
  return [identity = context.caller.identity](const std::string& name_space) {
    return Has(*identity, Role::kViewer, name_space);
  };
}

StatusOr<Answer> StreamEvents(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(auto topics, ParseTopics(request.Text("topics")));
  for (const auto& topic : topics) {
    if (topic.name_space.empty()) continue;
    RETURN_IF_ERROR(
        Authority::CheckRole(*context.caller.identity, Role::kViewer, topic.name_space));
  }
  ASSIGN_OR_RETURN(const int64_t offset, request.Integer("logOffset", 0, 0, INT64_MAX));
  // A browser that comes back sends the header; the query is of its first visit.
  std::string last_event_id = request.Header("last-event-id");
  if (last_event_id.empty()) last_event_id = request.Text("lastEventId");
  ASSIGN_OR_RETURN(auto events,
                   context.events.Subscribe(std::move(topics), last_event_id,
                                            static_cast<uint64_t>(offset), VisibleTo(context)));
  Answer answer;
  answer.content_type = "text/event-stream";
  answer.events = std::move(events);
  // Who signs out, or whose session or token ends, sees no more.
  answer.may_go_on = [&gate = context.gate, headers = request.headers,
                      identity = context.caller.identity] {
    ApiRequest asker;
    asker.headers = headers;
    return gate.CheckStillGood(asker, *identity).ok();
  };
  return answer;
}

}  // namespace

void AddEventRoutes(std::vector<Route>& routes) {
  routes.push_back(
      {.method = "GET",
       .path = "/events",
       .summary = "What changes, as server-sent events",
       .handler = StreamEvents,
       .query = {{"topics", TextSchema(),
                  "experiments, system, experiment/NAMESPACE/NAME, trial/NAMESPACE/TRIAL and "
                  "logs/NAMESPACE/TRIAL, separated by commas"},
                 {"lastEventId", TextSchema(), "resume after this event"},
                 {"logOffset", WholeSchema(), "begin with this byte of the output"}},
       .reply_type = "text/event-stream"});
}

}  // namespace qalam::http
