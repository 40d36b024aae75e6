#include "controller/operators/lost_trial.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/files.h"
#include "controller/collector/job.h"

namespace qalam {

namespace {

constexpr uint64_t kLargestFile = 1 << 20;

void KillGroups(const std::string& directory) {
  const auto text = ReadFile(directory + "/" + collector::kRunningFile, kLargestFile);
  if (!text.ok()) return;
  const auto leaders = collector::DecodeGroups(*text);
  if (!leaders.ok()) return;
  for (const auto& leader : *leaders) {
    if (leader.IsAlive()) kill(-leader.pid, SIGKILL);
  }
}

bool HasVariable(const std::string& environment, const std::string& variable) {
  const std::string entry = variable + '\0';
  return environment.starts_with(entry) || environment.find('\0' + entry) != std::string::npos;
}

// Returns how many there were. Each is held by a pidfd from before it is looked at, so that its
// number cannot become another process's in between.
int KillByVariable(const std::string& variable) {
  int killed = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const int pid = std::stoi(name);
    const FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (!process.valid()) continue;
    const auto environment = ReadFileRange(entry.path().string() + "/environ", 0, kLargestFile);
    if (!environment.ok() || !HasVariable(*environment, variable)) continue;
    syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
    ++killed;
  }
  return killed;
}

}  // namespace

void KillLostTrial(const std::string& directory) {
  KillGroups(directory);
  // Until a look finds none, since they may have started others meanwhile; bounded against a fork
  // bomb.
  for (int round = 0; round < 100; ++round) {
    if (KillByVariable("QALAM_TRIAL_DIR=" + directory) == 0) return;
  }
}

}  // namespace qalam
