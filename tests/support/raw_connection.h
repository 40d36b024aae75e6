#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

namespace qalam {

// A plain socket to a server of this machine, for what no client would send.
class RawConnection {
 public:
  explicit RawConnection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;
  ~RawConnection() { close(socket_); }

  // False once the server has closed the connection.
  bool Send(const std::string& text) const {
    for (size_t sent = 0; sent < text.size();) {
      const ssize_t count = send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count < 0) return false;
      sent += static_cast<size_t>(count);
    }
    return true;
  }
  // What has come by then; empty when the server has closed the connection, or nothing came.
  std::string Read(int milliseconds) const {
    pollfd readable = {.fd = socket_, .events = POLLIN, .revents = 0};
    char buffer[4096];
    if (poll(&readable, 1, milliseconds) <= 0) return "";
    const ssize_t count = recv(socket_, buffer, sizeof(buffer), 0);
    return count > 0 ? std::string(buffer, static_cast<size_t>(count)) : "";
  }
  int get() const { return socket_; }
  std::string ReadToEnd() const {
    std::string text;
    char buffer[4096];
    ssize_t count;
    while ((count = recv(socket_, buffer, sizeof(buffer), 0)) > 0)
      text.append(buffer, static_cast<size_t>(count));
    return text;
  }

 private:
  const int socket_;
};

}  // namespace qalam
