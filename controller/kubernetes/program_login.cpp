#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/process.h"
#include "controller/kubernetes/login_sources.h"

namespace qalam::kubernetes {

namespace {

using nlohmann::json;

constexpr size_t kLongestAnswer = 1 << 20;

// What the program has printed, to its end. It is killed when it takes too long or prints too much.
StatusOr<std::string> OutputOf(const LoginProgram& program, const SpawnRequest& prepared) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "cannot make a pipe");
  const FileDescriptor output(ends[0]);
  FileDescriptor input(ends[1]);
  SpawnRequest request = prepared;
  request.standard_output = input.get();
  // A group of its own, so that what it starts ends with it.
  request.new_session = true;
  ASSIGN_OR_RETURN(const pid_t pid, Spawn(request));
  input.Close();
  const auto deadline =
      std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(program.time_limit);
  std::string text;
  Status status;
  while (status.ok()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd descriptor{output.get(), POLLIN, 0};
    if (left.count() <= 0 || poll(&descriptor, 1, static_cast<int>(left.count())) == 0) {
      status =
          DeadlineExceeded("gave no answer within {}", absl::FormatDuration(program.time_limit));
      break;
    }
    char buffer[4096];
    const ssize_t got = read(output.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer, static_cast<size_t>(got));
    if (text.size() > kLongestAnswer) status = ResourceExhausted("printed more than 1 MiB");
  }
  if (!status.ok()) kill(-pid, SIGKILL);
  int ending = 0;
  while (waitpid(pid, &ending, 0) < 0 && errno == EINTR) {
  }
  RETURN_IF_ERROR(status);
  if (!WIFEXITED(ending) || WEXITSTATUS(ending) != 0) {
    return Unavailable("{}", WIFEXITED(ending)
                                 ? fmt::format("exited with status {}", WEXITSTATUS(ending))
                                 : fmt::format("was ended by signal {}", WTERMSIG(ending)));
  }
  return text;
}

struct Credential {
  Login login;
  Time expires = absl::InfiniteFuture();
};

StatusOr<Credential> ReadCredential(const std::string& text, const LoginProgram& program,
                                    const Login& fixed) {
  const json answer = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object() || answer.value("kind", json()) != "ExecCredential") {
    return FailedPrecondition("printed no ExecCredential");
  }
  const json version = answer.value("apiVersion", json());
  if (version != program.api_version) {
    return FailedPrecondition("answered as {}, and apiVersion {} was asked for", version.dump(),
                              program.api_version);
  }
  const json status = answer.value("status", json::object());
  const auto field = [&](const char* name) {
    const json value = status.is_object() ? status.value(name, json()) : json();
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  Credential credential{fixed};
  credential.login.token = field("token");
  const std::string certificate = field("clientCertificateData"), key = field("clientKeyData");
  if (certificate.empty() != key.empty()) {
    return FailedPrecondition("gave one of clientCertificateData and clientKeyData alone");
  }
  if (!certificate.empty()) {
    credential.login.certificate = certificate;
    credential.login.key = key;
  }
  if (credential.login.token.empty() && certificate.empty()) {
    return FailedPrecondition("gave neither a token nor a certificate");
  }
  const std::string expires = field("expirationTimestamp");
  if (!expires.empty() && !ParseTime(expires, &credential.expires)) {
    return FailedPrecondition("gave the expirationTimestamp \"{}\", which is no time", expires);
  }
  return credential;
}

class ProgramLogin final : public LoginSource {
 public:
  ProgramLogin(LoginProgram program, Login fixed, const Clock& clock)
      : program_(std::move(program)), fixed_(std::move(fixed)), clock_(clock) {}

  StatusOr<Login> Get() override {
    // Held while the program runs: all others want its answer, too.
    absl::MutexLock lock(&mutex_);
    if (known_ && clock_.Now() < known_->expires) return known_->login;
    known_.reset();
    auto credential = Ask();
    if (!credential.ok()) {
      return WithContext(credential.status(),
                         fmt::format("the login program {}", program_.arguments[0]));
    }
    known_ = *std::move(credential);
    return known_->login;
  }

  void Refused(const Login& login) override {
    absl::MutexLock lock(&mutex_);
    // Another thread may have a new one by now.
    if (known_ && known_->login == login) known_.reset();
  }

 private:
  StatusOr<Credential> Ask() const {
    json info = {{"apiVersion", program_.api_version},
                 {"kind", "ExecCredential"},
                 {"spec", {{"interactive", false}}}};
    if (!program_.cluster.empty()) info["spec"]["cluster"] = json::parse(program_.cluster);
    auto environment = program_.environment;
    environment["KUBERNETES_EXEC_INFO"] = info.dump();
    SpawnRequest request;
    request.arguments = program_.arguments;
    request.environment = EnvironmentWith(environment);
    const auto text = OutputOf(program_, request);
    if (text.status().code() == StatusCode::kNotFound && !program_.install_hint.empty()) {
      return NotFound("{}; {}", Message(text.status()), program_.install_hint);
    }
    RETURN_IF_ERROR(text.status());
    return ReadCredential(*text, program_, fixed_);
  }

  const LoginProgram program_;
  const Login fixed_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::optional<Credential> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<LoginSource> MakeProgramLogin(LoginProgram program, Login fixed,
                                              const Clock& clock) {
  return std::make_shared<ProgramLogin>(std::move(program), std::move(fixed), clock);
}

}  // namespace qalam::kubernetes
