#pragma once

#include <httplib.h>

namespace qalam::http {

// httplib's server, which would keep a request's head of any length in memory, with bounds on it:
// beyond them the client gets a 431 and its connection is closed. A head that does not come to its
// end in time closes the connection without an answer.
class BoundedServer : public httplib::Server {
 public:
  static constexpr size_t kMostHeadBytes = 64 << 10;
  static constexpr size_t kMostHeaders = 100;
  static constexpr int kMostHeadSeconds = 30;

  // What the client is sent beyond the bounds: a whole HTTP answer.
  void set_head_refusal(std::string answer) { head_refusal_ = std::move(answer); }

 private:
  bool process_and_close_socket(socket_t socket) override;

  std::string head_refusal_;
};

}  // namespace qalam::http
