// What the operator asks of the collector, and what the collector answers: the files of a trial's
// folder. See docs/formats/trial-folder.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace qalam::collector {

inline constexpr char kJobFile[] = "job.json";
inline constexpr char kClaimFile[] = "claim";    // the collector that runs the trial
inline constexpr char kGroupFile[] = "group";    // the trial's process group
inline constexpr char kCancelFile[] = "cancel";  // its being there is the message
inline constexpr char kOutputFile[] = "output.log";
inline constexpr char kSpoolFile[] = "metrics.spool";
inline constexpr char kResultFile[] = "result.json";

enum class Source { kNone, kStdOut, kFile };
enum class Format { kText, kJson };

struct Job {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // NAME=VALUE
  std::string working_directory;
  Source source = Source::kStdOut;
  Format format = Format::kText;
  std::string file;                  // for Source::kFile
  std::vector<std::string> filters;  // RE2 with two groups, name and value; empty: NAME=VALUE
  std::vector<std::string> metrics;  // the names to look for
  double timeout_seconds = 0;        // 0: none
  double grace_seconds = 10;         // between TERM and KILL
};

enum class Ending { kExited, kSignaled, kTimeout, kCancelled, kStartFailed };

struct Result {
  Ending ending = Ending::kExited;
  int code = 0;         // exit status or signal number
  std::string message;  // a sentence
};

// A process that is told from a later one with the same pid.
struct ProcessIdentity {
  int pid = 0;
  uint64_t start_ticks = 0;
  std::string boot_id;
  bool IsAlive() const;
};

std::string Encode(const Job& job);
StatusOr<Job> DecodeJob(const std::string& text);
std::string Encode(const Result& result);
StatusOr<Result> DecodeResult(const std::string& text);
std::string Encode(const ProcessIdentity& identity);
StatusOr<ProcessIdentity> DecodeIdentity(const std::string& text);
// NOT_FOUND when there is no such process.
StatusOr<ProcessIdentity> IdentifyProcess(int pid);

}  // namespace qalam::collector
