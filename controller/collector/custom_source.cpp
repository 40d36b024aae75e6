#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "base/files.h"
#include "base/process.h"
#include "controller/collector/line_splitter.h"
#include "controller/collector/metric_parser.h"
#include "controller/collector/sources.h"

namespace qalam::collector {

namespace {

// After the trial's command has ended, what a command of one's own is given to say its last before
// it gets TERM.
constexpr std::chrono::seconds kLastWords(1);
constexpr auto kNever = SteadyClock::time_point::max();

class CustomSource final : public MetricSource {
 public:
  CustomSource(const Job& job, const std::string& directory, std::unique_ptr<MetricParser> parser)
      : job_(job), directory_(directory), parser_(std::move(parser)) {}

  void CommandBegan() override {
    const Status status = Start();
    if (!status.ok()) complaint_ = "the custom collector did not start: " + Message(status);
  }

  int descriptor() const override { return output_.get(); }
  short events() const override { return POLLIN; }
  SteadyClock::time_point next_look() const override { return term_at_ ? *term_at_ : kill_at_; }

  bool Look(int64_t now, std::vector<SpooledPoint>& points) override {
    EndWhenDue();
    char buffer[64 << 10];
    const ssize_t got = output_.valid() ? read(output_.get(), buffer, sizeof(buffer)) : -1;
    if (got == 0) output_.Close();
    if (got <= 0) return output_.valid() && errno == EINTR;
    lines_.Feed({buffer, static_cast<size_t>(got)},
                [&](std::string_view line) { parser_->Parse(line, now, points); });
    return true;
  }

  void Reaped(pid_t pid, int status) override {
    if (pid != pid_) return;
    pid_ = -1;
    term_at_.reset();
    kill_at_ = kNever;
    if (was_killed_) {
      complaint_ = "the custom collector did not end at TERM and was killed";
    } else if (WIFEXITED(status) && WEXITSTATUS(status) != 0 && !was_asked_) {
      complaint_ = fmt::format("the custom collector exited with status {}", WEXITSTATUS(status));
    } else if (WIFSIGNALED(status) && !was_asked_) {
      complaint_ = fmt::format("the custom collector was killed by signal {} ({})",
                               WTERMSIG(status), strsignal(WTERMSIG(status)));
    }
    if (!complaint_.empty()) complaint_ += fmt::format("; see {}", kCustomErrorsFile);
  }

  void CommandEnded() override {
    if (pid_ > 0) term_at_ = SteadyClock::now() + kLastWords;
  }

  bool IsDone() const override { return pid_ < 0; }

  void Finish(int64_t now, std::vector<SpooledPoint>& points) override {
    lines_.Flush([&](std::string_view line) { parser_->Parse(line, now, points); });
  }

  std::string complaint() const override { return complaint_; }

 private:
  Status Start() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "cannot make a pipe");
    FileDescriptor read_end(ends[0]);
    const FileDescriptor write_end(ends[1]);
    fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
    const std::string errors_path = directory_ + "/" + kCustomErrorsFile;
    const FileDescriptor errors(
        open(errors_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    auto environment = job_.environment;
    for (const auto& [name, value] : job_.custom.environment) environment[name] = value;
    ASSIGN_OR_RETURN(pid_, Spawn({.arguments = job_.custom.arguments,
                                  .environment = EnvironmentWith(environment),
                                  .working_directory = job_.custom.working_directory,
                                  .standard_output = write_end.get(),
                                  .standard_error = errors.get(),
                                  .new_session = true}));
    output_ = std::move(read_end);
    return absl::OkStatus();
  }

  void EndWhenDue() {
    const auto now = SteadyClock::now();
    if (term_at_ && now >= *term_at_) {
      term_at_.reset();
      was_asked_ = true;
      kill(-pid_, SIGTERM);
      kill(-pid_, SIGCONT);
      kill_at_ = now + std::chrono::duration_cast<SteadyClock::duration>(
                           std::chrono::duration<double>(job_.grace_seconds));
    } else if (now >= kill_at_) {
      kill_at_ = kNever;
      was_killed_ = true;
      kill(-pid_, SIGKILL);
    }
  }

  const Job& job_;
  const std::string directory_;
  const std::unique_ptr<MetricParser> parser_;
  LineSplitter lines_;
  FileDescriptor output_;
  pid_t pid_ = -1;  // -1 also once it has ended
  std::optional<SteadyClock::time_point> term_at_;
  SteadyClock::time_point kill_at_ = kNever;
  bool was_asked_ = false;
  bool was_killed_ = false;
  std::string complaint_;
};

}  // namespace

StatusOr<std::unique_ptr<MetricSource>> MakeCustomSource(const Job& job,
                                                         const std::string& directory) {
  ASSIGN_OR_RETURN(auto parser, MakeMetricParser(job));
  return std::unique_ptr<MetricSource>(new CustomSource(job, directory, std::move(parser)));
}

}  // namespace qalam::collector
