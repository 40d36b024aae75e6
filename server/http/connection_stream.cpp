#include "server/http/connection_stream.h"

#include <absl/time/clock.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace qalam::http {

namespace {

// What a client may take for anything while others wait to be let in.
constexpr Duration kCrowdedPatience = absl::Seconds(2);

}  // namespace

void ConnectionStream::BeginRequest() {
  in_head_ = true;
  head_bytes_ = head_lines_ = line_bytes_ = 0;
  request_began_ = absl::Now();
}

bool ConnectionStream::Await(short events, Duration timeout) const {
  // How soon it is noticed that others wait.
  constexpr Duration kSlice = absl::Milliseconds(500);
  const Time begin = absl::Now();
  while (true) {
    const Duration patience = is_crowded() ? std::min(timeout, kCrowdedPatience) : timeout;
    const Duration left = begin + patience - absl::Now();
    if (IsReady(socket_, events, std::clamp(left, absl::ZeroDuration(), kSlice))) return true;
    if (left <= kSlice) return false;
  }
}

bool ConnectionStream::is_readable() const {
  return has_rest() || Await(POLLIN, limits_.read_timeout);
}

bool ConnectionStream::is_writable() const {
  if (!Await(POLLOUT, limits_.write_timeout)) return false;
  char next;
  const ssize_t got = recv(socket_, &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

bool ConnectionStream::Fill() {
  // A byte now and then would hold the connection for as long as its sender likes.
  Duration whole = in_head_ ? limits_.head_timeout : limits_.body_timeout;
  if (is_crowded()) whole = std::min(whole, in_head_ ? kCrowdedPatience : 5 * kCrowdedPatience);
  const Duration timeout = std::min(limits_.read_timeout, request_began_ + whole - absl::Now());
  if (timeout <= absl::ZeroDuration()) return false;
  if (!transport_.HasPending() && !Await(POLLIN, timeout)) return false;
  const ssize_t got = transport_.Read(buffer_.data(), buffer_.size(), timeout);
  if (got <= 0) return false;
  begin_ = 0;
  end_ = static_cast<size_t>(got);
  return true;
}

bool ConnectionStream::CountHead(const char* data, size_t size) {
  for (size_t i = 0; i < size && in_head_; ++i) {
    ++head_bytes_;
    ++line_bytes_;
    if (data[i] == '\n') {
      // The line that ends it, by httplib's reading: a bare "\n" does not.
      if (line_bytes_ == 2 && last_ == '\r') in_head_ = false;
      ++head_lines_;
      line_bytes_ = 0;
    }
    last_ = data[i];
  }
  // The lines are the request's own, and one for each header.
  return head_bytes_ <= limits_.most_head_bytes && head_lines_ <= limits_.most_headers + 2;
}

ssize_t ConnectionStream::read(char* data, size_t size) {
  if (is_head_too_large_) return -1;
  if (begin_ == end_ && !Fill()) return -1;
  const size_t count = std::min(size, end_ - begin_);
  if (in_head_ && !CountHead(buffer_.data() + begin_, count)) {
    is_head_too_large_ = true;
    return -1;
  }
  std::memcpy(data, buffer_.data() + begin_, count);
  begin_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t ConnectionStream::write(const char* data, size_t size) {
  // httplib tells of every head that breaks off that it is no request; this one has its own answer.
  if (is_head_too_large_) return static_cast<ssize_t>(size);
  if (!Await(POLLOUT, limits_.write_timeout)) return -1;
  return transport_.Write(data, size, limits_.write_timeout);
}

void ConnectionStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  if (getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return;
  char host[NI_MAXHOST] = {}, service[NI_MAXSERV] = {};
  if (getnameinfo(reinterpret_cast<sockaddr*>(&peer), size, host, sizeof(host), service,
                  sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return;
  }
  ip = host;
  port = std::atoi(service);
}

}  // namespace qalam::http
