#include "controller/collector/container_run.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/collector/log_records.h"
#include "controller/collector/trial_run.h"

namespace qalam::collector {

namespace {

constexpr char kOwnProgram[] = "/proc/self/exe";

int ExitStatus(const Result& result) {
  switch (result.ending) {
    case Ending::kExited:
      return result.code;
    case Ending::kSignaled:
      return 128 + result.code;
    case Ending::kTimeout:
      return 124;
    case Ending::kCancelled:
      return 143;
    case Ending::kStartFailed:
      return 127;
    case Ending::kEarlyStopped:
      return 0;
  }
  return 1;
}

// The run's own sink outlives the recorder, which is given this.
class Forward final : public RecordSink {
 public:
  explicit Forward(LogSink& sink) : sink_(sink) {}
  size_t Output(std::string_view data) override { return sink_.Output(data); }
  size_t Spool(std::string_view lines) override { return sink_.Spool(lines); }
  std::optional<std::chrono::steady_clock::time_point> flush_at() const override {
    return sink_.flush_at();
  }
  void Flush() override { sink_.Flush(); }

 private:
  LogSink& sink_;
};

}  // namespace

int RunContainer(const std::string& mark, const std::string& text,
                 std::vector<std::string> arguments) {
  const FileDescriptor signals = MakeSignalDescriptor();
  LogSink sink(STDOUT_FILENO, mark);
  auto job = DecodeJob(text);
  Result result{Ending::kStartFailed, 0, Message(job.status())};
  if (job.ok()) {
    job->arguments = std::move(arguments);
    // No folder: nothing is left behind in a container, and TERM is what cancels it.
    result = RunTrial("/nonexistent", *std::move(job), std::make_unique<Forward>(sink),
                      signals.get(), {[](const std::vector<pid_t>&) {}, [] { return false; }});
  }
  sink.WriteResult(result);
  return ExitStatus(result);
}

int Install(const std::string& folder) {
  const std::string path = folder + "/qalam-collector";
  const auto program = ReadFile(kOwnProgram);
  const std::string partial = path + ".partial";
  Status status = program.status();
  if (status.ok()) status = WriteFileAtomically(partial, *program, false);
  if (status.ok() && chmod(partial.c_str(), 0755) != 0) {
    status = ErrnoStatus(errno, "cannot make " + partial + " a program");
  }
  if (status.ok() && rename(partial.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, "cannot rename " + partial);
  }
  if (status.ok()) return 0;
  std::fprintf(stderr, "qalam-collector: %s\n", Message(status).c_str());
  return 1;
}

}  // namespace qalam::collector
