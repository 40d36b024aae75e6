// Signatures of JSON web tokens, by OpenSSL.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "api/experiment.h"
#include "base/status.h"

namespace qalam::oidc {

using PublicKey = std::shared_ptr<EVP_PKEY>;

// Of a JSON web key (RFC 7517): RSA of 2048 bits or more, EC on P-256, P-384 or P-521, or Ed25519.
// INVALID_ARGUMENT for others.
StatusOr<PublicKey> ReadJsonWebKey(const Json& key);

// RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 and EdDSA: those in which nobody
// who can verify can sign. Never "none", and none of those with a shared secret.
bool IsSignatureAlgorithm(std::string_view algorithm);

// Whether `signature` is the key's, by that algorithm and by no other: a key of another kind or
// curve verifies nothing.
bool Verifies(const PublicKey& key, std::string_view algorithm, std::string_view text,
              std::string_view signature);

}  // namespace qalam::oidc
