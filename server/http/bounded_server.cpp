#include "server/http/bounded_server.h"

#include <absl/time/clock.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/connection_stream.h"

namespace qalam::http {

namespace {

constexpr socket_t kNoSocket = -1;
// How often a connection that waits looks whether the server is to end.
constexpr Duration kStopPause = absl::Milliseconds(100);

Duration LengthOf(time_t seconds, time_t microseconds) {
  return absl::Seconds(seconds) + absl::Microseconds(microseconds);
}

// Sends the answer, and reads for a while what is still on its way: to close before would make the
// client's system throw the answer away.
void RefuseHead(socket_t socket, const std::string& answer) {
  constexpr size_t kMostDropped = 1 << 20;
  const Time deadline = absl::Now() + absl::Seconds(2);
  send(socket, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  shutdown(socket, SHUT_WR);
  char dropped[16 << 10];
  size_t total = 0;
  while (total < kMostDropped && absl::Now() < deadline) {
    if (!IsReady(socket, POLLIN, deadline - absl::Now())) break;
    const ssize_t got = recv(socket, dropped, sizeof(dropped), 0);
    if (got <= 0) break;
    total += static_cast<size_t>(got);
  }
}

}  // namespace

bool BoundedServer::process_and_close_socket(socket_t socket) {
  ConnectionStream stream(socket,
                          {.read_timeout = LengthOf(read_timeout_sec_, read_timeout_usec_),
                           .write_timeout = LengthOf(write_timeout_sec_, write_timeout_usec_),
                           .head_timeout = absl::Seconds(kMostHeadSeconds),
                           .most_head_bytes = kMostHeadBytes,
                           .most_headers = kMostHeaders});
  const auto has_request = [&] {
    const Time deadline = absl::Now() + absl::Seconds(keep_alive_timeout_sec_);
    while (svr_sock_ != kNoSocket && absl::Now() < deadline) {
      if (stream.has_rest() || IsReady(socket, POLLIN, kStopPause)) return true;
    }
    return false;
  };
  bool answered = false;
  for (size_t left = keep_alive_max_count_; left > 0 && has_request(); --left) {
    bool closed = false;
    stream.BeginRequest();
    answered = process_request(stream, /*close_connection=*/left == 1, closed, nullptr);
    if (stream.is_head_too_large()) RefuseHead(socket, head_refusal_);
    if (!answered || closed || stream.is_head_too_large()) break;
  }
  shutdown(socket, SHUT_RDWR);
  close(socket);
  return answered;
}

}  // namespace qalam::http
