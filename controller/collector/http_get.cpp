#include "controller/collector/http_get.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include "controller/collector/socket_address.h"

namespace qalam::collector {

namespace {

// Far above any program's metrics, and small beside a trial.
constexpr size_t kLargestAnswer = 4 << 20;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

int StartConnecting(const Endpoint& endpoint, FileDescriptor& socket_of) {
  const auto address = SocketAddress::Of(endpoint.host, endpoint.port);
  if (!address) return EADDRNOTAVAIL;
  socket_of =
      FileDescriptor(socket(address->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_of.valid()) return errno;
  const bool begun = connect(socket_of.get(), address->get(), address->size()) == 0;
  return begun || errno == EINPROGRESS ? 0 : errno;
}

// The value of a header in the head's lines; empty when there is none.
std::string_view HeaderOf(std::string_view head, std::string_view name) {
  for (size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const std::string_view line = head.substr(at, head.find("\r\n", at) - at);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    const size_t begin = std::min(line.find_first_not_of(" \t", name.size() + 1), line.size());
    return line.substr(begin);
  }
  return {};
}

}  // namespace

HttpGet::HttpGet(const Endpoint& endpoint) {
  const bool is_six = endpoint.host.find(':') != std::string::npos;
  request_ =
      fmt::format("GET {} HTTP/1.0\r\nHost: {}{}{}:{}\r\nAccept: text/plain\r\n", endpoint.path,
                  is_six ? "[" : "", endpoint.host, is_six ? "]" : "", endpoint.port);
  for (const auto& [name, value] : endpoint.headers) {
    request_ += fmt::format("{}: {}\r\n", name, value);
  }
  request_ += "Connection: close\r\n\r\n";
  const int error = StartConnecting(endpoint, socket_);
  if (error != 0) {
    is_absent_ = true;
    Fail(strerror(error));
  }
}

short HttpGet::events() const { return state_ == State::kReceiving ? POLLIN : POLLOUT; }

bool HttpGet::Fail(std::string error) {
  error_ = std::move(error);
  state_ = State::kEnded;
  socket_.Close();
  return false;
}

bool HttpGet::Advance() {
  if (state_ == State::kConnecting && !FinishConnecting()) return state_ != State::kEnded;
  if (state_ == State::kSending && !Send()) return state_ != State::kEnded;
  if (state_ == State::kReceiving) return Receive();
  return false;
}

bool HttpGet::FinishConnecting() {
  pollfd writable{socket_.get(), POLLOUT, 0};
  if (poll(&writable, 1, 0) == 0) return false;
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    is_absent_ = true;
    return Fail(strerror(error));
  }
  state_ = State::kSending;
  return true;
}

// True once all is sent.
bool HttpGet::Send() {
  const ssize_t sent = send(socket_.get(), request_.data(), request_.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return Fail(strerror(errno));
  request_.erase(0, std::max<ssize_t>(sent, 0));
  if (!request_.empty()) return false;
  state_ = State::kReceiving;
  return true;
}

bool HttpGet::Receive() {
  char buffer[64 << 10];
  while (true) {
    const ssize_t got = recv(socket_.get(), buffer, sizeof(buffer), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return true;
    if (got < 0) return Fail(strerror(errno));
    answer_.append(buffer, got);
    if (answer_.size() > kLargestAnswer) {
      return Fail(fmt::format("its answer is larger than {} bytes", kLargestAnswer));
    }
    if (got == 0 || IsWhole()) return TakeAnswer();
  }
}

bool HttpGet::IsWhole() const {
  const size_t head_end = answer_.find(kHeadEnd);
  if (head_end == std::string::npos) return false;
  const auto text = HeaderOf(std::string_view(answer_).substr(0, head_end), "Content-Length");
  size_t length = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), length);
  return parsed.ec == std::errc() && answer_.size() - head_end - kHeadEnd.size() >= length;
}

// Leaves the content alone in `answer_`.
bool HttpGet::TakeAnswer() {
  const size_t head_end = answer_.find(kHeadEnd);
  if (head_end == std::string::npos || !answer_.starts_with("HTTP/1.")) {
    return Fail("its answer is no HTTP");
  }
  const std::string_view head = std::string_view(answer_).substr(0, head_end);
  const std::string_view line = head.substr(0, head.find("\r\n"));
  if (line.size() < 12 || line.substr(9, 3) != "200") {
    return Fail(fmt::format("it answers {}", line.substr(std::min<size_t>(9, line.size()), 100)));
  }
  if (!HeaderOf(head, "Transfer-Encoding").empty()) {
    return Fail("it answers in chunks, which HTTP/1.0 does not have");
  }
  answer_.erase(0, head_end + kHeadEnd.size());
  state_ = State::kEnded;
  socket_.Close();
  return false;
}

}  // namespace qalam::collector
