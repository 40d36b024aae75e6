#pragma once

#include <absl/time/time.h>
#include <httplib.h>

#include <array>
#include <atomic>

#include "base/clock.h"
#include "server/http/transport.h"

namespace qalam::http {

struct ConnectionLimits {
  Duration read_timeout, write_timeout;
  Duration head_timeout;  // for a request's whole head
  Duration body_timeout;  // for all of its body
  size_t most_head_bytes;
  size_t most_headers;
  // Whether others wait for this one to end; null: never. Then it is given little time.
  const std::atomic<bool>* is_crowded = nullptr;
};

// A connection's socket, as httplib reads and writes it, which bounds the head of each request.
class ConnectionStream final : public httplib::Stream {
 public:
  // The transport, over the socket, must outlive it.
  ConnectionStream(socket_t socket, Transport& transport, const ConnectionLimits& limits)
      : socket_(socket), transport_(transport), limits_(limits) {}

  // What is read next is a request's head.
  void BeginRequest();
  // The head was beyond its bounds: nothing more of it is read, and nothing written.
  bool is_head_too_large() const { return is_head_too_large_; }
  // Something has come that was not read yet.
  bool has_rest() const { return begin_ < end_ || transport_.HasPending(); }

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* data, size_t size) override;
  ssize_t write(const char* data, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  // Of no use to Qalam.
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  bool Fill();
  // Whether the socket gets ready within the time, or within less while others wait.
  bool Await(short events, Duration timeout) const;
  bool is_crowded() const { return limits_.is_crowded != nullptr && *limits_.is_crowded; }
  // False beyond the bounds.
  bool CountHead(const char* data, size_t size);

  const socket_t socket_;
  Transport& transport_;
  const ConnectionLimits limits_;
  std::array<char, 16 << 10> buffer_;
  size_t begin_ = 0, end_ = 0;  // of what is unread in the buffer
  bool in_head_ = false;
  bool is_head_too_large_ = false;
  size_t head_bytes_ = 0, head_lines_ = 0, line_bytes_ = 0;
  char last_ = 0;
  Time request_began_;
};

}  // namespace qalam::http
