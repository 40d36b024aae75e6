#include "controller/operators/kubernetes/log_pump.h"

#include <algorithm>

namespace qalam {

namespace {

using kubernetes::Cancellation;

constexpr Duration kFirstPause = absl::Milliseconds(50);
constexpr Duration kLongestPause = absl::Seconds(2);

}  // namespace

LogPump::LogPump(kubernetes::Client& client, Told told, size_t most_threads)
    : client_(client), told_(std::move(told)), most_threads_(most_threads) {}

LogPump::~LogPump() {
  std::vector<std::shared_ptr<Cancellation>> running;
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    for (auto& [key, entry] : entries_) {
      if (entry.cancellation) running.push_back(entry.cancellation);
    }
    threads.swap(threads_);
    changed_.SignalAll();
  }
  for (const auto& one : running) one->Cancel();
  for (auto& thread : threads) thread.join();
}

void LogPump::Want(const std::string& key, std::shared_ptr<TrialLog> log, const WantedLog& wanted) {
  std::vector<std::shared_ptr<Cancellation>> crowded_out;
  {
    absl::MutexLock lock(&mutex_);
    if (ending_) return;
    Entry& entry = entries_[key];
    const bool is_new = entry.log == nullptr;
    entry.log = std::move(log);
    if (!is_new && entry.wanted.source == wanted.source && entry.wanted.ended == wanted.ended) {
      return;
    }
    entry.wanted = wanted;
    entry.changed = true;
    entry.due = absl::InfinitePast();
    entry.delay = kFirstPause;
    if (entries_.size() > most_threads_) crowded_out = Followed();
    if (idle_ == 0 && threads_.size() < most_threads_) {
      threads_.emplace_back([this] { Work(); });
    }
    changed_.Signal();
  }
  for (const auto& one : crowded_out) one->Cancel();
}

std::vector<std::shared_ptr<Cancellation>> LogPump::Followed() {
  std::vector<std::shared_ptr<Cancellation>> followed;
  for (auto& [key, entry] : entries_) {
    if (entry.at_work && std::exchange(entry.following, false)) {
      followed.push_back(entry.cancellation);
    }
  }
  return followed;
}

void LogPump::Forget(const std::string& key) {
  absl::MutexLock lock(&mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  while (true) {
    const auto entry = entries_.find(key);
    if (entry == entries_.end()) return;
    if (!entry->second.at_work) {
      entries_.erase(entry);
      return;
    }
    const auto cancellation = entry->second.cancellation;
    mutex_.Unlock();
    cancellation->Cancel();
    mutex_.Lock();
    changed_.WaitFor(&mutex_, absl::Milliseconds(5));
  }
}

std::string LogPump::Next(Time now, Duration* wait) {
  const std::pair<const std::string, Entry>* first = nullptr;
  for (const auto& one : entries_) {
    if (!one.second.at_work && (first == nullptr || one.second.due < first->second.due)) {
      first = &one;
    }
  }
  *wait = first == nullptr ? absl::InfiniteDuration() : first->second.due - now;
  return first != nullptr && *wait <= absl::ZeroDuration() ? first->first : "";
}

void LogPump::Work() {
  absl::MutexLock lock(&mutex_);
  while (!ending_) {
    Duration wait;
    const std::string key = Next(SteadyNow(), &wait);
    if (key.empty()) {
      ++idle_;
      changed_.WaitFor(&mutex_, wait);
      --idle_;
      continue;
    }
    Entry& entry = entries_[key];
    entry.at_work = true;
    entry.changed = false;
    entry.cancellation = std::make_shared<Cancellation>();
    entry.following = entries_.size() <= most_threads_;
    const auto cancellation = entry.cancellation;
    const auto log = entry.log;
    const WantedLog wanted = entry.wanted;
    const bool follow = entry.following;
    mutex_.Unlock();
    const bool found = ReadOne(key, wanted, follow, *log, *cancellation);
    mutex_.Lock();
    // Forget waits for it, so that it is still there.
    Entry& after = entries_[key];
    after.at_work = after.following = false;
    after.cancellation.reset();
    after.delay = found ? kFirstPause : std::min(after.delay * 2, kLongestPause);
    after.due = SteadyNow() + after.delay;
    if (after.changed) after.due = absl::InfinitePast();
    const bool complete = log->is_complete_for(after.wanted.source);
    if (complete) {
      entries_.erase(key);
      mutex_.Unlock();
      told_(key, true);
      mutex_.Lock();
    }
    changed_.SignalAll();
  }
}

bool LogPump::ReadOne(const std::string& key, const WantedLog& wanted, bool follow, TrialLog& log,
                      Cancellation& cancellation) {
  const kubernetes::LogRequest request{.name_space = wanted.name_space,
                                       .pod = wanted.pod,
                                       .container = wanted.container,
                                       .follow = follow && !wanted.ended};
  if (!log.LacksRunBefore(wanted.source)) return ReadRun(key, wanted, request, log, cancellation);
  // It failed and was started anew while nobody was there to read. Nodes keep that one run and none
  // before it.
  WantedLog before = wanted;
  --before.source.restarts;
  before.ended = true;
  kubernetes::LogRequest request_before = request;
  request_before.follow = false;
  request_before.previous = true;
  const bool found = ReadRun(key, before, request_before, log, cancellation);
  if (!log.is_complete_for(before.source)) return found;
  return ReadRun(key, wanted, request, log, cancellation) || found;
}

bool LogPump::ReadRun(const std::string& key, const WantedLog& wanted,
                      kubernetes::LogRequest request, TrialLog& log, Cancellation& cancellation) {
  request.since = log.Begin(wanted.source);
  bool written = true, found = false;
  const Status status = client_.ReadLog(
      request,
      [&](std::string_view data) {
        found = true;
        const auto reported = log.Take(data);
        written = reported.ok();
        if (written && *reported) told_(key, false);
        // What tells the end is the last there is; the server may be slow to say so.
        return written && !log.result();
      },
      cancellation);
  log.End();
  if (cancellation.IsCancelled() || !written) return found;
  // A log whose pod is gone tells nothing more, and one that was read after its end is whole.
  const bool gone = status.code() == StatusCode::kNotFound ||
                    status.code() == StatusCode::kInvalidArgument;  // "is waiting to start"
  if (log.result() || (wanted.ended && (status.ok() || gone))) log.SetComplete();
  return found;
}

}  // namespace qalam
