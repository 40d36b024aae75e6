#include "server/experiment_list.h"

#include <algorithm>
#include <charconv>

#include "api/convert.h"
#include "base/random.h"
#include "server/identity/authority.h"
#include "server/identity/visible.h"
#include "server/messages.h"

namespace qalam {

namespace {

constexpr int kUsualPage = 100;
constexpr int kMostOfAPage = 1000;

StatusOr<ExperimentQuery> MakeQuery(const v1::ListExperimentsRequest& request) {
  ExperimentQuery query{.name_space = request.namespace_(),
                        .name_contains = request.name_contains(),
                        .algorithm = request.algorithm(),
                        .descending = request.descending()};
  for (const int state : request.states()) {
    const auto known = FromProto(static_cast<v1::ExperimentState>(state));
    if (!known) return InvalidArgument("states holds {}, which is no state", state);
    query.states.push_back(*known);
  }
  switch (request.order()) {
    case v1::EXPERIMENT_ORDER_CREATED:
      query.order = ExperimentOrder::kCreated;
      break;
    case v1::EXPERIMENT_ORDER_NAME:
      query.order = ExperimentOrder::kName;
      break;
    case v1::EXPERIMENT_ORDER_STATE:
      query.order = ExperimentOrder::kState;
      break;
    case v1::EXPERIMENT_ORDER_COMPLETED:
      query.order = ExperimentOrder::kCompleted;
      break;
    case v1::EXPERIMENT_ORDER_BEST:
      query.order = ExperimentOrder::kBest;
      break;
    default:
      return InvalidArgument("order is {}, which is none", static_cast<int>(request.order()));
  }
  return query;
}

// Of all that decides what comes in which order, so that a token is not taken for another list.
std::string ListName(const v1::ListExperimentsRequest& request) {
  v1::ListExperimentsRequest list = request;
  list.clear_page_token();
  list.clear_page_size();
  return fmt::format("{:016x}", StableHash(list.SerializeAsString()));
}

std::optional<double> KeyOf(ExperimentOrder order, const ExperimentRecord& record,
                            const v1::Experiment& message) {
  switch (order) {
    case ExperimentOrder::kState:
      return static_cast<double>(record.state);
    case ExperimentOrder::kCompleted:
      if (record.completed == absl::InfinitePast()) return std::nullopt;
      return static_cast<double>(absl::ToUnixMicros(record.completed));
    case ExperimentOrder::kBest:
      if (!message.best_trial().has_objective_value()) return std::nullopt;
      return message.best_trial().objective_value();
    default:
      return std::nullopt;
  }
}

// LIST.CREATED.UID.KEY, where the key is a number, a name or nothing.
std::string MakeToken(const v1::ListExperimentsRequest& request, const ExperimentQuery& query,
                      const ExperimentRecord& record, const v1::Experiment& message) {
  const auto number = KeyOf(query.order, record, message);
  const std::string key = query.order == ExperimentOrder::kName ? record.name
                          : number                              ? fmt::format("{}", *number)
                                                                : "";
  return fmt::format("{}.{}.{}.{}", ListName(request), absl::ToUnixMicros(record.created),
                     record.uid, key);
}

template <typename Number>
bool Read(const std::string& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end;
}

StatusOr<ExperimentPlace> ReadToken(const v1::ListExperimentsRequest& request,
                                    const ExperimentQuery& query) {
  std::vector<std::string> parts = {""};
  for (const char c : request.page_token()) {
    if (c == '.' && parts.size() < 4) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  int64_t created = 0;
  if (parts.size() != 4 || parts[0] != ListName(request) || !Read(parts[1], created)) {
    return InvalidArgument("page_token is not one that a page of this filter and order gave");
  }
  ExperimentPlace place{.uid = parts[2], .created = absl::FromUnixMicros(created)};
  if (query.order == ExperimentOrder::kName) {
    place.name = parts[3];
  } else if (!parts[3].empty() && !Read(parts[3], place.key.emplace())) {
    return InvalidArgument("page_token is damaged");
  }
  return place;
}

// What a caller sees who may not see every namespace: read through in the list's order, and counted
// likewise, since a query is of one namespace or of all.
struct VisiblePart {
  std::vector<ExperimentRecord> records;  // at most as many as were asked for
  int64_t total = 0;
};

StatusOr<VisiblePart> ReadVisible(Store& store, const Identity& caller, ExperimentQuery query,
                                  int most) {
  VisiblePart part;
  const auto name_space_of = [](const ExperimentRecord& record) { return record.name_space; };
  query.limit = 0;
  ASSIGN_OR_RETURN(part.records, store.ListExperiments(query));
  RETURN_IF_ERROR(KeepVisible(caller, name_space_of, part.records));
  part.total = static_cast<int64_t>(part.records.size());
  if (query.after) {
    query.after.reset();
    ASSIGN_OR_RETURN(auto all, store.ListExperiments(query));
    RETURN_IF_ERROR(KeepVisible(caller, name_space_of, all));
    part.total = static_cast<int64_t>(all.size());
  }
  if (part.records.size() > static_cast<size_t>(most)) {
    part.records.resize(static_cast<size_t>(most));
  }
  return part;
}

}  // namespace

Status ListExperimentPage(Store& store, DocumentCache& documents, const Identity& caller,
                          const v1::ListExperimentsRequest& request,
                          v1::ListExperimentsReply& reply) {
  const int size =
      request.page_size() <= 0 ? kUsualPage : std::min(request.page_size(), kMostOfAPage);
  ASSIGN_OR_RETURN(auto query, MakeQuery(request));
  if (!query.name_space.empty()) {
    RETURN_IF_ERROR(Authority::CheckRole(caller, Role::kViewer, query.name_space));
  }
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(query.after, ReadToken(request, query));
  }
  VisiblePart part;
  ASSIGN_OR_RETURN(const bool sees_all, Has(caller, Role::kViewer, kEveryNamespace));
  if (!query.name_space.empty() || sees_all) {
    ExperimentQuery whole = query;
    whole.after.reset();
    ASSIGN_OR_RETURN(part.total, store.CountExperiments(whole));
    query.limit = size + 1;
    ASSIGN_OR_RETURN(part.records, store.ListExperiments(query));
  } else {
    ASSIGN_OR_RETURN(part, ReadVisible(store, caller, query, size + 1));
  }
  reply.set_total(part.total);
  const size_t shown = std::min<size_t>(part.records.size(), size);
  for (size_t i = 0; i < shown; ++i) {
    ASSIGN_OR_RETURN(*reply.add_experiments(), ToMessage(store, documents, part.records[i], false));
  }
  if (part.records.size() > shown) {
    reply.set_next_page_token(MakeToken(request, query, part.records[shown - 1],
                                        reply.experiments(static_cast<int>(shown) - 1)));
  }
  return absl::OkStatus();
}

}  // namespace qalam
