#include "server/telemetry/health.h"

#include <algorithm>

#include "base/log.h"

namespace qalam {

namespace {

// The loop goes round at least once in each resync interval, of five seconds; what takes thrice as
// long is stuck.
constexpr Duration kLongestTurn = absl::Seconds(15);
constexpr Duration kPause = absl::Seconds(1);

Status CheckLoop(const ControllerLoad& load, Time now) {
  if (load.last_turn == absl::InfinitePast()) return Unavailable("its loop has not begun");
  const Duration since = now - load.last_turn;
  if (since <= kLongestTurn) return absl::OkStatus();
  return Unavailable("its loop has not gone round for {:.0f} s", absl::ToDoubleSeconds(since));
}

// Whether it can be written, as far as that shows without writing: a batch of nothing takes the
// writer's lock and lets it go. Then, whether it can be read.
Status CheckStore(Store& store) {
  RETURN_IF_ERROR(store.Commit({}));
  return store.ListExperiments({.limit = 1}).status();
}

}  // namespace

std::vector<PartHealth> Health::Check() const {
  std::vector<PartHealth> parts;
  parts.push_back({"store", CheckStore(store_)});
  if (controller_ != nullptr) {
    parts.push_back({"controller", CheckLoop(controller_->Load(), clock_.Now())});
  }
  parts.push_back({"operator", operator_.CheckReachable()});
  return parts;
}

bool IsReady(const std::vector<PartHealth>& parts) {
  return std::all_of(parts.begin(), parts.end(),
                     [](const PartHealth& part) { return part.status.ok(); });
}

HealthWatch::HealthWatch(const Health& health, std::function<void(bool)> tell)
    : health_(health), tell_(std::move(tell)), thread_([this] { Run(); }) {}

HealthWatch::~HealthWatch() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  thread_.join();
}

void HealthWatch::Run() {
  bool was_ready = true;
  while (true) {
    const auto parts = health_.Check();
    const bool is_ready = IsReady(parts);
    for (const auto& [part, status] : parts) {
      if (was_ready && !status.ok()) {
        Logger("health").Warn("the server is not ready",
                              {{"part", part}, {"error", Message(status)}});
      }
    }
    if (is_ready && !was_ready) Logger("health").Info("the server is ready");
    was_ready = is_ready;
    tell_(is_ready);
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&ending_), kPause)) return;
  }
}

}  // namespace qalam
