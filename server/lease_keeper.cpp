#include "server/lease_keeper.h"

#include <absl/time/clock.h>

#include <ctime>
#include <vector>

#include "base/log.h"

namespace qalam {

namespace {

constexpr Duration kRenewEvery = absl::Seconds(1);
// Between two looks at what is wanted, however much is asked for.
constexpr Duration kShortestPause = absl::Milliseconds(20);
// Nothing is begun any more so long before others may take over.
constexpr double kMarginSeconds = 1;

double SecondsSinceBoot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

Status LeaseKeeper::Start(std::function<void(const std::string&)> gained,
                          std::function<void()> renewed,
                          std::function<void(const RemoteChanges&)> changed) {
  gained_ = std::move(gained);
  renewed_ = std::move(renewed);
  changed_ = std::move(changed);
  RETURN_IF_ERROR(Renew());
  renewing_ = std::thread([this] { KeepRenewing(); });
  listening_ = std::thread([this] { KeepListening(); });
  return absl::OkStatus();
}

void LeaseKeeper::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    stopping_ = true;
    held_.clear();
    wake_.Signal();
  }
  if (!renewing_.joinable()) return;
  renewing_.join();
  listening_.join();
  const Status left = leases_.Leave();
  if (!left.ok()) {
    Logger("leases").Warn("the other servers wait until this one's time is over",
                          {{"error", Message(left)}});
  }
}

bool LeaseKeeper::Holds(const std::string& experiment_uid) {
  absl::MutexLock lock(&mutex_);
  return held_.contains(experiment_uid) && SecondsSinceBoot() < held_until_;
}

void LeaseKeeper::Want(const std::string& experiment_uid) {
  absl::MutexLock lock(&mutex_);
  asked_ = true;
  wake_.Signal();
  if (!takes_all_) wanted_.insert(experiment_uid);
}

Status LeaseKeeper::Renew() {
  std::vector<std::string> wanted;
  {
    absl::MutexLock lock(&mutex_);
    wanted.assign(wanted_.begin(), wanted_.end());
  }
  const double begun = SecondsSinceBoot();
  ASSIGN_OR_RETURN(const auto uids, leases_.Renew(place_, takes_all_, wanted));
  std::vector<std::string> gained;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return absl::OkStatus();
    const bool was_late = begun >= held_until_;
    for (const auto& uid : uids) {
      // After a pause the controller has let go of them all.
      if (was_late || !held_.contains(uid)) gained.push_back(uid);
    }
    held_ = std::set<std::string>(uids.begin(), uids.end());
    held_until_ = begun + absl::ToDoubleSeconds(ExperimentLeases::kTimeToLive) - kMarginSeconds;
  }
  for (const auto& uid : gained) gained_(uid);
  renewed_();
  return absl::OkStatus();
}

void LeaseKeeper::KeepRenewing() {
  bool is_well = true;
  while (true) {
    absl::SleepFor(kShortestPause);
    {
      absl::MutexLock lock(&mutex_);
      wake_.WaitFor(&mutex_, kRenewEvery,
                    [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || asked_; });
      if (stopping_) return;
      asked_ = false;
    }
    const Status renewed = Renew();
    if (renewed.ok() != is_well) {
      is_well = renewed.ok();
      if (is_well) {
        Logger("leases").Info("this server's leases are renewed again");
      } else {
        Logger("leases").Error("this server's leases cannot be renewed, will try again",
                               {{"error", Message(renewed)}});
      }
    }
  }
}

void LeaseKeeper::KeepListening() {
  constexpr Duration kLook = absl::Milliseconds(200);
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
    }
    const auto changes = leases_.WaitForChanges(kLook);
    if (!changes.ok()) {
      absl::SleepFor(kLook);
    } else if (changes->some_were_missed || !changes->changes.empty()) {
      changed_(*changes);
    }
  }
}

}  // namespace qalam
