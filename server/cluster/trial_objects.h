#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/proto/qalam_v1.pb.h"
#include "controller/kubernetes/client.h"

namespace qalam::cluster {

// The Trial objects of one Experiment object, as the server has them from this process. Not
// thread-safe.
class TrialObjects {
 public:
  // The client must outlive it.
  explicit TrialObjects(kubernetes::Client& client) : client_(client) {}

  // Makes an object of every trial that has none, owned by `experiment`, and brings the status of
  // each up to date, with the metric `objective` first. An object of a trial's name that belongs to
  // somebody else stays as it is.
  Status Show(const Json& experiment, const std::string& objective,
              const std::vector<v1::Trial>& trials, kubernetes::Cancellation& cancellation);

 private:
  Status ReadKnown(const Json& experiment, kubernetes::Cancellation& cancellation);
  StatusOr<bool> Make(const Json& experiment, const v1::Trial& trial,
                      kubernetes::Cancellation& cancellation);

  kubernetes::Client& client_;
  bool has_read_ = false;
  std::map<std::string, Json> statuses_;  // by name
};

}  // namespace qalam::cluster
