#include "controller/operators/slurm/slurm_client.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/process.h"

namespace qalam::slurm {

namespace {

// Slurm's programs try again by themselves for some seconds.
constexpr absl::Duration kLongestCall = absl::Seconds(60);
constexpr size_t kMostBytes = 64 << 20;
// One argument may have 128 KiB.
constexpr size_t kLongestList = 100'000;

// Of whoever has started this process: where that is a job of Slurm's, its variables are not those
// of the trials, and some of sbatch's would make one job into several, or keep it from answering.
bool IsKept(const std::string& variable) {
  constexpr const char* kDropped[] = {"QALAM_TOKEN=", "QALAM_DB=",        "SBATCH_ARRAY_INX=",
                                      "SBATCH_WAIT=", "SBATCH_CLUSTERS=", "SLURM_CLUSTERS="};
  for (const char* dropped : kDropped) {
    if (variable.starts_with(dropped)) return false;
  }
  return !variable.starts_with("SLURM_") || variable.starts_with("SLURM_CONF=");
}

struct Complaint {
  const char* part;
  StatusCode code;
};

// What is not in the table is the job's own fault.
constexpr Complaint kComplaints[] = {
    {"Unable to contact slurm controller", StatusCode::kUnavailable},
    {"Socket timed out", StatusCode::kUnavailable},
    {"Connection refused", StatusCode::kUnavailable},
    {"Connection reset", StatusCode::kUnavailable},
    {"Zero Bytes were transmitted", StatusCode::kUnavailable},
    {"Unexpected message received", StatusCode::kUnavailable},
    {"Communication connection failure", StatusCode::kUnavailable},
    {"Insane message length", StatusCode::kUnavailable},
    {"in standby mode", StatusCode::kUnavailable},
    {"temporarily unable to accept job", StatusCode::kUnavailable},
    {"Resource temporarily unavailable", StatusCode::kUnavailable},
    {"authentication", StatusCode::kUnavailable},
    {"Munge", StatusCode::kUnavailable},
    {"Unable to accept new jobs", StatusCode::kUnavailable},
    {"job submit limit", StatusCode::kResourceExhausted},
    {"MaxSubmitJob", StatusCode::kResourceExhausted},
};

// Without the program's own name, which says nothing to the user.
std::string Shortened(const std::string& text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    for (const char* prefix : {"sbatch: ", "squeue: ", "sacct: ", "scancel: ", "error: "}) {
      if (line.starts_with(prefix)) line.erase(0, std::string(prefix).size());
    }
    if (!line.empty()) result += (result.empty() ? "" : "; ") + line;
    at = end + 1;
  }
  constexpr size_t kLongest = 1000;
  return result.substr(0, kLongest);
}

Status Absence(const std::string& program, const ProgramOutcome& outcome) {
  return Unavailable("{} says: {}", program,
                     outcome.errors.empty()
                         ? fmt::format("nothing, and ends with status {}", outcome.exit_code)
                         : Shortened(outcome.errors));
}

}  // namespace

Status SubmissionError(const std::string& complaint) {
  for (const auto& [part, code] : kComplaints) {
    if (complaint.find(part) == std::string::npos) continue;
    return MakeStatus(code, code == StatusCode::kResourceExhausted
                                ? "waiting for fewer jobs in Slurm: " + Shortened(complaint)
                                : "sbatch says: " + Shortened(complaint));
  }
  return InvalidArgument("Slurm does not take the job: {}", Shortened(complaint));
}

SlurmClient::SlurmClient(const SlurmOptions& options) {
  for (auto& variable : EnvironmentWith(options.environment)) {
    if (IsKept(variable)) environment_.push_back(std::move(variable));
  }
}

StatusOr<ProgramOutcome> SlurmClient::Run(std::vector<std::string> arguments) const {
  const std::string program = arguments[0];
  auto outcome = RunProgram({.arguments = std::move(arguments),
                             .environment = environment_,
                             .longest = kLongestCall,
                             .most_bytes = kMostBytes});
  if (outcome.status().code() == StatusCode::kDeadlineExceeded) {
    return Unavailable("{}", Message(outcome.status()));
  }
  return outcome;
}

