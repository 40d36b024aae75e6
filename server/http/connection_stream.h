#pragma once

#include <absl/time/time.h>
#include <httplib.h>

#include <array>

#include "base/clock.h"

namespace qalam::http {

struct ConnectionLimits {
  Duration read_timeout, write_timeout;
  Duration head_timeout;  // for a request's whole head
  size_t most_head_bytes;
  size_t most_headers;
};

// A connection's socket, as httplib reads and writes it, which bounds the head of each request.
class ConnectionStream final : public httplib::Stream {
 public:
  ConnectionStream(socket_t socket, const ConnectionLimits& limits)
      : socket_(socket), limits_(limits) {}

  // What is read next is a request's head.
  void BeginRequest();
  // The head was beyond its bounds: nothing more of it is read, and nothing written.
  bool is_head_too_large() const { return is_head_too_large_; }
  // Something has come that was not read yet.
  bool has_rest() const { return begin_ < end_; }

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* data, size_t size) override;
  ssize_t write(const char* data, size_t size) override;
  // Of no use to Qalam.
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  bool Fill();
  // False beyond the bounds.
  bool CountHead(const char* data, size_t size);

  const socket_t socket_;
  const ConnectionLimits limits_;
  std::array<char, 16 << 10> buffer_;
  size_t begin_ = 0, end_ = 0;  // of what is unread in the buffer
  bool in_head_ = false;
  bool is_head_too_large_ = false;
  size_t head_bytes_ = 0, head_lines_ = 0, line_bytes_ = 0;
  char last_ = 0;
  Time head_deadline_;
};

// Whether the socket is ready for `events` of poll(2) by then.
bool IsReady(socket_t socket, short events, Duration timeout);

}  // namespace qalam::http
