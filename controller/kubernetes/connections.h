// HTTP requests to one server, over connections that are kept.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "controller/kubernetes/cancellation.h"
#include "controller/kubernetes/cluster_access.h"

namespace qalam::kubernetes {

struct ConnectionOptions {
  Duration connect_time = absl::Seconds(5);  // for the connection, and again for TLS
  Duration read_time = absl::Seconds(15);    // between two bytes of an answer
  size_t largest_answer = 64 << 20;
  size_t most_idle = 16;  // connections that are kept for the next request
};

struct HttpRequest {
  std::string method = "GET";
  std::string target;  // path and query, encoded
  std::string body;
  std::string content_type;
  Duration read_time = absl::ZeroDuration();  // zero: that of the options
  // Of a good answer: called once it has begun, before its body is there; may be null.
  std::function<void()> began;
  // Of a good answer: takes its body piece by piece instead of HttpAnswer; false ends the request,
  // which is then kCancelled.
  std::function<bool(std::string_view)> receive;
};

struct HttpAnswer {
  int status = 0;
  std::string body;
  std::string retry_after;  // that header
};

// Thread-safe.
class Connections {
 public:
  // INVALID_ARGUMENT when the access is none that a connection can be made with.
  static StatusOr<std::unique_ptr<Connections>> Create(ClusterAccess access,
                                                       ConnectionOptions options);
  ~Connections();

  const ClusterAccess& access() const { return access_; }
  // One request and its answer, whatever that is. UNAVAILABLE, and CANCELLED, when there was none;
  // FAILED_PRECONDITION when the server may not be trusted, or there is no login to show it.
  // `cancellation` may be null.
  StatusOr<HttpAnswer> Send(const HttpRequest& request, Cancellation* cancellation);

 private:
  class Connection;

  Connections(ClusterAccess access, ConnectionOptions options);
  StatusOr<std::unique_ptr<Connection>> Take(const Login& login);
  void GiveBack(std::unique_ptr<Connection> connection);

  const ClusterAccess access_;
  const ConnectionOptions options_;
  bool tls_ = true;
  std::string host_;
  int port_ = 443;
  std::string prefix_;  // of every path
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam::kubernetes
