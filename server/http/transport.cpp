#include "server/http/transport.h"

#include <absl/time/clock.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace qalam::http {

namespace {

class SocketTransport final : public Transport {
 public:
  explicit SocketTransport(int socket) : socket_(socket) {}

  ssize_t Read(char* data, size_t size, Duration timeout) override {
    if (!IsReady(socket_, POLLIN, timeout)) return -1;
    ssize_t got;
    do {
      got = recv(socket_, data, size, 0);
    } while (got < 0 && errno == EINTR);
    return got;
  }
  ssize_t Write(const char* data, size_t size, Duration timeout) override {
    if (!IsReady(socket_, POLLOUT, timeout)) return -1;
    ssize_t sent;
    do {
      sent = send(socket_, data, size, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent;
  }
  void EndWriting() override { shutdown(socket_, SHUT_WR); }

 private:
  const int socket_;
};

class SslTransport final : public Transport {
 public:
  SslTransport(int socket, std::shared_ptr<SSL_CTX> context)
      : socket_(socket), context_(std::move(context)), ssl_(SSL_new(context_.get()), SSL_free) {}

  bool Shake(Duration timeout) {
    // Every wait is poll's, with its bound.
    const int flags = fcntl(socket_, F_GETFL);
    if (ssl_ == nullptr || fcntl(socket_, F_SETFL, flags | O_NONBLOCK) != 0 ||
        SSL_set_fd(ssl_.get(), socket_) != 1) {
      return false;
    }
    return Repeat([this] { return SSL_accept(ssl_.get()); }, timeout) == 1;
  }
  ssize_t Read(char* data, size_t size, Duration timeout) override {
    const int most = static_cast<int>(std::min<size_t>(size, 1 << 30));
    return Repeat([&] { return SSL_read(ssl_.get(), data, most); }, timeout);
  }
  ssize_t Write(const char* data, size_t size, Duration timeout) override {
    const int most = static_cast<int>(std::min<size_t>(size, 1 << 30));
    return Repeat([&] { return SSL_write(ssl_.get(), data, most); }, timeout);
  }
  bool HasPending() const override { return SSL_has_pending(ssl_.get()) == 1; }
  void EndWriting() override {
    if (!failed_) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    shutdown(socket_, SHUT_WR);
  }

 private:
  template <typename Attempt>
  int Repeat(const Attempt& attempt, Duration timeout) {
    const Time deadline = absl::Now() + timeout;
    while (true) {
      // What another connection of this thread has left would be taken for this one's.
      ERR_clear_error();
      const int result = attempt();
      if (result > 0) return result;
      const int error = SSL_get_error(ssl_.get(), result);
      if (error == SSL_ERROR_ZERO_RETURN) return 0;
      const bool waits = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
      const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      if (waits && IsReady(socket_, events, deadline - absl::Now())) continue;
      failed_ = failed_ || !waits;
      ERR_clear_error();
      return -1;
    }
  }

  const int socket_;
  const std::shared_ptr<SSL_CTX> context_;
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  bool failed_ = false;  // SSL_shutdown is not for such
};

}  // namespace

bool IsReady(int socket, short events, Duration timeout) {
  const Time deadline = absl::Now() + timeout;
  while (true) {
    pollfd one = {.fd = socket, .events = events, .revents = 0};
    const Duration left = std::max(deadline - absl::Now(), absl::ZeroDuration());
    const int ready = poll(&one, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

std::unique_ptr<Transport> PlainTransport(int socket) {
  return std::make_unique<SocketTransport>(socket);
}

std::unique_ptr<Transport> TlsTransport(int socket, std::shared_ptr<SSL_CTX> context,
                                        Duration timeout) {
  auto transport = std::make_unique<SslTransport>(socket, std::move(context));
  if (!transport->Shake(timeout)) return nullptr;
  return transport;
}

}  // namespace qalam::http
