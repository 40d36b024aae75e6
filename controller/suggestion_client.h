// The controller's side of qalam.v1.SuggestionService.
#pragma once

#include <grpcpp/channel.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/clock.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

struct SuggestedTrial {
  int64_t number = 0;
  std::vector<Assignment> parameters;
  std::map<std::string, std::string> labels;
};

struct Suggestions {
  std::vector<SuggestedTrial> trials;
  bool exhausted = false;
};

// A trial that has not ended.
struct ActivePoint {
  int64_t number = 0;
  std::vector<Assignment> parameters;
};

// What the caller knows of an experiment's trials, so that the store need not be asked.
struct TrialNews {
  // Whether `ended` holds all that ended since the last call that was answered. If not, the store
  // is read from the first trial on that the service may not know.
  bool is_complete = false;
  std::vector<TrialRecord> ended;
  std::vector<ActivePoint> active;
};

// Keeps each experiment's history token and sends only what is new; when the service has forgotten
// (it was restarted) the whole history is read from the store and sent again. Thread-safe; calls
// for one experiment must not overlap.
class SuggestionClient {
 public:
  // A channel to `qalam suggestion --listen`, or to any other service.
  SuggestionClient(std::shared_ptr<grpc::Channel> channel, Store& store);
  // The algorithms of this process, called in the caller's thread.
  explicit SuggestionClient(Store& store);
  ~SuggestionClient();

  // Told of each call of Suggest, from its thread. Set before the first.
  using Listener =
      std::function<void(const std::string& algorithm, Duration took, const Status& status)>;
  void OnCall(Listener listener);
  // UNAVAILABLE while the service is away: try again later. INVALID_ARGUMENT: the experiment cannot
  // go on.
  StatusOr<Suggestions> Suggest(const ExperimentRecord& experiment,
                                const ExperimentDocument& document, int64_t first_trial_number,
                                int count, const TrialNews& news = {});
  // The experiment has ended.
  void Forget(const std::string& experiment_uid);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qalam
