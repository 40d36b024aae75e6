#include "server/http/event_hub.h"
#include "server/http/gate.h"
#include "server/http/route.h"
#include "server/http/schema.h"

namespace qalam::http {

namespace {

// Errors as CheckRole.
Status CheckTopics(const Identity& identity, const std::vector<Topic>& topics) {
  for (const auto& topic : topics) {
    if (topic.name_space.empty()) continue;
    RETURN_IF_ERROR(Authority::CheckRole(identity, Role::kViewer, topic.name_space));
  }
  return absl::OkStatus();
}

// Who signs out, or whose session or token ends, or who loses a role, sees no more.
class StreamCheck {
 public:
  StreamCheck(const ApiContext& context, const ApiRequest& request, std::vector<Topic> topics,
              bool sees_all)
      : gate_(context.gate),
        identity_(context.caller.identity),
        topics_(std::move(topics)),
        sees_all_(sees_all) {
    asker_.headers = request.headers;
  }

  bool MayGoOn() const {
    const Status status = Check();
    // A cluster that cannot be asked just now takes nobody's roles.
    return status.ok() || status.code() == StatusCode::kUnavailable;
  }

 private:
  Status Check() const {
    RETURN_IF_ERROR(gate_.CheckStillGood(asker_, *identity_));
    RETURN_IF_ERROR(CheckTopics(*identity_, topics_));
    return sees_all_ ? Authority::CheckRole(*identity_, Role::kViewer, kEveryNamespace)
                     : absl::OkStatus();
  }

  Gate& gate_;
  const IdentityPtr identity_;
  const std::vector<Topic> topics_;
  const bool sees_all_;
  ApiRequest asker_;
};

StatusOr<Answer> StreamEvents(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto topics, ParseTopics(request.Text("topics")));
  RETURN_IF_ERROR(CheckTopics(*context.caller.identity, topics));
  ASSIGN_OR_RETURN(const bool sees_all, context.MaySee(kEveryNamespace));
  ASSIGN_OR_RETURN(const int64_t offset, request.Integer("logOffset", 0, 0, INT64_MAX));
  // A browser that comes back sends the header; the query is of its first visit.
  std::string last_event_id = request.Header("last-event-id");
  if (last_event_id.empty()) last_event_id = request.Text("lastEventId");
  Visible visible;
  if (!sees_all) {
    visible = [identity = context.caller.identity](const std::string& name_space) {
      return Has(*identity, Role::kViewer, name_space);
    };
  }
  Answer answer;
  answer.content_type = "text/event-stream";
  answer.may_go_on = [check = StreamCheck(context, request, topics, sees_all)] {
    return check.MayGoOn();
  };
  ASSIGN_OR_RETURN(answer.events,
                   context.events.Subscribe(topics, last_event_id, static_cast<uint64_t>(offset),
                                            std::move(visible)));
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
