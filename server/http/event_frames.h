#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "db/store.h"
#include "server/http/change_set.h"
#include "server/http/event_subscription.h"
#include "server/http/summaries.h"
#include "server/http/topic.h"

namespace qalam::http {

// One server-sent event without the blank line at its end.
EventText MakeEvent(const std::string& name, const Json& data);

// Makes the events of a topic from what has changed, with everything as it is now. Not thread-safe.
class EventFrames {
 public:
  // They must outlive it.
  EventFrames(Store& store, Summaries& summaries) : store_(store), summaries_(summaries) {}

  // `reporting` holds the changes whose trials are shown again because of their points: fewer than
  // `changes` would ask for, since a page of a thousand reporting trials has no use for more.
  std::vector<Event> Build(const Topic& topic, const ChangeSet& changes,
                           const ChangeSet& reporting);

 private:
  struct TrialIdentity {
    std::string experiment_uid, name_space, name;
  };
  // What never changes of them; null when they are gone.
  const ExperimentRecord* FindExperiment(const std::string& uid);
  const TrialIdentity* FindTrial(const std::string& uid);

  void AddSummary(const std::string& uid, std::vector<Event>& events);
  void AddDeleted(const Topic& topic, const ChangeSet& changes, std::vector<Event>& events);
  void AddTrials(const ExperimentRecord& experiment, const ChangeSet& changes,
                 const ChangeSet& reporting, std::vector<Event>& events);
  void AddExperiment(const Topic& topic, const ChangeSet& changes, const ChangeSet& reporting,
                     std::vector<Event>& events);
  void AddTrial(const Topic& topic, const ChangeSet& changes, std::vector<Event>& events);

  Store& store_;
  Summaries& summaries_;
  std::unordered_map<std::string, ExperimentRecord> experiments_;
  std::unordered_map<std::string, TrialIdentity> trials_;
};

}  // namespace qalam::http
