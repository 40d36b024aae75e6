#include "controller/operators/slurm/slurm_queue.h"

#include <set>

#include "base/log.h"

namespace qalam::slurm {

namespace {

bool IsSame(const std::vector<QueueEntry>& one, const std::vector<QueueEntry>& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](const QueueEntry& left, const QueueEntry& right) {
                      return left.job_id == right.job_id && left.state == right.state &&
                             left.reason == right.reason;
                    });
}

}  // namespace

SlurmQueue::SlurmQueue(const SlurmClient& client, const SlurmOptions& options,
                       std::function<void(const std::string&)> changed)
    : client_(client),
      interval_(options.poll_interval),
      shortest_interval_(options.shortest_poll_interval),
      changed_(std::move(changed)) {
  thread_ = std::thread([this] { Run(); });
}

SlurmQueue::~SlurmQueue() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    wake_.Signal();
  }
  thread_.join();
}

void SlurmQueue::Track(const std::string& job_name, int64_t job_id) {
  absl::MutexLock lock(&mutex_);
  tracked_[job_name] = {.job_id = job_id, .first_round = rounds_begun_ + 1};
}

void SlurmQueue::Forget(const std::string& job_name) {
  absl::MutexLock lock(&mutex_);
  tracked_.erase(job_name);
}

void SlurmQueue::Hurry() {
  absl::MutexLock lock(&mutex_);
  hurry_ = true;
  wake_.Signal();
}

Sight SlurmQueue::Look(const std::string& job_name) const {
  absl::MutexLock lock(&mutex_);
  Sight sight;
  const auto entry = tracked_.find(job_name);
  if (entry == tracked_.end()) return sight;
  sight.is_known = rounds_ended_ >= entry->second.first_round;
  sight.answers = sight.is_known && answer_.ok();
  if (!answer_.ok()) sight.absence = Message(answer_);
  if (sight.answers) sight.entries = entry->second.entries;
  return sight;
}

Sight SlurmQueue::WaitFor(const std::string& job_name) {
  {
    absl::MutexLock lock(&mutex_);
    const auto is_asked = [this, &job_name] {
      mutex_.AssertReaderHeld();
      const auto entry = tracked_.find(job_name);
      return ending_ || entry == tracked_.end() || rounds_ended_ >= entry->second.first_round;
    };
    if (!is_asked()) {
      hurry_ = true;
      wake_.Signal();
    }
    mutex_.Await(absl::Condition(&is_asked));
  }
  return Look(job_name);
}

void SlurmQueue::Run() {
  Time last = absl::InfinitePast();
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      const auto has_work = [this] {
        mutex_.AssertReaderHeld();
        return ending_ || !tracked_.empty();
      };
      const auto is_urgent = [this] {
        mutex_.AssertReaderHeld();
        return ending_ || hurry_;
      };
      const auto is_ending = [this] {
        mutex_.AssertReaderHeld();
        return ending_;
      };
      mutex_.Await(absl::Condition(&has_work));
      wake_.WaitFor(&mutex_, last + shortest_interval_ - SteadyNow(), is_ending);
      wake_.WaitFor(&mutex_, last + interval_ - SteadyNow(), is_urgent);
      if (ending_) return;
      hurry_ = false;
    }
    Ask();
    last = SteadyNow();
  }
}

void SlurmQueue::AddAccounted(const std::map<std::string, int64_t>& asked,
                              std::map<std::string, std::vector<QueueEntry>>& found) {
  std::vector<int64_t> ids;
  for (const auto& [name, id] : asked) {
    const auto& entries = found[name];
    // Of a cancelled one accounting knows by whom.
    if (id > 0 && (entries.empty() || entries[0].state == "CANCELLED")) ids.push_back(id);
  }
  if (ids.empty() || !has_accounting_) return;
  auto accounted = client_.Account(ids);
  // Accounting that is away is not waited for: without it the trials' folders still tell.
  has_accounting_ = accounted.status().code() != StatusCode::kFailedPrecondition;
  if (!accounted.ok()) return;
  for (auto& entry : *accounted) {
    if (!asked.contains(entry.name)) continue;
    auto& entries = found[entry.name];
    if (entries.empty()) {
      entries.push_back(std::move(entry));
    } else if (entry.state == entries[0].state) {
      entries[0].reason = std::move(entry.reason);
    }
  }
}

Status SlurmQueue::LastAnswer() const {
  absl::MutexLock lock(&mutex_);
  return answer_;
}

void SlurmQueue::Ask() {
  std::map<std::string, int64_t> asked;
  uint64_t round = 0;
  {
    absl::MutexLock lock(&mutex_);
    round = ++rounds_begun_;
    for (const auto& [name, tracked] : tracked_) asked[name] = tracked.job_id;
  }
  std::vector<std::string> names;
  for (const auto& [name, id] : asked) names.push_back(name);
  auto listed = client_.List(names);
  std::map<std::string, std::vector<QueueEntry>> found;
  if (listed.ok()) {
    for (auto& entry : *listed) found[entry.name].push_back(std::move(entry));
    AddAccounted(asked, found);
  }
  std::set<std::string> changed;
  bool went_away = false;
  {
    absl::MutexLock lock(&mutex_);
    went_away = answer_.ok() && !listed.ok();
    answer_ = listed.status();
    rounds_ended_ = round;
    for (auto& [name, tracked] : tracked_) {
      if (!listed.ok() || tracked.first_round > round) continue;
      const bool is_first = tracked.first_round == round;
      if (is_first || !IsSame(tracked.entries, found[name])) changed.insert(name);
      tracked.entries = std::move(found[name]);
    }
  }
  if (went_away) {
    Logger("operator").Warn("Slurm does not answer", {{"error", Message(listed.status())}});
  }
  for (const auto& name : changed) changed_(name);
}

}  // namespace qalam::slurm
