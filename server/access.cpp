#include "server/access.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "api/grpc_status.h"
#include "base/files.h"
#include "server/identity/bearer.h"

namespace qalam {

namespace {

constexpr size_t kShortestToken = 16;
constexpr size_t kLongestToken = 4096;
constexpr size_t kMostPemBytes = 1 << 20;
std::string_view Find(const grpc::AuthMetadataProcessor::InputMetadata& metadata,
                      const char* name) {
  const auto entry = metadata.find(name);
  if (entry == metadata.end()) return {};
  return {entry->second.data(), entry->second.size()};
}

// Before any handler sees the call, whatever its service is. What the call is about is not known
// yet: that is for the service's guard, which identifies the caller once more.
class CallCheck final : public grpc::AuthMetadataProcessor {
 public:
  explicit CallCheck(Authority& authority) : authority_(authority) {}
  // Some tokens are another server's to verify.
  bool IsBlocking() const override { return true; }
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext*, OutputMetadata*,
                       OutputMetadata*) override {
    return ToGrpc(Check(metadata));
  }

 private:
  Status Check(const InputMetadata& metadata) {
    const std::string_view call = Find(metadata, ":path");
    const CallRight* right = FindRight(call);
    if (right != nullptr && right->reach == Reach::kOpen) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto identity,
                     authority_.Identify(BearerOf(Find(metadata, "authorization")), kSharedSource));
    RETURN_IF_ERROR(authority_.CountCall(*identity));
    if (right == nullptr) return Unimplemented("there is no call {}", call.substr(0, 200));
    // The guard refuses those that are audited, and writes it down.
    return right->is_audited ? absl::OkStatus() : Authority::CheckCall(*identity, *right);
  }

  Authority& authority_;
};

StatusOr<std::string> ReadPem(const std::string& path) {
  ASSIGN_OR_RETURN(auto text, ReadFile(path, kMostPemBytes));
  if (text.find("-----BEGIN ") != std::string::npos) return text;
  return InvalidArgument("{} is not in PEM form; it should begin with -----BEGIN", path);
}

// gRPC would find it out at the first connection, and tell nobody.
Status CheckKeyPair(const std::string& certificate, const std::string& key) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                                  SSL_CTX_free);
  const bool fits =
      context != nullptr &&
      SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) == 1 &&
      SSL_CTX_check_private_key(context.get()) == 1;
  ERR_clear_error();
  if (fits) return absl::OkStatus();
  return InvalidArgument("the certificate {} and the key {} are not a pair", certificate, key);
}

std::shared_ptr<grpc::ServerCredentials> TlsCredentials(const AccessOptions& options) {
  namespace tls = grpc::experimental;
  tls::TlsServerCredentialsOptions how(std::make_shared<tls::FileWatcherCertificateProvider>(
      options.tls_key, options.tls_certificate, options.tls_client_ca, kCertificatePauseSeconds));
  how.watch_identity_key_cert_pairs();
  if (!options.tls_client_ca.empty()) {
    how.watch_root_certs();
    how.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  // A client has no name to check.
  how.set_certificate_verifier(std::make_shared<tls::NoOpCertificateVerifier>());
  how.set_check_call_host(false);
  return tls::TlsServerCredentials(how);
}

}  // namespace

StatusOr<std::string> ReadTokenFile(const std::string& path) {
  struct stat state;
  if (stat(path.c_str(), &state) != 0) {
    return ErrnoStatus(errno, fmt::format("cannot read the token file {}", path));
  }
  if ((state.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
    return PermissionDenied("the token file {} can be read or written by others; say chmod 600 {}",
                            path, path);
  }
  ASSIGN_OR_RETURN(auto token, ReadFile(path, kLongestToken + 2));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  const bool printable =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (token.size() < kShortestToken || token.size() > kLongestToken || !printable) {
    return InvalidArgument(
        "the token file {} should hold {} to {} printable characters without spaces, e.g. the "
        "output of: openssl rand -hex 32",
        path, kShortestToken, kLongestToken);
  }
  return token;
}

bool IsLoopback(const std::string& address) {
  return address.starts_with("unix:") || address.starts_with("127.") ||
         address.starts_with("localhost:") || address.starts_with("[::1]:");
}

bool IsWildcard(const std::string& address) {
  return address.starts_with("0.0.0.0:") || address.starts_with("[::]:");
}

Status CheckAccess(const AccessOptions& options) {
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    return InvalidArgument("a TLS certificate and its key belong together; only {} is given",
                           options.tls_key.empty() ? "the certificate" : "the key");
  }
  if (!options.tls_client_ca.empty() && options.tls_key.empty()) {
    return InvalidArgument(
        "callers show certificates over TLS alone; give --tls-certificate and --tls-key too");
  }
  for (const auto& path : {options.tls_certificate, options.tls_key, options.tls_client_ca}) {
    if (!path.empty()) RETURN_IF_ERROR(ReadPem(path).status());
  }
  if (options.tls_key.empty()) return absl::OkStatus();
  return CheckKeyPair(options.tls_certificate, options.tls_key);
}

