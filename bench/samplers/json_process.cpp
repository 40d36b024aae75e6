#include "bench/samplers/json_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "base/process.h"

namespace qalam::bench {

StatusOr<std::unique_ptr<JsonProcess>> JsonProcess::Start(const std::vector<std::string>& command) {
  if (command.empty()) return InvalidArgument("an empty command");
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0) return ErrnoStatus(errno, "pipe");
  if (pipe2(output, O_CLOEXEC) != 0) {
    const int error = errno;
    close(input[0]);
    close(input[1]);
    return ErrnoStatus(error, "pipe");
  }
  // Numeric libraries start a thread per core by default, which slows small problems and counts
  // idle spinning as processor time.
  const auto environment = EnvironmentWith(
      {{"OMP_NUM_THREADS", "1"}, {"OPENBLAS_NUM_THREADS", "1"}, {"PYTHONHASHSEED", "0"}});
  const auto pid = Spawn({.arguments = command,
                          .environment = environment,
                          .standard_input = input[0],
                          .standard_output = output[1]});
  close(input[0]);
  close(output[1]);
  if (!pid.ok()) {
    close(input[1]);
    close(output[0]);
    return pid.status();
  }
  return std::unique_ptr<JsonProcess>(
      new JsonProcess(command.front(), *pid, fdopen(input[1], "w"), fdopen(output[0], "r")));
}

JsonProcess::~JsonProcess() {
  fclose(input_);
  fclose(output_);
  int status;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

StatusOr<nlohmann::json> JsonProcess::Request(const nlohmann::json& request) {
  const std::string line = request.dump() + "\n";
  if (fputs(line.c_str(), input_) < 0 || fflush(input_) != 0) {
    return Unavailable("{} does not read: it has ended", name_);
  }
  char* text = nullptr;
  size_t capacity = 0;
  const ssize_t length = getline(&text, &capacity, output_);
  const std::unique_ptr<char, decltype(&free)> owner(text, free);
  if (length < 0) return Unavailable("{} ended without an answer to {}", name_, request.dump());
  auto answer = nlohmann::json::parse(text, text + length, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object()) return Internal("{} answered no JSON object: {}", name_, text);
  if (answer.contains("error")) return Internal("{}: {}", name_, answer["error"].dump());
  return answer;
}

double JsonProcess::CpuSeconds() const {
  clockid_t clock;
  timespec time{};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace qalam::bench
