#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/status.h"

namespace qalam::http {

struct CertificateFiles {
  std::string certificate, key;  // PEM files
  std::string client_ca;         // whose certificates clients must show; empty: none
};

// The certificate that HTTP is served with. Thread-safe.
class ServedCertificate {
 public:
  // How often the files are looked at, where there are connections.
  static constexpr Duration kPause = absl::Seconds(1);

  static StatusOr<std::unique_ptr<ServedCertificate>> Load(const CertificateFiles& files);

  // For a new connection: as the files are now, or, while they are no pair, as they were.
  std::shared_ptr<SSL_CTX> Current();

 private:
  explicit ServedCertificate(CertificateFiles files) : files_(std::move(files)) {}

  // Of all files: who they are and when they changed.
  std::string State() const;

  const CertificateFiles files_;
  absl::Mutex mutex_;
  std::shared_ptr<SSL_CTX> current_ ABSL_GUARDED_BY(mutex_);
  std::string state_ ABSL_GUARDED_BY(mutex_);
  Time looked_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam::http
