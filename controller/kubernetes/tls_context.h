#pragma once

#include <openssl/ssl.h>

#include "base/status.h"
#include "controller/kubernetes/cluster_access.h"

namespace qalam::kubernetes {

// Gives the context the client's certificate and key. INVALID_ARGUMENT, which shows nothing of
// them, when they are none.
Status UseCertificate(SSL_CTX* context, const Login& login);

// The certificates of a PEM text, for the caller to free.
StatusOr<X509_STORE*> MakeStore(const std::string& pem);

}  // namespace qalam::kubernetes
