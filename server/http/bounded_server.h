#pragma once

#include <httplib.h>

#include <atomic>

#include "server/http/served_certificate.h"
#include "server/http/transport.h"

namespace qalam::http {

// httplib's server, which would keep a request's head of any length in memory, with bounds on it:
// beyond them the client gets a 431 and its connection is closed. A head that does not come to its
// end in time closes the connection without an answer.
class BoundedServer : public httplib::Server {
 public:
  static constexpr size_t kMostHeadBytes = 64 << 10;
  static constexpr size_t kMostHeaders = 100;
  static constexpr int kMostHeadSeconds = 30;
  static constexpr int kMostBodySeconds = 300;

  // What the client is sent beyond the bounds: a whole HTTP answer.
  void set_head_refusal(std::string answer) { head_refusal_ = std::move(answer); }
  // Serves with TLS; it must outlive the server. Null: without.
  void set_certificate(ServedCertificate* certificate) { certificate_ = certificate; }

  // True while connections wait to be let in: those that do nothing are closed then.
  void set_crowded(const std::atomic<bool>* is_crowded) { is_crowded_ = is_crowded; }

 private:
  bool process_and_close_socket(socket_t socket) override;

  void Serve(socket_t socket, Transport& transport);
  // Reads for a while what the client still sends after its answer: to close before would make its
  // system throw the answer away.
  void DropRest(socket_t socket) const;

  std::string head_refusal_;
  ServedCertificate* certificate_ = nullptr;
  const std::atomic<bool>* is_crowded_ = nullptr;
};

}  // namespace qalam::http
