#include "server/http/served_certificate.h"

#include <absl/time/clock.h>
#include <openssl/err.h>
#include <sys/stat.h>

#include "base/log.h"

namespace qalam::http {

namespace {

Status TlsFault(const std::string& what) {
  char reason[256] = "unknown";
  const unsigned long code = ERR_peek_last_error();
  if (code != 0) ERR_error_string_n(code, reason, sizeof(reason));
  ERR_clear_error();
  return InvalidArgument("{}: {}", what, reason);
}

StatusOr<std::shared_ptr<SSL_CTX>> MakeContext(const CertificateFiles& files) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) return TlsFault("TLS cannot be used");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A session of before a change would go on with the certificate of before.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return TlsFault("the certificate " + files.certificate + " cannot be used");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return TlsFault("the key " + files.key + " is not the certificate's");
  }
  if (files.client_ca.empty()) return context;
  if (SSL_CTX_load_verify_locations(context.get(), files.client_ca.c_str(), nullptr) != 1) {
    return TlsFault("the certificates of " + files.client_ca + " cannot be used");
  }
  SSL_CTX_set_client_CA_list(context.get(), SSL_load_client_CA_file(files.client_ca.c_str()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

}  // namespace

std::string ServedCertificate::State() const {
  std::string state;
  for (const auto& path : {files_.certificate, files_.key, files_.client_ca}) {
    struct stat info {};
    if (path.empty() || stat(path.c_str(), &info) != 0) continue;
    state += fmt::format("{}.{}.{}.{} ", info.st_ino, info.st_size, info.st_mtim.tv_sec,
                         info.st_mtim.tv_nsec);
  }
  return state;
}

StatusOr<std::unique_ptr<ServedCertificate>> ServedCertificate::Load(
    const CertificateFiles& files) {
  std::unique_ptr<ServedCertificate> served(new ServedCertificate(files));
  absl::MutexLock lock(&served->mutex_);
  served->state_ = served->State();
  served->looked_ = absl::Now();
  ASSIGN_OR_RETURN(served->current_, MakeContext(files));
  return served;
}

std::shared_ptr<SSL_CTX> ServedCertificate::Current() {
  absl::MutexLock lock(&mutex_);
  const Time now = absl::Now();
  if (now >= looked_ && now - looked_ < kPause) return current_;
  looked_ = now;
  std::string state = State();
  if (state == state_) return current_;
  state_ = std::move(state);
  auto context = MakeContext(files_);
  if (context.ok()) {
    current_ = *std::move(context);
    Logger("http").Info("the TLS certificate was read again", {{"file", files_.certificate}});
  } else {
    Logger("http").Warn("the TLS certificate of before is kept",
                        {{"error", Message(context.status())}});
  }
  return current_;
}

}  // namespace qalam::http
