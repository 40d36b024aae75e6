// Whatever bytes come over a connection: the server answers or closes, and answers the next.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files.h"
#include "tests/fuzz/served_fuzz.h"

namespace {

int Connect() {
  static const int port = [] {
    const std::string url = qalam::FuzzedServer().http_url();
    return std::stoi(url.substr(url.rfind(':') + 1));
  }();
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  FUZZ_CHECK(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  return fd;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const qalam::FileDescriptor connection(Connect());
  size_t sent = 0;
  while (sent < size) {
    const ssize_t now = send(connection.get(), data + sent, size - sent, MSG_NOSIGNAL);
    if (now <= 0) break;
    sent += static_cast<size_t>(now);
  }
  shutdown(connection.get(), SHUT_WR);
  // A stream of events would go on for ever.
  constexpr int kMostReads = 64, kPatienceMilliseconds = 50;
  char buffer[16 << 10];
  for (int i = 0; i < kMostReads; ++i) {
    pollfd readable{.fd = connection.get(), .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, kPatienceMilliseconds) <= 0) break;
    if (recv(connection.get(), buffer, sizeof(buffer), 0) <= 0) break;
  }
  return 0;
}
