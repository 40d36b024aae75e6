#include "controller/kubernetes/login_sources.h"

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "base/files.h"

namespace qalam::kubernetes {

namespace {

constexpr uint64_t kLongestToken = 1 << 20;
// Kubernetes renews a pod's token when it has a fifth of its time left, ten minutes at the least.
constexpr Duration kTokenReadAgain = absl::Minutes(1);

class FixedLogin final : public LoginSource {
 public:
  explicit FixedLogin(Login login) : login_(std::move(login)) {}
  StatusOr<Login> Get() override { return login_; }
  void Refused(const Login&) override {}

 private:
  const Login login_;
};

class TokenFileLogin final : public LoginSource {
 public:
  TokenFileLogin(std::string path, Login fixed, const Clock& clock)
      : path_(std::move(path)), clock_(clock), login_(std::move(fixed)) {}

  StatusOr<Login> Get() override {
    absl::MutexLock lock(&mutex_);
    const Time now = clock_.Now();
    if (now < read_again_) return login_;
    auto token = ReadFile(path_, kLongestToken);
    // The last one may be good for a while yet.
    if (!token.ok() && !login_.token.empty()) return login_;
    RETURN_IF_ERROR(token.status());
    while (!token->empty() && (token->back() == '\n' || token->back() == '\r')) token->pop_back();
    if (token->empty()) return FailedPrecondition("{} has no token", path_);
    login_.token = *std::move(token);
    read_again_ = now + kTokenReadAgain;
    return login_;
  }

  void Refused(const Login&) override {
    absl::MutexLock lock(&mutex_);
    read_again_ = absl::InfinitePast();
  }

 private:
  const std::string path_;
  const Clock& clock_;
  absl::Mutex mutex_;
  Login login_ ABSL_GUARDED_BY(mutex_);
  Time read_again_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace

std::shared_ptr<LoginSource> MakeFixedLogin(Login login) {
  return std::make_shared<FixedLogin>(std::move(login));
}

std::shared_ptr<LoginSource> MakeTokenFileLogin(std::string path, Login fixed, const Clock& clock) {
  return std::make_shared<TokenFileLogin>(std::move(path), std::move(fixed), clock);
}

}  // namespace qalam::kubernetes
