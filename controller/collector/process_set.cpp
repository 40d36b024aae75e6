#include "controller/collector/process_set.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "base/files.h"

namespace qalam::collector {

namespace {

// "worker-1" as a person says it.
std::string Spoken(std::string name) {
  std::replace(name.begin(), name.end(), '-', ' ');
  return name;
}

}  // namespace

StatusOr<ProcessSet> ProcessSet::Start(const std::string& directory, const Job& job) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  ProcessSet set;
  Status status = set.Add(directory, job.name, job, true, false);
  for (size_t i = 0; status.ok() && i < job.replicas.size(); ++i) {
    const Replica& replica = job.replicas[i];
    status = set.Add(directory, replica.name, replica.command, replica.needed, replica.serves);
  }
  if (status.ok()) return set;
  set.KillDescendants();
  return status;
}

Status ProcessSet::Add(const std::string& directory, const std::string& name,
                       const Command& command, bool needed, bool serves) {
  auto process = TrialProcess::Start(command);
  if (!process.ok()) {
    return name.empty() ? process.status() : WithContext(process.status(), Spoken(name));
  }
  members_.push_back({name, needed, serves, *std::move(process),
                      AppendedFile(directory + "/" + OutputFile(name))});
  return absl::OkStatus();
}

std::vector<pid_t> ProcessSet::Leaders() const {
  std::vector<pid_t> leaders;
  for (const auto& member : members_) leaders.push_back(member.process.pid());
  return leaders;
}

bool ProcessSet::Reap(const std::function<void(pid_t, int)>& other) {
  int status = 0;
  for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
    const auto member = std::find_if(members_.begin(), members_.end(),
                                     [pid](const Member& one) { return one.process.pid() == pid; });
    if (member == members_.end()) {
      other(pid, status);
      continue;
    }
    member->process.SetEnded(status);
    // Now, since the number may soon be another's.
    member->process.SignalGroup(SIGKILL);
  }
  if (verdict_ == Verdict::kOpen) Judge();
  return std::all_of(members_.begin(), members_.end(),
                     [](const Member& member) { return member.process.has_ended(); });
}

void ProcessSet::Judge() {
  bool succeeded = true;
  for (size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    if (member.process.has_ended() && !member.process.has_succeeded()) failed_.push_back(i);
    if (member.needed && !member.process.has_succeeded()) succeeded = false;
  }
  if (!failed_.empty()) {
    verdict_ = Verdict::kFailed;
  } else if (succeeded) {
    verdict_ = Verdict::kSucceeded;
  }
}

std::string ProcessSet::DescribeMember(size_t index) const {
  const Member& member = members_[index];
  const std::string end = member.process.DescribeEnd();
  if (member.name.empty()) return "the command " + end;
  if (index == 0) return fmt::format("{} {}", Spoken(member.name), end);
  return fmt::format("{} {} (see {})", Spoken(member.name), end, OutputFile(member.name));
}

Result ProcessSet::Describe() const {
  const size_t first = failed_.empty() ? 0 : failed_.front();
  const int status = members_[first].process.wait_status();
  Result result;
  result.ending = WIFSIGNALED(status) ? Ending::kSignaled : Ending::kExited;
  result.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  result.message = DescribeMember(first);
  for (size_t i = 1; i < failed_.size(); ++i) {
    result.message += "; " + DescribeMember(failed_[i]);
  }
  return result;
}

void ProcessSet::Signal(int signal) const {
  for (const auto& member : members_) {
    if (!member.process.has_ended()) member.process.SignalGroup(signal);
  }
}

void ProcessSet::SignalServing(int signal) const {
  for (const auto& member : members_) {
    if (member.serves && !member.process.has_ended()) member.process.SignalGroup(signal);
  }
}

void ProcessSet::KillDescendants() {
  Signal(SIGKILL);
  if (waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) return;
  // Orphans of the commands are now children of this process. Killing one may hand over its own
  // children, so look again until there is none; the bound is against a fork bomb.
  const std::string path = fmt::format("/proc/self/task/{}/children", getpid());
  for (int round = 0; round < 1000; ++round) {
    const auto children = ReadFileRange(path, 0, 1 << 20);
    if (children.ok()) {
      char* rest = const_cast<char*>(children->c_str());
      for (long pid = std::strtol(rest, &rest, 10); pid > 0; pid = std::strtol(rest, &rest, 10)) {
        kill(static_cast<pid_t>(pid), SIGKILL);
      }
    }
    if (waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) return;
  }
}

std::vector<int> ProcessSet::Outputs() const {
  std::vector<int> outputs;
  for (const auto& member : members_) outputs.push_back(member.process.output());
  return outputs;
}

bool ProcessSet::ReadOutput(const std::function<void(std::string_view)>& take) {
  bool more = members_.front().process.ReadOutput(take);
  for (size_t i = 1; i < members_.size(); ++i) {
    Member& member = members_[i];
    more |= member.process.ReadOutput(
        [&](std::string_view data) { lost_bytes_ += data.size() - member.log.Append(data); });
  }
  return more;
}

}  // namespace qalam::collector
