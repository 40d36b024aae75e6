#include "server/http/connection_stream.h"

#include <absl/time/clock.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace qalam::http {

bool IsReady(socket_t socket, short events, Duration timeout) {
  const Time deadline = absl::Now() + timeout;
  while (true) {
    pollfd one = {.fd = socket, .events = events, .revents = 0};
    const Duration left = std::max(deadline - absl::Now(), absl::ZeroDuration());
    const int ready = poll(&one, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

void ConnectionStream::BeginRequest() {
  in_head_ = true;
  head_bytes_ = head_lines_ = line_bytes_ = 0;
  head_deadline_ = absl::Now() + limits_.head_timeout;
}

bool ConnectionStream::is_readable() const {
  return has_rest() || IsReady(socket_, POLLIN, limits_.read_timeout);
}

bool ConnectionStream::is_writable() const {
  if (!IsReady(socket_, POLLOUT, limits_.write_timeout)) return false;
  char next;
  const ssize_t got = recv(socket_, &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

bool ConnectionStream::Fill() {
  Duration timeout = limits_.read_timeout;
  if (in_head_) timeout = std::min(timeout, head_deadline_ - absl::Now());
  if (timeout <= absl::ZeroDuration() || !IsReady(socket_, POLLIN, timeout)) return false;
  ssize_t got;
  do {
    got = recv(socket_, buffer_.data(), buffer_.size(), 0);
  } while (got < 0 && errno == EINTR);
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
  if (!has_rest() && !Fill()) return -1;
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
  if (!IsReady(socket_, POLLOUT, limits_.write_timeout)) return -1;
  ssize_t sent;
  do {
    sent = send(socket_, data, size, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

}  // namespace qalam::http