Status SlurmClient::CheckPrograms() const {
  for (const char* program : {"sbatch", "squeue", "scancel"}) {
    const auto outcome = Run({program, "--version"});
    if (outcome.ok() && outcome->exit_code == 0) continue;
    return FailedPrecondition(
        "Slurm's programs do not work here: {}; start qalam where you say sbatch, on a login node",
        outcome.ok() ? Message(Absence(program, *outcome)) : Message(outcome.status()));
  }
  return absl::OkStatus();
}

StatusOr<int64_t> SlurmClient::Submit(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {"sbatch"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ASSIGN_OR_RETURN(const auto outcome, Run(std::move(command)));
  // "12", or "12;cluster".
  int64_t id = 0;
  const char* const begin = outcome.output.data();
  std::from_chars(begin, begin + outcome.output.size(), id);
  if (outcome.exit_code == 0 && id > 0) return id;
  if (outcome.exit_code == 0 || outcome.exit_code >= 128) return Absence("sbatch", outcome);
  return SubmissionError(outcome.errors);
}

StatusOr<std::vector<QueueEntry>> SlurmClient::List(const std::vector<std::string>& names) const {
  std::vector<QueueEntry> entries;
  for (size_t at = 0; at < names.size();) {
    std::string list;
    for (; at < names.size() && list.size() + names[at].size() < kLongestList; ++at) {
      list += (list.empty() ? "" : ",") + names[at];
    }
    ASSIGN_OR_RETURN(const auto outcome,
                     Run({"squeue", "--noheader", "--states=all",
                          std::string("--format=") + kQueueFormat, "--name=" + list}));
    if (outcome.exit_code != 0) return Absence("squeue", outcome);
    auto more = ParseQueue(outcome.output);
    entries.insert(entries.end(), std::make_move_iterator(more.begin()),
                   std::make_move_iterator(more.end()));
  }
  return entries;
}

StatusOr<std::vector<QueueEntry>> SlurmClient::Account(const std::vector<int64_t>& ids) const {
  constexpr size_t kMostIds = 5000;
  std::vector<QueueEntry> entries;
  for (size_t at = 0; at < ids.size(); at += kMostIds) {
    const std::vector<int64_t> some(ids.begin() + at,
                                    ids.begin() + std::min(ids.size(), at + kMostIds));
    const auto outcome = Run({"sacct", "--noheader", "--parsable2", "--allocations",
                              std::string("--format=") + kAccountingFields,
                              fmt::format("--jobs={}", fmt::join(some, ","))});
    if (outcome.status().code() == StatusCode::kNotFound) {
      return FailedPrecondition("{}", Message(outcome.status()));
    }
    RETURN_IF_ERROR(outcome.status());
    if (outcome->errors.find("accounting storage is disabled") != std::string::npos) {
      return FailedPrecondition("{}", Shortened(outcome->errors));
    }
    if (outcome->exit_code != 0) return Absence("sacct", *outcome);
    auto more = ParseAccounting(outcome->output);
    entries.insert(entries.end(), std::make_move_iterator(more.begin()),
                   std::make_move_iterator(more.end()));
  }
  return entries;
}

Status SlurmClient::Withdraw(const std::string& job_name) const {
  ASSIGN_OR_RETURN(const auto outcome,
                   Run({"scancel", "--quiet", "--state=PENDING", "--name=" + job_name}));
  return outcome.exit_code == 0 ? absl::OkStatus() : Absence("scancel", outcome);
}

Status SlurmClient::Signal(const std::string& job_name, const std::string& signal) const {
  ASSIGN_OR_RETURN(const auto outcome, Run({"scancel", "--quiet", "--batch", "--state=RUNNING",
                                            "--signal=" + signal, "--name=" + job_name}));
  return outcome.exit_code == 0 ? absl::OkStatus() : Absence("scancel", outcome);
}

}  // namespace qalam::slurm
