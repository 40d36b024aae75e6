// A trial's log in the cluster, as far as it has come into the trial's folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "controller/collector/job.h"
#include "controller/collector/recorder.h"
#include "controller/kubernetes/line_reader.h"

namespace qalam {

// Which run of which container the log is of.
struct LogSource {
  std::string pod_uid;
  int restarts = 0;
  bool operator==(const LogSource&) const = default;
};

// Takes the log's lines apart into output.log, metrics.spool and the result. How far it has got is
// written down with the sizes of both files, so that whoever goes on after a crash takes off what
// came later and reads that again: nothing is there twice, nothing is missing. One thread at a
// time.
class TrialLog {
 public:
  // `mark` as TrialMark has it.
  TrialLog(std::string folder, std::string mark);
  ~TrialLog();
  TrialLog(const TrialLog&) = delete;
  TrialLog& operator=(const TrialLog&) = delete;

  // Before a log is read, and again before it is read once more: where to go on in it, as
  // sinceTime; empty for its beginning.
  std::string Begin(const LogSource& source);
  // Bytes of the log, each line with a time before it. True when the trial has reported anything.
  StatusOr<bool> Take(std::string_view data);
  // The log ended, or was cut.
  void End();

  // Of the run that the last log was of.
  const std::optional<collector::Result>& result() const { return result_; }
  // How many bytes of that run's output and points never came, the log having been cut.
  uint64_t missing_bytes() const { return missing_bytes_; }
  bool is_complete_for(const LogSource& source) const { return complete_ && source_ == source; }
  // Whether the container was started anew before its run before this one was read to its end.
  bool LacksRunBefore(const LogSource& source) const {
    return source.restarts > 0 && !(source_ == source) &&
           !is_complete_for({source.pod_uid, source.restarts - 1});
  }
  // Its last line has been read.
  void SetComplete();

 private:
  void Load();
  void Save();
  void TakeLine(std::string_view line);
  bool IsKnown(std::string_view time);
  Status Write();

  const std::string folder_, mark_;
  LogSource source_;
  std::string last_time_;         // of the last line
  uint64_t lines_of_time_ = 0;    // that had it
  uint64_t skipped_of_time_ = 0;  // of these, in the log that is being read
  bool skipping_ = false;         // lines may come that are there already
  bool complete_ = false;
  std::optional<collector::Result> result_;
  uint64_t missing_bytes_ = 0;
  uint64_t run_output_ = 0, run_spool_ = 0;    // bytes of this run
  uint64_t output_size_ = 0, spool_size_ = 0;  // of the files
  bool cut_files_ = true;                      // they may be longer than that
  collector::AppendedFile output_, spool_;
  std::string new_output_, new_spool_;
  kubernetes::LineReader lines_;
  int64_t saved_at_ = 0;
  bool unsaved_ = false;
};

}  // namespace qalam
