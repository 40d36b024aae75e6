#include "server/cluster/cluster_experiments.h"

#include <algorithm>
#include <set>
#include <thread>

#include "base/log.h"
#include "controller/kubernetes/object_watch.h"
#include "server/cluster/experiment_object.h"
#include "server/cluster/experiment_sync.h"
#include "server/cluster/work_queue.h"

namespace qalam::cluster {

namespace {

constexpr Duration kFirstBackOff = absl::Milliseconds(200), kLongestBackOff = absl::Seconds(15);
// How soon the end is noticed.
constexpr Duration kLongestWait = absl::Milliseconds(200);

ExperimentKey KeyOf(const Json& object) {
  return {kubernetes::MetadataText(object, "namespace"), kubernetes::MetadataText(object, "name")};
}

class ExperimentFollower final : public ClusterExperiments {
 public:
  ExperimentFollower(const ClusterExperimentsOptions& options,
                     std::unique_ptr<kubernetes::Client> client,
                     std::unique_ptr<v1::ExperimentService::Stub> service, Store& store,
                     ChangeLog& changes)
      : options_(options),
        client_(std::move(client)),
        service_(std::move(service)),
        changes_(changes),
        sync_(*client_, *service_, store, cancellation_),
        worker_([this] { Work(); }),
        follower_([this] { FollowChanges(); }),
        watch_(*client_, {kExperiments, options.name_space, "", ""}, "", Handlers()) {}
  ~ExperimentFollower() override {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    queue_.Close();
    cancellation_.Cancel();
    worker_.join();
    follower_.join();
  }

 private:
  struct Known {
    std::string experiment_uid;  // empty: it has none
    Time next_look;              // not before, when trials change
    Duration back_off = kFirstBackOff;
  };

  kubernetes::WatchHandlers Handlers();
  void See(const Json& object);
  void Work();
  void Look(const ExperimentKey& key);
  ExperimentSync::Outcome Reconcile(const ExperimentKey& key);
  void FollowChanges();
  void TrialsChanged(const std::set<std::string>& experiment_uids, bool all);
  bool IsStopping() const {
    absl::MutexLock lock(&mutex_);
    return stopping_;
  }

  const ClusterExperimentsOptions options_;
  const std::unique_ptr<kubernetes::Client> client_;
  const std::unique_ptr<v1::ExperimentService::Stub> service_;
  ChangeLog& changes_;
  kubernetes::Cancellation cancellation_;  // of the worker's requests
  ExperimentSync sync_;                    // the worker's
  WorkQueue queue_;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<ExperimentKey, Known> known_ ABSL_GUARDED_BY(mutex_);
  std::string last_trouble_;  // the watch's
  std::thread worker_, follower_;
  kubernetes::ObjectWatch watch_;  // goes first, since it feeds the others
};

kubernetes::WatchHandlers ExperimentFollower::Handlers() {
  const auto see = [this](const Json& object) { See(object); };
  return {.replaced =
              [this](const std::vector<Json>& objects) {
                std::set<ExperimentKey> gone;
                {
                  absl::MutexLock lock(&mutex_);
                  for (const auto& [key, known] : known_) gone.insert(key);
                }
                for (const auto& object : objects) {
                  gone.erase(KeyOf(object));
                  See(object);
                }
                for (const auto& key : gone) queue_.Add(key, SteadyNow());
              },
          .changed = see,
          .deleted = see,
          .reached =
              [this](const Status& status) {
                const std::string trouble = Message(status);
                if (trouble == last_trouble_) return;
                last_trouble_ = trouble;
                if (status.ok()) {
                  Logger("cluster").Info("experiments of the cluster are followed",
                                         {{"server", client_->access().server}});
                } else if (status.code() == StatusCode::kNotFound) {
                  Logger("cluster").Warn(
                      "the cluster knows no experiments.kubeflow.org; kubectl apply -f deploy/crds "
                      "adds them",
                      {{"server", client_->access().server}});
                } else {
                  Logger("cluster").Warn("experiments of the cluster cannot be followed",
                                         {{"error", trouble}});
                }
              }};
}

void ExperimentFollower::See(const Json& object) {
  const ExperimentKey key = KeyOf(object);
  {
    absl::MutexLock lock(&mutex_);
    known_.try_emplace(key);
  }
  queue_.Add(key, SteadyNow());
}

void ExperimentFollower::Work() {
  while (const auto key = queue_.Take()) Look(*key);
}

// The schema leaves most of an object open, and Json throws where it is not what it was taken for:
// that is one object's trouble.
ExperimentSync::Outcome ExperimentFollower::Reconcile(const ExperimentKey& key) {
  try {
    return sync_.Reconcile(key);
  } catch (const Json::exception& error) {
    return {InvalidArgument("the object has something else than it should: {}", error.what())};
  }
}

void ExperimentFollower::Look(const ExperimentKey& key) {
  const Time begin = SteadyNow();
  const auto outcome = Reconcile(key);
  const Time end = SteadyNow();
  Duration back_off;
  {
    absl::MutexLock lock(&mutex_);
    if (outcome.gone) {
      known_.erase(key);
      return;
    }
    Known& known = known_[key];
    if (outcome.status.ok()) {
      known.experiment_uid = outcome.experiment_uid;
      known.back_off = kFirstBackOff;
    }
    // What takes long is done seldom.
    known.next_look = end + std::max(options_.least_pause, 5 * (end - begin));
    back_off = known.back_off;
    if (!outcome.status.ok()) known.back_off = std::min(2 * back_off, kLongestBackOff);
  }
  if (outcome.status.ok()) {
    if (outcome.again < absl::InfiniteDuration()) queue_.Add(key, end + outcome.again);
    return;
  }
  // Somebody has changed the object in between: nothing is wrong.
  if (outcome.status.code() != StatusCode::kAborted && !IsStopping()) {
    Logger("cluster").Warn(
        "an experiment of the cluster is looked at again",
        {{"namespace", key.first}, {"experiment", key.second}, {"error", Message(outcome.status)}});
  }
  queue_.Add(key, end + back_off);
}

void ExperimentFollower::FollowChanges() {
  uint64_t seen = changes_.Sequence();
  while (!IsStopping()) {
    if (changes_.WaitPast("", seen, kLongestWait) == seen) continue;
    std::set<std::string> uids;
    const bool is_whole = changes_.ForEachSince(
        seen,
        [&uids](const Change& change) {
          if (change.kind != Change::Kind::kPoints) uids.insert(change.experiment_uid);
        },
        &seen);
    TrialsChanged(uids, !is_whole);
  }
}

void ExperimentFollower::TrialsChanged(const std::set<std::string>& experiment_uids, bool all) {
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, known] : known_) {
    if (!all && experiment_uids.count(known.experiment_uid) == 0) continue;
    queue_.Add(key, std::max(known.next_look, SteadyNow()));
  }
}

}  // namespace

std::unique_ptr<ClusterExperiments> ClusterExperiments::Start(
    const ClusterExperimentsOptions& options, std::unique_ptr<kubernetes::Client> client,
    std::unique_ptr<v1::ExperimentService::Stub> service, Store& store, ChangeLog& changes) {
  return std::make_unique<ExperimentFollower>(options, std::move(client), std::move(service), store,
                                              changes);
}

}  // namespace qalam::cluster