Status CheckAddress(const std::string& address, const AccessOptions& options) {
  if (IsLoopback(address)) return absl::OkStatus();
  const bool has_token = options.WantsToken(), has_tls = !options.tls_certificate.empty();
  if (has_token && has_tls) return absl::OkStatus();
  if (has_token) {
    return InvalidArgument(
        "{} can be reached from other machines, and the token would travel there for everybody to "
        "read; give --tls-certificate and --tls-key too, or listen on 127.0.0.1",
        address);
  }
  if (options.allow_remote) return absl::OkStatus();
  return InvalidArgument(
      "{} can be reached from other machines, where anybody could run programs on this one; give "
      "--token-file, --tls-certificate and --tls-key, listen on 127.0.0.1, or say --insecure",
      address);
}

StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentialsFor(
    const std::string& address, const AccessOptions& options, Authority& authority) {
  const bool is_socket_file = address.starts_with("unix:");
  std::shared_ptr<grpc::ServerCredentials> credentials;
  if (!options.tls_certificate.empty() && !is_socket_file) {
    credentials = TlsCredentials(options);
  } else if (!options.WantsToken()) {
    return grpc::InsecureServerCredentials();
  } else {
    // Nothing on the wire tells it from an insecure one, so that any client can connect; only
    // these can check what a call carries.
    credentials = grpc::experimental::LocalServerCredentials(is_socket_file ? UDS : LOCAL_TCP);
  }
  if (options.WantsToken()) {
    credentials->SetAuthMetadataProcessor(std::make_shared<CallCheck>(authority));
  }
  return credentials;
}

Status CheckPeerAddress(const std::string& address, const AccessOptions& options) {
  RETURN_IF_ERROR(CheckAccess(options));
  if (IsLoopback(address) || options.allow_remote || !options.tls_client_ca.empty()) {
    return absl::OkStatus();
  }
  return InvalidArgument(
      "{} can be reached from other machines; give --tls-certificate, --tls-key and "
      "--tls-client-ca, listen on 127.0.0.1, or say --insecure",
      address);
}

StatusOr<std::shared_ptr<grpc::ServerCredentials>> PeerCredentialsFor(
    const AccessOptions& options) {
  RETURN_IF_ERROR(CheckAccess(options));
  if (options.tls_key.empty()) return nullptr;
  return TlsCredentials(options);
}

Status CheckClientTls(const ClientTls& tls) {
  if (tls.certificate.empty() != tls.key.empty()) {
    return InvalidArgument(
        "a client's TLS certificate and its key belong together; only {} is given",
        tls.key.empty() ? "the certificate" : "the key");
  }
  if (!tls.key.empty() && tls.ca.empty()) {
    return InvalidArgument("a client's certificate is shown over TLS alone; give the CA too");
  }
  return absl::OkStatus();
}

StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentialsFor(const ClientTls& tls) {
  RETURN_IF_ERROR(CheckClientTls(tls));
  if (tls.ca.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions ssl;
  ASSIGN_OR_RETURN(ssl.pem_root_certs, ReadPem(tls.ca));
  if (!tls.key.empty()) {
    ASSIGN_OR_RETURN(ssl.pem_cert_chain, ReadPem(tls.certificate));
    ASSIGN_OR_RETURN(ssl.pem_private_key, ReadPem(tls.key));
  }
  return grpc::SslCredentials(ssl);
}

}  // namespace qalam
