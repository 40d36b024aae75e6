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

}  // namespace

void BoundedServer::Serve(socket_t socket, Transport& transport) {
  ConnectionStream stream(socket, transport,
                          {.read_timeout = LengthOf(read_timeout_sec_, read_timeout_usec_),
                           .write_timeout = LengthOf(write_timeout_sec_, write_timeout_usec_),
                           .head_timeout = absl::Seconds(kMostHeadSeconds),
                           .body_timeout = absl::Seconds(kMostBodySeconds),
                           .most_head_bytes = kMostHeadBytes,
                           .most_headers = kMostHeaders,
                           .is_crowded = is_crowded_});
  const auto has_request = [&] {
    const Time deadline = absl::Now() + absl::Seconds(keep_alive_timeout_sec_);
    while (svr_sock_ != kNoSocket && absl::Now() < deadline) {
      if (stream.has_rest() || IsReady(socket, POLLIN, kStopPause)) return true;
      if (is_crowded_ != nullptr && *is_crowded_) return false;
    }
    return false;
  };
  for (size_t left = keep_alive_max_count_; left > 0 && has_request(); --left) {
    bool closed = false;
    stream.BeginRequest();
    const bool answered = process_request(stream, /*close_connection=*/left == 1, closed, nullptr);
    if (stream.is_head_too_large()) {
      transport.Write(head_refusal_.data(), head_refusal_.size(), absl::ZeroDuration());
    }
    if (!answered || closed || stream.is_head_too_large()) {
      transport.EndWriting();
      return DropRest(socket);
    }
  }
  transport.EndWriting();
}

void BoundedServer::DropRest(socket_t socket) const {
  constexpr size_t kMostDropped = 1 << 20;
  const Time deadline = absl::Now() + absl::Seconds(2);
  char dropped[16 << 10];
  size_t total = 0;
  while (total < kMostDropped && absl::Now() < deadline && svr_sock_ != kNoSocket) {
    if (!IsReady(socket, POLLIN, kStopPause)) {
      if (is_crowded_ != nullptr && *is_crowded_) return;
      continue;
    }
    const ssize_t got = recv(socket, dropped, sizeof(dropped), 0);
    if (got <= 0) return;
    total += static_cast<size_t>(got);
  }
}

bool BoundedServer::process_and_close_socket(socket_t socket) {
  const auto transport = certificate_ == nullptr
                             ? PlainTransport(socket)
                             : TlsTransport(socket, certificate_->Current(),
                                            LengthOf(read_timeout_sec_, read_timeout_usec_));
  if (transport != nullptr) Serve(socket, *transport);
  shutdown(socket, SHUT_RDWR);
  close(socket);
  return transport != nullptr;
}

}  // namespace qalam::http
