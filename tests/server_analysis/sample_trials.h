// An experiment and its trials, for the tests of what charts are given.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "db/store.h"
#include "server/analysis/trial_table.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// Parameters lr (logarithmic), layers (int) and optimizer (sgd, adam), and the objective accuracy,
// whose largest value counts; loss is reported too, and its latest value counts.
ExperimentSpec SampleSpec();

// Number n: lr 10^-(1 + n % 4), layers 1 + n % 3, optimizer sgd for even n; Succeeded after 10 + n
// seconds with the objective n / 10.
TrialRecord SampleTrial(int64_t number);
MetricSummary Summary(const std::string& name, double min, double max, double latest);
TrialTable SampleTable(int trials);

// A database with the experiment "uid-e" and what is added.
class SampleStore {
 public:
  SampleStore();
  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  void Add(const std::vector<TrialRecord>& trials);
  // So many points of `metric` with steps from 0, each with the value of its step modulo 1000.
  void AddPoints(const TrialRecord& trial, const std::string& metric, int count);

 private:
  const TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

}  // namespace qalam
