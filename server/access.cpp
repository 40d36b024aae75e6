#include "server/access.h"

#include <grpcpp/security/auth_metadata_processor.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/files.h"
#include "server/secret.h"

namespace qalam {

namespace {

constexpr size_t kShortestToken = 16;
constexpr size_t kLongestToken = 4096;
constexpr size_t kMostPemBytes = 1 << 20;
constexpr char kHealthService[] = "/grpc.health.v1.Health/";

std::string_view Find(const grpc::AuthMetadataProcessor::InputMetadata& metadata,
                      const char* name) {
  const auto entry = metadata.find(name);
  if (entry == metadata.end()) return {};
  return {entry->second.data(), entry->second.size()};
}

// Before any handler sees the call, whatever its service is.
class TokenCheck final : public grpc::AuthMetadataProcessor {
 public:
  explicit TokenCheck(const std::string& token) : expected_("Bearer " + token) {}
  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context,
                       OutputMetadata* consumed, OutputMetadata* response) override {
    const std::string_view path = Find(metadata, ":path");
    if (path.starts_with(kHealthService)) return grpc::Status::OK;
    const std::string_view given = Find(metadata, "authorization");
    if (IsSameSecret(given, expected_)) {
      // Handlers have no use for it, and what they do not have they cannot log.
      consumed->emplace("authorization", std::string(given));
      return grpc::Status::OK;
    }
    return {grpc::StatusCode::UNAUTHENTICATED,
            given.empty() ? "this server wants a token: give its --token-file, or set QALAM_TOKEN"
                          : "the token is not this server's"};
  }

 private:
  const std::string expected_;
};

StatusOr<std::string> ReadPem(const std::string& path) {
  ASSIGN_OR_RETURN(auto text, ReadFile(path, kMostPemBytes));
  if (text.find("-----BEGIN ") != std::string::npos) return text;
  return InvalidArgument("{} is not in PEM form; it should begin with -----BEGIN", path);
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

Status CheckAccess(const AccessOptions& options) {
  if (options.tls_certificate.empty() == options.tls_key.empty()) return absl::OkStatus();
  return InvalidArgument("a TLS certificate and its key belong together; only {} is given",
                         options.tls_key.empty() ? "the certificate" : "the key");
}

Status CheckAddress(const std::string& address, const AccessOptions& options) {
  if (IsLoopback(address)) return absl::OkStatus();
  const bool has_token = !options.token.empty(), has_tls = !options.tls_certificate.empty();
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
    const std::string& address, const AccessOptions& options) {
  const bool is_socket_file = address.starts_with("unix:");
  std::shared_ptr<grpc::ServerCredentials> credentials;
  if (!options.tls_certificate.empty() && !is_socket_file) {
    grpc::SslServerCredentialsOptions ssl;
    auto& pair = ssl.pem_key_cert_pairs.emplace_back();
    ASSIGN_OR_RETURN(pair.private_key, ReadPem(options.tls_key));
    ASSIGN_OR_RETURN(pair.cert_chain, ReadPem(options.tls_certificate));
    credentials = grpc::SslServerCredentials(ssl);
  } else if (options.token.empty()) {
    return grpc::InsecureServerCredentials();
  } else {
    // Nothing on the wire tells it from an insecure one, so that any client can connect; only
    // these can check what a call carries.
    credentials = grpc::experimental::LocalServerCredentials(is_socket_file ? UDS : LOCAL_TCP);
  }
  if (!options.token.empty()) {
    credentials->SetAuthMetadataProcessor(std::make_shared<TokenCheck>(options.token));
  }
  return credentials;
}

}  // namespace qalam
