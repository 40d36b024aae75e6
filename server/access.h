// Who may call a server, and how the calls travel.
#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "base/status.h"
#include "server/identity/authority.h"

namespace qalam {

struct AccessOptions {
  std::string token;            // an admin's, of a file; empty: none
  bool require_token = false;   // tokens are wanted also where there is none of a file
  std::string tls_certificate;  // files in PEM form, both or neither
  std::string tls_key;
  std::string tls_client_ca;    // whose certificates callers must show, a PEM file; empty: none
  bool allow_remote = false;    // addresses beyond this machine without token and TLS
  double calls_per_second = 0;  // of each caller that shows a token; 0: no limit

  // Whether every call must carry a token.
  bool WantsToken() const { return require_token || !token.empty(); }
};

// The content of a token file, without the line's end. INVALID_ARGUMENT, naming the file, when it
// is not 16 to 4096 printable characters without spaces; PERMISSION_DENIED when others than its
// owner and group can read it, or others than its owner can write it.
StatusOr<std::string> ReadTokenFile(const std::string& path);

// "127.0.0.1:80", "localhost:80", "[::1]:80" or "unix:PATH": only this machine can reach it.
bool IsLoopback(const std::string& address);
// "0.0.0.0:80" or "[::]:80": to listen on, and not to be reached at.
bool IsWildcard(const std::string& address);

// Of the options as a whole, then of an address to listen on. INVALID_ARGUMENT says what is
// missing.
Status CheckAccess(const AccessOptions& options);
Status CheckAddress(const std::string& address, const AccessOptions& options);

// How `address` is served: with TLS where there is a certificate and it is no socket of a file,
// and, where tokens are wanted, refusing every call that `authority` does not allow before its
// message is read. Certificates that change are taken up within kCertificatePauseSeconds. The
// options must have passed the checks; `authority` must outlive the credentials.
StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentialsFor(
    const std::string& address, const AccessOptions& options, Authority& authority);
inline constexpr int kCertificatePauseSeconds = 2;

// Of a service that knows no tokens, such as that of suggestions: beyond this machine it is for
// those who show a certificate. The credentials are null where there is no TLS.
Status CheckPeerAddress(const std::string& address, const AccessOptions& options);
StatusOr<std::shared_ptr<grpc::ServerCredentials>> PeerCredentialsFor(const AccessOptions& options);

// How another server is reached: with TLS where there is a `ca`, showing the certificate, if any.
struct ClientTls {
  std::string ca, certificate, key;  // PEM files
};
Status CheckClientTls(const ClientTls& tls);
StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentialsFor(const ClientTls& tls);

}  // namespace qalam
