// What the conformance suite of db/store.h runs over: a back end is one row of the table, and the
// whole suite and the random test run over every row unasked.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/store.h"

namespace qalam {

// One database, fresh with the object and gone with it.
class StoreFixture {
 public:
  virtual ~StoreFixture() = default;
  // A store over this database: what was committed through an earlier one is in it.
  virtual std::unique_ptr<Store> Open() = 0;
};

struct StoreBackEnd {
  std::string name;
  std::unique_ptr<StoreFixture> (*make)();
};

// The table; defined beside the tests of the back ends.
const std::vector<StoreBackEnd>& StoreBackEnds();

// Records to begin with. The uid of experiment "a" is "uid-a", of its trial 3 "uid-a-3".
ExperimentRecord MakeExperiment(const std::string& name);
TrialRecord MakeTrial(const std::string& experiment, int64_t number);
MetricPoint MakePoint(const std::string& metric, double value, int64_t step = -1);

}  // namespace qalam
