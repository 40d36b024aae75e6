#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/http/event_frames.h"
#include "server/http/log_follower.h"

namespace qalam::http {

// Sends what has changed to all event streams. One thread gathers the changes of a tick, makes each
// topic's events once, and hands them to every stream of the topic. The first change after a quiet
// time is sent at once; after that a tick is 100 ms, or longer when making the events takes long.
class EventHub {
 public:
  static constexpr size_t kMostStreams = 256;

  // They must outlive it.
  EventHub(Store& store, ChangeLog& changes, Summaries& summaries, TrialOperator& trial_operator);
  // What the topic `system` shows; before Start.
  void SetSystemInfo(std::function<StatusOr<Json>()> system_info);
  ~EventHub();
  void Start();
  // Closes every stream. Idempotent.
  void Stop();

  // `last_event_id` is "" for a new stream, else the id of the last event that the client had: what
  // has changed since comes first, or the event "reset" when that is not known. `log_offset` is
  // where to begin with a trial's output. `visible` says of which namespaces the stream may tell,
  // and is asked by whoever takes the events; null: of all. What the system does is told only to
  // such. RESOURCE_EXHAUSTED with kMostStreams open.
  StatusOr<std::shared_ptr<EventSubscription>> Subscribe(std::vector<Topic> topics,
                                                         const std::string& last_event_id,
                                                         uint64_t log_offset,
                                                         Visible visible = nullptr);
  int64_t stream_count();

 private:
  struct Stream {
    std::vector<Topic> topics;
    std::shared_ptr<EventSubscription> subscription;
    uint64_t since = 0;  // what it had when it came
    bool is_new = true;
    bool must_reset = false;
    std::optional<Topic> log_topic;
    uint64_t log_offset = 0;
    bool log_has_ended = false;
    bool shows_system = false;
    EventText system_event;  // the last one that was sent
  };
  struct Tick;

  void Run();
  size_t CountOpen() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether there were any.
  bool TakeNewStreams();
  void SendChanges(Tick& tick);
  std::vector<Event> EventsFor(Stream& stream, Tick& tick);
  // These two return whether any stream wants more of them.
  bool SendLogs();
  bool SendSystem();
  void SendKeepAlives();
  EventText IdLine(const Stream& stream) const;
  void Send(const Stream& stream, std::vector<Event> events);

  ChangeLog& changes_;
  EventFrames frames_;
  LogFollower logs_;
  std::function<StatusOr<Json>()> system_info_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;

  absl::Mutex mutex_;
  std::vector<Stream> new_streams_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<EventSubscription>> open_ ABSL_GUARDED_BY(mutex_);

  // Of the thread alone.
  std::vector<Stream> streams_;
  uint64_t seen_ = 0;            // all before this one is sent
  uint64_t seen_reporting_ = 0;  // likewise, of trials shown again because of their points
  Time next_reporting_ = absl::InfinitePast();
  EventText system_event_;  // the last one that was made
};

}  // namespace qalam::http
