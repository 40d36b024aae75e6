// An experiment of trials that do next to nothing, run to its end on an engine: what the benchmarks
// of operators share.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "controller/operators/operator_choice.h"
#include "db/store.h"

namespace qalam::bench {

struct Load {
  const char* name;
  std::vector<std::string> command;
  int trials;
  int parallel;
  double aim;  // of the rate, as a share of the raw one; 0: none
};

[[noreturn]] void Fail(const Status& status);

template <typename T>
T Value(StatusOr<T> value) {
  if (!value.ok()) Fail(value.status());
  return *std::move(value);
}

// Goes with the object.
class Folder {
 public:
  Folder();
  ~Folder();
  std::string File(const char* name) const { return path_ + "/" + name; }

 private:
  const std::string path_;
};

struct Finished {
  double seconds = 0;
  std::vector<TrialRecord> trials;  // by number
  std::vector<Time> begun;          // when their collectors claimed their folders
};

// Runs the document's experiment to its end, as `qalam run` does.
Finished RunExperiment(const std::string& document, const OperatorChoice& engine = {});
std::string LoadDocument(const Load& load);

// What a results file holds, an object by benchmark; empty where there is none.
nlohmann::json ReadResults(const std::string& path);
// Says so, too. Ends the program where it cannot.
void WriteResults(const std::string& path, const nlohmann::json& results);

// Milliseconds from each end until the trial that takes its place, `slots` later, has started.
// Sorted.
std::vector<double> Gaps(std::vector<Time> starts, const std::vector<TrialRecord>& trials,
                         int slots);

}  // namespace qalam::bench
