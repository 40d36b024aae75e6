// What the operator asks of the collector, and what the collector answers: the files of a trial's
// folder. See docs/formats/trial-folder.md.
#pragma once

#include <csignal>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace qalam::collector {

inline constexpr char kJobFile[] = "job.json";
inline constexpr char kClaimFile[] = "claim";    // the collector that runs the trial
inline constexpr char kCancelFile[] = "cancel";  // its being there is the message
inline constexpr char kOutputFile[] = "output.log";
inline constexpr char kCustomErrorsFile[] = "custom-collector.log";
inline constexpr char kSpoolFile[] = "metrics.spool";
// While the trial runs: its process groups, in a file that already has the room for the result and
// becomes it, so that a full disk cannot keep an end from being told.
inline constexpr char kRunningFile[] = "running.json";
inline constexpr char kResultFile[] = "result.json";

// Tells a collector to look for the cancel file of the trial it runs. Not TERM: a collector runs
// one trial after another, and the message must not hit the next one.
inline constexpr int kLookSignal = SIGUSR1;

enum class Source { kNone, kStdOut, kFile, kEvents, kCustom, kScrape };
enum class Format { kText, kJson };

struct Command {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  // over the collector's own
  std::string working_directory;
};

// On this machine.
struct Endpoint {
  std::string host = "127.0.0.1";  // or ::1
  int port = 0;                    // 0: one that is free
  std::string path = "/metrics";
  std::vector<std::pair<std::string, std::string>> headers;
};

// An early stopping rule over one metric of this trial alone (suggestion/early_stopping/).
struct StopRule {
  std::string name;  // empty: none
  std::map<std::string, std::string> settings;
  std::string metric;
  bool maximize = false;
};

// Tells the trial's command the endpoint's port.
inline constexpr char kMetricsPortVariable[] = "QALAM_METRICS_PORT";

// A further command of a trial that is made of several, with an output file of its own.
struct Replica {
  std::string name;  // "worker-1"
  Command command;
  bool needed = false;  // the trial succeeds only once this command has
  bool serves = false;  // works until it is told to end
};

// Its own command is that whose output is the trial's.
struct Job : Command {
  std::string name;  // "master-0"; empty where there are no replicas
  std::vector<Replica> replicas;
  Source source = Source::kStdOut;
  Format format = Format::kText;
  std::string file;                  // for Source::kFile; a file or a folder for Source::kEvents
  Command custom;                    // for Source::kCustom; its environment is over the trial's
  Endpoint endpoint;                 // for Source::kScrape
  std::vector<std::string> filters;  // RE2 with two groups, name and value; empty: NAME=VALUE
  std::vector<std::string> metrics;  // the names to look for
  StopRule stop_rule;
  double timeout_seconds = 0;  // 0: none
  double grace_seconds = 10;   // between TERM and KILL
};

enum class Ending { kExited, kSignaled, kTimeout, kCancelled, kStartFailed, kEarlyStopped };

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
// Of a replica.
std::string OutputFile(const std::string& name);  // "output-worker-1.log"
// NOT_FOUND when there is no such process.
StatusOr<ProcessIdentity> IdentifyProcess(int pid);
std::string Encode(const ProcessIdentity& identity);
// DATA_LOSS for anything else.
StatusOr<ProcessIdentity> DecodeIdentity(const std::string& text);
// Of the processes that lead the groups of a trial.
std::string EncodeGroups(const std::vector<ProcessIdentity>& leaders);
StatusOr<std::vector<ProcessIdentity>> DecodeGroups(const std::string& text);
// A claim is the text of a symbolic link: one call makes it whole or not at all, and the first of
// several wins. ALREADY_EXISTS when there is one; NOT_FOUND when there is none.
Status WriteClaim(const std::string& directory, const ProcessIdentity& identity);
StatusOr<ProcessIdentity> ReadClaim(const std::string& directory);

}  // namespace qalam::collector
