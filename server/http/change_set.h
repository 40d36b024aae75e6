#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "server/change_log.h"

namespace qalam::http {

// What has changed between two sequences of the log, gathered by what it touched.
struct ChangeSet {
  uint64_t after = 0, last = 0;
  bool is_complete = true;            // false: some of it is forgotten
  std::set<std::string> experiments;  // uids: the row, or its trials' states
  // By experiment uid, trial uids: the row, and points.
  std::map<std::string, std::set<std::string>> trials, reporting;
  // By trial uid, in the order appended.
  std::map<std::string, std::vector<std::shared_ptr<const std::vector<MetricPoint>>>> points;
  std::vector<Change> deleted;

  bool empty() const { return experiments.empty() && points.empty() && deleted.empty(); }
};

// Those after one sequence, up to and with another that the log has reached.
ChangeSet CollectChanges(const ChangeLog& changes, uint64_t after, uint64_t last);

}  // namespace qalam::http
