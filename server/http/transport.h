#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <memory>

#include "base/clock.h"

namespace qalam::http {

// How the bytes of a connection travel. Of one thread.
class Transport {
 public:
  virtual ~Transport() = default;
  // Waits for at most `timeout`. -1 after that and on every error, 0 at the end.
  virtual ssize_t Read(char* data, size_t size, Duration timeout) = 0;
  virtual ssize_t Write(const char* data, size_t size, Duration timeout) = 0;
  // Something can be read that the socket no longer has.
  virtual bool HasPending() const { return false; }
  // Says that nothing more will be written.
  virtual void EndWriting() = 0;
};

// Over the socket as it is. It must outlive the transport, as for the next.
std::unique_ptr<Transport> PlainTransport(int socket);
// Over TLS: null when no handshake has come to its end within `timeout`.
std::unique_ptr<Transport> TlsTransport(int socket, std::shared_ptr<SSL_CTX> context,
                                        Duration timeout);

// Whether the socket is ready for `events` of poll(2) by then.
bool IsReady(int socket, short events, Duration timeout);

}  // namespace qalam::http
