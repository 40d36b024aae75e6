// Records to columns and back: the columns and their order are those of every back end in SQL. A
// row gives its columns by Text(), Int(), ..., a statement takes its parameters by Bind.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "db/record_text.h"
#include "db/running_summary.h"
#include "db/store.h"

namespace qalam {

#define QALAM_EXPERIMENT_COLUMNS                                                            \
  "uid, name_space, name, document, seed, state, reason, message, paused, stop_requested, " \
  "delete_requested, suggestions_exhausted, work_dir, created, started, completed, version"
#define QALAM_TRIAL_COLUMNS                                                                       \
  "t.uid, t.number, t.name, t.parameters, t.labels, t.state, t.reason, t.message, "               \
  "t.has_objective, t.objective, t.handle, t.collected_bytes, t.attempts, t.created, t.started, " \
  "t.completed, t.additional_objectives, t.violations, t.waits_for_room, t.worker, t.lease, "     \
  "t.lease_seconds"

template <typename Row>
ExperimentRecord ReadExperiment(Row& row) {
  ExperimentRecord record;
  record.uid = row.Text();
  record.name_space = row.Text();
  record.name = row.Text();
  record.document_json = row.Text();
  record.seed = static_cast<uint64_t>(row.Int());
  record.state = static_cast<ExperimentState>(row.Int());
  record.reason = row.Text();
  record.message = row.Text();
  record.paused = row.Int() != 0;
  record.stop_requested = row.Int() != 0;
  record.delete_requested = row.Int() != 0;
  record.suggestions_exhausted = row.Int() != 0;
  record.work_dir = row.Text();
  record.created = row.TimeValue();
  record.started = row.TimeValue();
  record.completed = row.TimeValue();
  record.version = row.Int();
  return record;
}

// DATA_LOSS when a column does not hold what was written there.
template <typename Row>
StatusOr<TrialRecord> ReadTrial(Row& row) {
  TrialRecord record;
  record.uid = row.Text();
  record.number = row.Int();
  record.name = row.Text();
  if (!DecodeParameters(row.TextView(), record.parameters)) {
    return DataLoss("trial {}: its parameters are damaged", record.name);
  }
  if (!DecodeLabels(row.TextView(), record.labels)) {
    return DataLoss("trial {}: its labels are damaged", record.name);
  }
  record.state = static_cast<TrialState>(row.Int());
  record.reason = row.Text();
  record.message = row.Text();
  const bool has_objective = row.Int() != 0;
  const double objective = row.Double();
  if (has_objective) record.objective_value = objective;
  record.handle = row.Text();
  record.collected_bytes = static_cast<uint64_t>(row.Int());
  record.attempts = static_cast<int>(row.Int());
  record.created = row.TimeValue();
  record.started = row.TimeValue();
  record.completed = row.TimeValue();
  if (!DecodeNumbers(row.TextView(), record.additional_objective_values) ||
      !DecodeNumbers(row.TextView(), record.violations)) {
    return DataLoss("trial {}: its objectives are damaged", record.name);
  }
  record.waits_for_room = row.Int() != 0;
  record.worker = row.Text();
  record.lease = row.Text();
  record.lease_seconds = row.Double();
  return record;
}

// What changes of an experiment, in the order of its columns.
template <typename Statement>
void BindExperiment(Statement& statement, const ExperimentRecord& record) {
  statement.Bind(record.document_json)
      .Bind(static_cast<int64_t>(record.seed))
      .Bind(static_cast<int>(record.state))
      .Bind(record.reason)
      .Bind(record.message)
      .Bind(record.paused)
      .Bind(record.stop_requested)
      .Bind(record.delete_requested)
      .Bind(record.suggestions_exhausted)
      .Bind(record.work_dir)
      .Bind(record.created)
      .Bind(record.started)
      .Bind(record.completed);
}

// A trial's lists as text. Statements refer to what is bound, so that it must outlive them.
struct EncodedTrial {
  explicit EncodedTrial(const TrialRecord& record)
      : parameters(EncodeParameters(record.parameters)),
        labels(EncodeLabels(record.labels)),
        additional_objectives(EncodeNumbers(record.additional_objective_values)),
        violations(EncodeNumbers(record.violations)) {}
  const std::string parameters, labels, additional_objectives, violations;
};

// Its number, name, ..., uid.
template <typename Statement>
void BindTrial(Statement& statement, const TrialRecord& record, const EncodedTrial& encoded) {
  statement.Bind(record.number)
      .Bind(record.name)
      .Bind(encoded.parameters)
      .Bind(encoded.labels)
      .Bind(static_cast<int>(record.state))
      .Bind(record.reason)
      .Bind(record.message)
      .Bind(record.objective_value.has_value());
  statement.BindOrNull(record.objective_value)
      .Bind(encoded.additional_objectives)
      .Bind(encoded.violations)
      .Bind(record.IsFeasible())
      .Bind(record.handle)
      .Bind(static_cast<int64_t>(record.collected_bytes))
      .Bind(record.attempts)
      .Bind(record.waits_for_room)
      .Bind(record.worker)
      .Bind(record.lease)
      .Bind(record.lease_seconds)
      .Bind(record.created)
      .Bind(record.started)
      .Bind(record.completed)
      .Bind(record.uid);
}

// min, max, latest, count, text: with what a MetricSummary and a RunningSummary begin.
template <typename Row, typename Summary>
void ReadFigures(Row& row, Summary& summary) {
  summary.min = row.Double();
  summary.max = row.Double();
  summary.latest = row.Double();
  summary.count = row.Int();
  summary.text = row.Text();
}

// name, min, max, latest, count, text of a metric.
template <typename Row>
MetricSummary ReadMetricSummary(Row& row) {
  MetricSummary summary;
  summary.name = row.Text();
  ReadFigures(row, summary);
  return summary;
}

// All that are left of rows of state, count.
template <typename Statement>
StatusOr<TrialCounts> ReadCountRows(Statement& row) {
  TrialCounts counts;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return counts;
    const auto state = static_cast<TrialState>(row.Int());
    counts[state] = row.Int();
  }
}

