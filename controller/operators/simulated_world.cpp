#include "controller/operators/simulated_world.h"

#include <algorithm>
#include <cstring>

namespace qalam {

namespace {

// Small, so that tests also see answers that are cut.
constexpr size_t kPointsPerAnswer = 1000;
constexpr size_t kLogBytesPerAnswer = 64 << 10;

// Whether a fault is to happen now.
bool Take(int& left) {
  if (left <= 0) return false;
  --left;
  return true;
}

Status Refused() { return Unavailable("the simulated engine does not answer"); }

// How many of the items, which are by time, have come by `until`.
template <typename Item>
size_t CountUntil(const std::vector<Item>& items, Duration until) {
  return std::upper_bound(items.begin(), items.end(), until,
                          [](Duration time, const Item& item) { return time < item.at; }) -
         items.begin();
}

}  // namespace

JobStatus ExitedWith(int code) {
  return {code == 0 ? JobState::kSucceeded : JobState::kFailed, code == 0 ? "Exited" : "ExitCode",
          fmt::format("the command exited with status {}", code)};
}

JobStatus KilledBySignal(int signal) {
  return {JobState::kFailed, "Signal",
          fmt::format("the command was killed by signal {} ({})", signal, strsignal(signal))};
}

JobStatus LostByEngine() { return {JobState::kMissing, "Missing", "the engine has lost it"}; }

void SimulatedWorld::SetFaults(SimulatedFaults faults) {
  absl::MutexLock lock(&mutex_);
  faults_ = faults;
}

SimulatedFaults SimulatedWorld::faults() const {
  absl::MutexLock lock(&mutex_);
  return faults_;
}

std::optional<Time> SimulatedWorld::NextEvent() const {
  absl::MutexLock lock(&mutex_);
  if (events_.empty()) return std::nullopt;
  return events_.begin()->first;
}

SimulatedCounts SimulatedWorld::counts() {
  absl::MutexLock lock(&mutex_);
  Settle(clock_.Now());
  return counts_;
}

int SimulatedWorld::Begun(const std::string& job_uid) {
  absl::MutexLock lock(&mutex_);
  Settle(clock_.Now());
  const auto entry = begun_.find(job_uid);
  return entry == begun_.end() ? 0 : entry->second;
}

void SimulatedWorld::Notify() {
  std::set<std::string> changed;
  std::set<std::shared_ptr<Listener>> listeners;
  {
    absl::MutexLock lock(&mutex_);
    Settle(clock_.Now());
    changed.swap(changed_);
    if (faults_.watch_calls_lost) return;
    listeners = listeners_;
  }
  for (const auto& listener : listeners) {
    for (const auto& handle : changed) {
      absl::MutexLock lock(&listener->mutex);
      if (listener->changed) listener->changed(handle);
    }
  }
}

StatusOr<std::string> SimulatedWorld::Submit(const TrialJob& job) {
  absl::MutexLock lock(&mutex_);
  if (Take(faults_.submits_refused)) return Refused();
  const Time now = clock_.Now();
  Settle(now);
  const std::string& handle = job.directory;
  const auto known = jobs_.find(handle);
  const bool is_retry = known != jobs_.end() && known->second.retries < job.retries;
  if (is_retry || StateAt(handle, now).state == JobState::kMissing) Begin(job, handle, now);
  if (Take(faults_.submits_unanswered)) return Refused();
  return handle;
}

void SimulatedWorld::Begin(const TrialJob& trial_job, const std::string& handle, Time now) {
  Job& job = jobs_[handle];
  job.uid = trial_job.uid;
  job.retries = trial_job.retries;
  job.run = fate_(trial_job, ++job.attempt);
  job.began = now + job.run.queued;
  job.told_to_end = absl::InfiniteFuture();
  job.ended = job.began + job.run.duration;
  job.ending = job.run.ending;
  if (trial_job.timeout_seconds) {
    const Time limit = job.began + absl::Seconds(*trial_job.timeout_seconds);
    if (limit < job.ended) {
      job.told_to_end = limit;
      job.ended = job.run.ignores_term ? std::min(job.ended, limit + grace_) : limit;
      job.ending = {
          JobState::kFailed, "Timeout",
          fmt::format("stopped after its time limit of {:g} s", *trial_job.timeout_seconds)};
    }
  }
  job.begun = false;
  job.alive = true;
  ++counts_.submitted;
  ++counts_.alive;
  counts_.most_alive = std::max(counts_.most_alive, counts_.alive);
  Schedule(handle, job, job.began);
}

void SimulatedWorld::Schedule(const std::string& handle, Job& job, Time next) {
  events_.erase({job.next, handle});
  job.next = next;
  if (next != absl::InfiniteFuture()) events_.emplace(next, handle);
}

void SimulatedWorld::Settle(Time now) {
  while (!events_.empty() && events_.begin()->first <= now) {
    const auto [time, handle] = *events_.begin();
    Job& job = jobs_[handle];
    changed_.insert(handle);
    if (time == job.began && !job.begun) {
      job.begun = true;
      ++begun_[job.uid];
    }
    if (time >= job.ended) {
      if (job.alive) --counts_.alive;
      job.alive = false;
      Schedule(handle, job, absl::InfiniteFuture());
      continue;
    }
    const size_t reported = CountUntil(job.run.reports, time - job.began);
    const Time report = reported < job.run.reports.size() ? job.began + job.run.reports[reported].at
                                                          : absl::InfiniteFuture();
    Schedule(handle, job, std::min(report, job.ended));
  }
}

JobStatus SimulatedWorld::StateAt(const std::string& handle, Time now) const {
  const auto entry = jobs_.find(handle);
  if (entry == jobs_.end()) return {JobState::kMissing, "Missing", "it was never started"};
  const Job& job = entry->second;
  return now < job.ended ? JobStatus{JobState::kRunning, "", ""} : job.ending;
}

StatusOr<std::vector<JobStatus>> SimulatedWorld::Poll(std::span<const std::string> handles) {
  absl::MutexLock lock(&mutex_);
  if (Take(faults_.polls_refused)) return Refused();
  const Time now = clock_.Now();
  std::vector<JobStatus> states;
  states.reserve(handles.size());
  for (const auto& handle : handles) {
    states.push_back(Take(faults_.states_unknown)
                         ? JobStatus{JobState::kUnknown, "Unreadable", "the engine cannot say"}
                         : StateAt(handle, now));
  }
  return states;
}

Status SimulatedWorld::Cancel(const std::string& handle) {
  absl::MutexLock lock(&mutex_);
  if (Take(faults_.cancels_refused)) return Refused();
  const Time now = clock_.Now();
  Settle(now);
  const JobState state = StateAt(handle, now).state;
  if (state != JobState::kRunning && state != JobState::kMissing) return absl::OkStatus();
  Job& job = jobs_[handle];
  // What told it first to end is the cause of its end.
  if (state == JobState::kRunning && job.told_to_end <= now) return absl::OkStatus();
  const bool begun = state == JobState::kRunning && job.began <= now;
  job.told_to_end = now;
  job.ended =
      begun && job.run.ignores_term ? std::min(job.began + job.run.duration, now + grace_) : now;
  job.ending = {JobState::kKilled, "Cancelled",
                begun ? "it was stopped" : "it was stopped before it began"};
  if (!begun) job.began = absl::InfiniteFuture();
  Schedule(handle, job, std::min(begun ? job.next : absl::InfiniteFuture(), job.ended));
  return absl::OkStatus();
}

const SimulatedWorld::Job* SimulatedWorld::FindBegun(const std::string& handle, Time now) const {
  const auto entry = jobs_.find(handle);
  if (entry == jobs_.end()) return nullptr;
  const Job& job = entry->second;
  const bool lost = now >= job.ended && job.ending.state == JobState::kMissing;
  return job.began <= now && !lost ? &job : nullptr;
}

LogChunk SimulatedWorld::ReadLog(const std::string& handle, uint64_t offset) const {
  absl::MutexLock lock(&mutex_);
  const Time now = clock_.Now();
  const Job* job = FindBegun(handle, now);
  if (job == nullptr) return {offset, ""};
  std::string text;
  const size_t visible = CountUntil(job->run.output, std::min(now, job->ended) - job->began);
  for (size_t i = 0; i < visible; ++i) text += job->run.output[i].text;
  if (offset >= text.size()) return {offset, ""};
  text = text.substr(offset, kLogBytesPerAnswer);
  return {offset + text.size(), text};
}

StatusOr<ObservationChunk> SimulatedWorld::ReadObservations(const std::string& handle,
                                                            uint64_t offset) {
  absl::MutexLock lock(&mutex_);
  if (Take(faults_.reads_refused)) return Refused();
  const Time now = clock_.Now();
  ObservationChunk chunk;
  chunk.next_offset = offset;
  const Job* job = FindBegun(handle, now);
  if (job == nullptr) return chunk;
  const auto& reports = job->run.reports;
  const size_t visible = CountUntil(reports, std::min(now, job->ended) - job->began);
  while (chunk.next_offset < visible && chunk.points.size() < kPointsPerAnswer) {
    const SimulatedReport& report = reports[chunk.next_offset++];
    chunk.points.push_back({report.metric, job->began + report.at, report.value, report.step});
  }
  chunk.more = chunk.next_offset < visible;
  return chunk;
}

std::shared_ptr<SimulatedWorld::Listener> SimulatedWorld::AddListener() {
  auto listener = std::make_shared<Listener>();
  absl::MutexLock lock(&mutex_);
  listeners_.insert(listener);
  return listener;
}

void SimulatedWorld::RemoveListener(const std::shared_ptr<Listener>& listener) {
  absl::MutexLock lock(&mutex_);
  listeners_.erase(listener);
}

}  // namespace qalam
