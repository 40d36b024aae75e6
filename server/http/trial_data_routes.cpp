#include <map>

#include "base/utf8.h"
#include "server/analysis/metric_series.h"
#include "server/http/experiment_of.h"
#include "server/http/log_follower.h"
#include "server/http/route.h"
#include "server/http/schema.h"

namespace qalam::http {

namespace {

constexpr size_t kMostLogBytes = 1 << 20;  // of one answer

// The series at a place of the change log that is known: read again while points come in between.
StatusOr<MetricSeries> ReadSettled(const ApiContext& context, const MetricQuery& query,
                                   const std::string& experiment_uid, uint64_t* change) {
  constexpr int kTries = 3;
  MetricSeries series;
  for (int i = 0; i < kTries; ++i) {
    const uint64_t before = context.changes.Sequence(experiment_uid);
    *change = context.changes.Sequence();
    ASSIGN_OR_RETURN(series, context.store.ReadMetrics(query));
    if (context.changes.Sequence(experiment_uid) == before) break;
  }
  return series;
}

StatusOr<Answer> GetMetrics(const ApiContext& context, const ApiRequest& request) {
  constexpr int64_t kMostPoints = 1'000'000;
  ASSIGN_OR_RETURN(const int64_t points, request.Integer("points", 1000, 1, kMostPoints));
  ASSIGN_OR_RETURN(const auto found, TrialOf(context, request));
  uint64_t change = 0;
  ASSIGN_OR_RETURN(const auto series, ReadSettled(context,
                                                  {.trial_uid = found.trial.uid,
                                                   .metric = request.Text("metric"),
                                                   .max_points = static_cast<int>(points)},
                                                  found.experiment.uid, &change));
  std::map<std::string, int64_t> totals;
  for (const auto& metric : found.trial.metrics) totals[metric.name] = metric.count;
  return TextAnswer(fmt::format("{{\"change\":{},\"series\":{}}}", change,
                                PrintMetricSeries(series.points, &totals)),
                    kJsonType);
}

std::string HandleOf(const FoundTrial& found) {
  return found.trial.handle.empty() ? found.experiment.work_dir + "/" + found.trial.name
                                    : found.trial.handle;
}

// How long the output is; the operator tells it only by what it has to read.
StatusOr<uint64_t> LogSize(TrialOperator& trial_operator, const std::string& handle) {
  const auto has = [&](uint64_t offset) -> StatusOr<bool> {
    ASSIGN_OR_RETURN(const auto chunk, trial_operator.ReadLog(handle, offset));
    return !chunk.data.empty();
  };
  uint64_t below = 0, above = 1;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, has(above - 1));
    if (!more) break;
    below = above;
    above *= 2;
  }
  // There are `below` bytes or more, and fewer than `above`.
  while (below + 1 < above) {
    const uint64_t middle = below + (above - below) / 2;
    ASSIGN_OR_RETURN(const bool more, has(middle - 1));
    (more ? below : above) = middle;
  }
  return below;
}

StatusOr<Answer> GetLogs(const ApiContext& context, const ApiRequest& request) {
  if (request.Has("offset") && request.Has("tail")) {
    return InvalidArgument("the query takes offset or tail, not both");
  }
  ASSIGN_OR_RETURN(const int64_t given, request.Integer("offset", 0, 0, INT64_MAX));
  ASSIGN_OR_RETURN(const int64_t tail, request.Integer("tail", 0, 1, kMostLogBytes));
  ASSIGN_OR_RETURN(const auto found, TrialOf(context, request));
  const std::string handle = HandleOf(found);
  auto offset = static_cast<uint64_t>(given);
  if (tail > 0) {
    ASSIGN_OR_RETURN(const uint64_t size, LogSize(context.trial_operator, handle));
    offset = size - std::min(size, static_cast<uint64_t>(tail));
  }
  const uint64_t begin = offset;
  std::string text;
  while (text.size() < kMostLogBytes) {
    ASSIGN_OR_RETURN(const auto chunk, context.trial_operator.ReadLog(handle, offset));
    if (chunk.data.empty()) break;
    text += chunk.data;
    offset = chunk.next_offset;
  }
  if (text.empty()) RETURN_IF_ERROR(CheckOutputKept(found));
  if (text.size() > kMostLogBytes) text.resize(kMostLogBytes);
  // The next answer begins with a whole character.
  if (!IsTerminal(found.trial.state) || text.size() == kMostLogBytes) {
    text.resize(text.size() - UnfinishedBytes(text));
  }
  const std::string next = std::to_string(begin + text.size());
  Answer answer = TextAnswer(std::move(text));
  answer.headers.emplace_back("X-Offset", std::to_string(begin));
  answer.headers.emplace_back("X-Next-Offset", next);
  return answer;
}

}  // namespace

void AddTrialDataRoutes(std::vector<Route>& routes) {
  const std::string one = "/trials/{namespace}/{trial}";
  routes.push_back(
      {"GET",
       one + "/metrics",
       "Its metrics' points, down-sampled with each bucket's least and most kept",
       GetMetrics,
       ObjectOf({{"change", WholeSchema()}, {"series", ArrayOf(Reference("MetricSeries"))}}),
       {{"metric", TextSchema(), "this metric alone"},
        {"points", WholeSchema(), "at most so many a metric; 1000 when absent"}}});
  routes.push_back({.method = "GET",
                    .path = one + "/logs",
                    .summary = "What it printed, at most 1 MiB; X-Next-Offset is where to go on",
                    .handler = GetLogs,
                    .query = {{"offset", WholeSchema(), "from this byte"},
                              {"tail", WholeSchema(), "the last so many bytes"}},
                    .reply_type = "text/plain"});
}

}  // namespace qalam::http