// All that are left of rows of sequence, trial_uid, time, reason, message, oldest first: those of
// the latest come the other way round.
template <typename Statement>
StatusOr<std::vector<EventRecord>> ReadEventRows(Statement& row, const EventQuery& query) {
  std::vector<EventRecord> records;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    EventRecord record;
    record.sequence = row.Int();
    record.experiment_uid = query.experiment_uid;
    record.trial_uid = row.Text();
    record.time = row.TimeValue();
    record.reason = row.Text();
    record.message = row.Text();
    records.push_back(std::move(record));
  }
  if (query.latest) std::reverse(records.begin(), records.end());
  return records;
}

// The summary of a metric: its columns, and a row of them.
#define QALAM_SUMMARY_COLUMNS                                                               \
  "min, max, latest, count, text, first_sequence, last_sequence, lowest_sequence, lowest, " \
  "highest_sequence, highest"

template <typename Row>
CurveBlock ReadBlock(Row& row) {
  CurveBlock block;
  block.lowest_sequence = row.Int();
  block.lowest = row.Double();
  block.highest_sequence = row.Int();
  block.highest = row.Double();
  return block;
}

template <typename Row>
void ReadSummary(Row& row, RunningSummary& summary) {
  ReadFigures(row, summary);
  summary.first_sequence = row.Int();
  summary.last_sequence = row.Int();
  summary.block = ReadBlock(row);
}

template <typename Statement>
void BindBlock(Statement& statement, const CurveBlock& block) {
  statement.Bind(block.lowest_sequence)
      .Bind(block.lowest)
      .Bind(block.highest_sequence)
      .Bind(block.highest);
}

template <typename Statement>
void BindSummary(Statement& statement, const RunningSummary& summary) {
  statement.Bind(summary.min)
      .Bind(summary.max)
      .Bind(summary.latest)
      .Bind(summary.count)
      .BindTextOrNull(summary.text)
      .Bind(summary.first_sequence)
      .Bind(summary.last_sequence);
  BindBlock(statement, summary.block);
}

}  // namespace qalam
