#pragma once

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <type_traits>

#include "api/grpc_status.h"
#include "base/status.h"

namespace qalam {

// The end of a call that is answered later, from any thread.
class UnaryReactor final : public grpc::ServerUnaryReactor {
 public:
  // Before the call's handler has returned it.
  void OnGone(std::function<void()> gone) { gone_ = std::move(gone); }
  void OnCancel() override {
    if (gone_) gone_();
  }
  void OnDone() override { delete this; }

 private:
  std::function<void()> gone_;
};

// `begin(done)` begins the work, which calls `done(status)` once the reply is filled in. It may
// return what to call when the caller has gone before that.
template <typename Begin>
grpc::ServerUnaryReactor* Answer(const Begin& begin) {
  auto* const reactor = new UnaryReactor;
  const std::function<void(const Status&)> done = [reactor](const Status& status) {
    reactor->Finish(ToGrpc(status));
  };
  if constexpr (std::is_void_v<decltype(begin(done))>) {
    begin(done);
  } else {
    reactor->OnGone(begin(done));
  }
  return reactor;
}

}  // namespace qalam
