#include "db/postgres/list_experiments.h"

#include "db/postgres/conditions.h"
#include "db/record_rows.h"

namespace qalam::postgres {

namespace {

// As BestTrial finds it.
std::string Best(const char* least_or_most) {
  return fmt::format(
      "(SELECT {}(t.objective) FROM trials t WHERE t.experiment_id=experiments.id AND t.state IN "
      "(2, 5) AND t.feasible AND t.objective BETWEEN -1.7976931348623157e308 AND "
      "1.7976931348623157e308)",
      least_or_most);
}

// What is listed by beside age; empty for age alone.
std::string KeyOf(ExperimentOrder order) {
  switch (order) {
    case ExperimentOrder::kCreated:
      return "";
    case ExperimentOrder::kName:
      return "name";
    case ExperimentOrder::kState:
      return "state::double precision";
    case ExperimentOrder::kCompleted:
      return "completed::double precision";
    case ExperimentOrder::kBest:
      return fmt::format("CASE WHEN is_maximized THEN {} ELSE {} END", Best("max"), Best("min"));
  }
  return "";
}

Conditions Filter(const ExperimentQuery& query) {
  Conditions filter;
  if (!query.uid.empty()) filter.Add("uid=#", query.uid);
  if (!query.name_space.empty()) filter.Add("name_space=#", query.name_space);
  if (!query.name.empty()) filter.Add("name=#", query.name);
  if (query.only_active) filter.AddPlain("state<3 OR stop_requested OR delete_requested");
  if (!query.name_contains.empty()) {
    // In the collation "C" only ASCII letters have two cases.
    filter.Add("strpos(lower(name), lower(# COLLATE \"C\"))>0", query.name_contains);
  }
  if (!query.states.empty()) {
    std::vector<int64_t> states;
    for (const ExperimentState state : query.states) states.push_back(static_cast<int64_t>(state));
    filter.Add("state=ANY(#)", states);
  }
  if (!query.algorithm.empty()) filter.Add("algorithm=#", query.algorithm);
  return filter;
}

// The rows after a place, in one direction. Rows without a key come last in both.
void AddPage(const ExperimentQuery& query, const std::string& key, Conditions& conditions) {
  const ExperimentPlace& place = *query.after;
  const char* after = query.descending ? "<" : ">";
  const std::string age = fmt::format("(created, uid) {} ({}, {})", after,
                                      conditions.Parameter(absl::ToUnixMicros(place.created)),
                                      conditions.Parameter(place.uid));
  if (key.empty()) {
    conditions.AddPlain(age);
  } else if (query.order == ExperimentOrder::kName) {
    const std::string name = conditions.Parameter(place.name);
    conditions.AddPlain(fmt::format("{0}{1}{2} OR ({0}={2} AND {3})", key, after, name, age));
  } else if (place.key) {
    const std::string value = conditions.Parameter(*place.key);
    conditions.AddPlain(
        fmt::format("({0}) IS NULL OR ({0}){1}{2} OR (({0})={2} AND {3})", key, after, value, age));
  } else {
    conditions.AddPlain(fmt::format("({}) IS NULL AND {}", key, age));
  }
}

StatusOr<std::vector<ExperimentRecord>> ReadExperiments(Statement& row) {
  std::vector<ExperimentRecord> records;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return records;
    records.push_back(ReadExperiment(row));
  }
}

}  // namespace

StatusOr<std::vector<ExperimentRecord>> ListExperiments(Connection& connection,
                                                        const ExperimentQuery& query) {
  Conditions conditions = Filter(query);
  const std::string key = KeyOf(query.order);
  if (query.after) AddPage(query, key, conditions);
  const char* direction = query.descending ? "DESC NULLS LAST" : "ASC NULLS FIRST";
  std::string order;
  if (!key.empty())
    order = fmt::format("({}) {} NULLS LAST, ", key, query.descending ? "DESC" : "");
  std::string sql = fmt::format(
      "SELECT " QALAM_EXPERIMENT_COLUMNS " FROM experiments{} ORDER BY {}created {}, uid {}",
      conditions.text(), order, direction, query.descending ? "DESC" : "");
  if (query.limit > 0) sql += " LIMIT " + conditions.Parameter(query.limit);
  auto row = connection.Prepare(sql);
  conditions.Bind(row);
  return ReadExperiments(row);
}

StatusOr<int64_t> CountExperiments(Connection& connection, const ExperimentQuery& query) {
  const Conditions conditions = Filter(query);
  auto row = connection.Prepare("SELECT count(*) FROM experiments" + conditions.text());
  conditions.Bind(row);
  RETURN_IF_ERROR(row.Step().status());
  return row.Int();
}

}  // namespace qalam::postgres
