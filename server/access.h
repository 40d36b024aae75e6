// Who may call a server, and how the calls travel.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "base/status.h"

namespace qalam {

struct AccessOptions {
  std::string token;            // what every call must carry; empty: none
  std::string tls_certificate;  // files in PEM form, both or neither
  std::string tls_key;
  bool allow_remote = false;  // addresses beyond this machine without both
};

// The content of a token file, without the line's end. INVALID_ARGUMENT, naming the file, when it
// is not 16 to 4096 printable characters without spaces; PERMISSION_DENIED when others than its
// owner and group can read it, or others than its owner can write it.
StatusOr<std::string> ReadTokenFile(const std::string& path);

// "127.0.0.1:80", "localhost:80", "[::1]:80" or "unix:PATH": only this machine can reach it.
bool IsLoopback(const std::string& address);

// Of the options as a whole, then of an address to listen on. INVALID_ARGUMENT says what is
// missing.
Status CheckAccess(const AccessOptions& options);
Status CheckAddress(const std::string& address, const AccessOptions& options);

// How `address` is served: with TLS where there is a certificate and it is no socket of a file,
// and, where there is a token, refusing with UNAUTHENTICATED every call without it but those of
// grpc.health.v1. The options must have passed the checks.
StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentialsFor(
    const std::string& address, const AccessOptions& options);

}  // namespace qalam
