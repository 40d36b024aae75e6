// The web UI and the HTTP API on one port.
#pragma once

#include <memory>
#include <string>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/status.h"
#include "controller/operators/operator.h"
#include "db/store.h"
#include "server/activity.h"
#include "server/change_log.h"

namespace qalam::http {

struct HttpServerOptions {
  std::string address;  // "127.0.0.1:6790", "[::1]:0"; port 0 takes a free one
  // Where the port is taken, a free one is as good.
  bool any_port_if_taken = false;
  std::string token;  // what the API wants to see, see gate.h; empty: nothing
  // Shown by /info.
  std::string operator_name;
  std::string database_path;
  int workers = 0;
};

class HttpServer {
 public:
  // `store` must be the one whose changes are in `changes`, and nobody else may write to it. The
  // references must outlive the server. INVALID_ARGUMENT for an address that is none, UNAVAILABLE
  // when it is in use.
  static StatusOr<std::unique_ptr<HttpServer>> Start(
      const HttpServerOptions& options, std::unique_ptr<v1::ExperimentService::Stub> service,
      Store& store, ChangeLog& changes, Activity& activity, TrialOperator& trial_operator,
      const Clock& clock);
  virtual ~HttpServer() = default;

  // "http://127.0.0.1:6790", with the port as bound.
  virtual const std::string& url() const = 0;
  // Ends the event streams and waits for requests in flight. Idempotent.
  virtual void Stop() = 0;
};

}  // namespace qalam::http
