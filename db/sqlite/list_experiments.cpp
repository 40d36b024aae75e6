#include "db/sqlite/list_experiments.h"

#include "db/record_rows.h"

namespace qalam::sqlite {

namespace {

#define QALAM_EXPERIMENTS "SELECT " QALAM_EXPERIMENT_COLUMNS " FROM experiments "

#define QALAM_FILTER                                               \
  "(?1='' OR uid=?1) AND (?2='' OR name_space=?2) "                \
  "AND (?3='' OR name=?3) "                                        \
  "AND (NOT ?4 OR state<3 OR stop_requested OR delete_requested) " \
  "AND (?5='' OR instr(lower(name), lower(?5))>0) "                \
  "AND (?6=0 OR (?6>>state)&1) AND (?7='' OR algorithm=?7) "

// The rows after the place of ?8 (its key, NULL where it has none), ?9 and ?10, in one direction.
// Rows without a key come last in both.
#define QALAM_PAGE(key, after, direction)                                                   \
  QALAM_EXPERIMENTS                                                                         \
  "WHERE " QALAM_FILTER "AND (?10='' OR (?8 IS NOT NULL AND " key " IS NULL) OR " key after \
  "?8 "                                                                                     \
  "OR (" key " IS ?8 AND (created, uid)" after                                              \
  "(?9, ?10))) "                                                                            \
  "ORDER BY " key " IS NULL, " key direction ", created" direction ", uid" direction " LIMIT ?11"
#define QALAM_BOTH(key) \
  { QALAM_PAGE(key, " > ", " ASC"), QALAM_PAGE(key, " < ", " DESC") }

// As BestTrial finds it.
#define QALAM_BEST(least_or_most)                                                \
  "(SELECT " least_or_most                                                       \
  "(t.objective) FROM trials t INDEXED BY trials_by_objective "                  \
  "WHERE t.experiment_id=experiments.id AND t.state IN (2, 5) AND t.feasible=1 " \
  "AND t.objective BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)"

// A text for each order and direction, since a statement's text must be a constant.
constexpr const char* kPages[][2] = {
    QALAM_BOTH("0.0"),        // kCreated: all are alike but for their age
    QALAM_BOTH("name"),       // kName
    QALAM_BOTH("state"),      // kState
    QALAM_BOTH("completed"),  // kCompleted
    QALAM_BOTH("CASE WHEN is_maximized THEN " QALAM_BEST("max") " ELSE " QALAM_BEST(
        "min") " END"),  // kBest
};

#undef QALAM_BEST
#undef QALAM_BOTH
#undef QALAM_PAGE

void BindFilter(Statement& row, const ExperimentQuery& query) {
  int64_t states = 0;
  for (const ExperimentState state : query.states) states |= int64_t{1} << static_cast<int>(state);
  row.Bind(query.uid)
      .Bind(query.name_space)
      .Bind(query.name)
      .Bind(query.only_active)
      .Bind(query.name_contains)
      .Bind(states)
      .Bind(query.algorithm);
}

void BindPlace(Statement& row, const ExperimentQuery& query) {
  static const ExperimentPlace kBeforeAll;
  const ExperimentPlace& place = query.after ? *query.after : kBeforeAll;
  if (query.order == ExperimentOrder::kName) {
    row.Bind(place.name);
  } else if (query.order == ExperimentOrder::kCreated) {
    row.Bind(0.0);
  } else if (place.key) {
    row.Bind(*place.key);
  } else {
    row.BindNull();
  }
  row.Bind(place.created).Bind(place.uid);
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
  // The planner cannot use an index through "?='' OR", so what names one row first takes that row.
  const bool one_uid = !query.uid.empty();
  const bool one_name = !query.name.empty() && !query.name_space.empty();
  if ((one_uid || one_name) && !query.after) {
    ASSIGN_OR_RETURN(auto row,
                     connection.Prepare(one_uid ? QALAM_EXPERIMENTS "WHERE uid=?1 AND " QALAM_FILTER
                                                : QALAM_EXPERIMENTS
                                            "WHERE name_space=?2 AND name=?3 AND " QALAM_FILTER));
    BindFilter(row, query);
    return ReadExperiments(row);
  }
  ASSIGN_OR_RETURN(auto row,
                   connection.Prepare(kPages[static_cast<size_t>(query.order)][query.descending]));
  BindFilter(row, query);
  BindPlace(row, query);
  row.Bind(query.limit > 0 ? query.limit : kNoLimit);
  return ReadExperiments(row);
}

StatusOr<int64_t> CountExperiments(Connection& connection, const ExperimentQuery& query) {
  ASSIGN_OR_RETURN(auto row,
                   connection.Prepare("SELECT count(*) FROM experiments WHERE " QALAM_FILTER));
  BindFilter(row, query);
  RETURN_IF_ERROR(row.Step().status());
  return row.Int();
}

#undef QALAM_FILTER
#undef QALAM_EXPERIMENTS

}  // namespace qalam::sqlite
