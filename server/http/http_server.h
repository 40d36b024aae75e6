// The web UI and the HTTP API on one port.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/status.h"
#include "controller/operators/operator.h"
#include "db/store.h"
#include "server/activity.h"
#include "server/change_log.h"
#include "server/identity/authority.h"
#include "server/telemetry/health.h"
#include "server/telemetry/telemetry.h"

namespace qalam::http {

struct HttpServerOptions {
  std::string address;  // "127.0.0.1:6790", "[::1]:0"; port 0 takes a free one
  // Where the port is taken, a free one is as good.
  bool any_port_if_taken = false;
  std::string tls_certificate, tls_key;  // PEM files; empty: without TLS
  std::string tls_client_ca;             // whose certificates clients must show; empty: none
  bool is_insecure = false;              // said in the UI: anybody may do everything
  // Shown by /info.
  std::string operator_name;
  std::string database_path;
  int workers = 0;
};

// What it serves. All must outlive it.
struct HttpServed {
  Store& store;
  ChangeLog& changes;
  Activity& activity;
  TrialOperator& trial_operator;
  Authority& authority;
  const Clock& clock;
  Telemetry& telemetry;
  const Health& health;
  const Controller* controller = nullptr;            // null where none runs
  std::function<StatusOr<int64_t>()> database_size;  // in bytes
};

class HttpServer {
 public:
  // The store must be the one whose changes are in the log, those of other servers too.
  // INVALID_ARGUMENT for an address that is none, UNAVAILABLE when it is in use.
  static StatusOr<std::unique_ptr<HttpServer>> Start(
      const HttpServerOptions& options, std::unique_ptr<v1::ExperimentService::Stub> service,
      const HttpServed& served);
  virtual ~HttpServer() = default;

  // "http://127.0.0.1:6790", or https, with the port as bound.
  virtual const std::string& url() const = 0;
  // Ends the event streams and waits for requests in flight. Idempotent.
  virtual void Stop() = 0;
};

}  // namespace qalam::http
