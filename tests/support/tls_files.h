#pragma once

#include <stdexcept>
#include <string>

#include "tests/support/qalam_process.h"

namespace qalam {

// A certificate for this machine that vouches for itself, and its key, fresh each time: no key is
// kept in the tree.
struct TlsFiles {
  explicit TlsFiles(const std::string& folder)
      : certificate(folder + "/certificate.pem"), key(folder + "/key.pem") {
    ChildProcess openssl(
        {"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate},
        {});
    if (openssl.Wait() != 0) throw std::runtime_error("openssl made no certificate");
  }

  const std::string certificate;
  const std::string key;
};

}  // namespace qalam
