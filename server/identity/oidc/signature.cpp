#include "server/identity/oidc/signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <optional>

#include "server/identity/oidc/base64_url.h"

namespace qalam::oidc {

namespace {

constexpr int kFewestRsaBits = 2048;
constexpr int kMostRsaBits = 16384;  // more would take long to verify

template <typename Type, void (*Free)(Type*)>
struct Freed {
  void operator()(Type* object) const { Free(object); }
};
using BigNumber = std::unique_ptr<BIGNUM, Freed<BIGNUM, BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM, OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX, EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG, ECDSA_SIG_free>>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Status NoKey(const char* why) { return InvalidArgument("a key of the issuer's {}", why); }

// A member in base64url; empty when it is not there or no such text.
std::string Member(const Json& key, const char* name) {
  const auto member = key.find(name);
  if (member == key.end() || !member->is_string()) return "";
  return DecodeBase64Url(member->get_ref<const std::string&>()).value_or("");
}

std::string Text(const Json& key, const char* name) {
  const auto member = key.find(name);
  return member != key.end() && member->is_string() ? member->get<std::string>() : "";
}

StatusOr<PublicKey> MakeKey(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    ERR_clear_error();
    return NoKey("cannot be read");
  }
  PublicKey made(key, EVP_PKEY_free);
  const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (check == nullptr || EVP_PKEY_public_check(check.get()) != 1) {
    ERR_clear_error();
    return NoKey("is no sound one");
  }
  return made;
}

StatusOr<PublicKey> ReadRsa(const Json& key) {
  const std::string modulus = Member(key, "n"), exponent = Member(key, "e");
  if (modulus.empty() || exponent.empty() || modulus.size() * 8 > kMostRsaBits ||
      exponent.size() > 8) {
    return NoKey("has no n and e that can be used");
  }
  const BigNumber n(BN_bin2bn(Bytes(modulus), static_cast<int>(modulus.size()), nullptr));
  const BigNumber e(BN_bin2bn(Bytes(exponent), static_cast<int>(exponent.size()), nullptr));
  if (BN_num_bits(n.get()) < kFewestRsaBits) return NoKey("has fewer than 2048 bits");
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return MakeKey("RSA", builder.get());
}

struct Curve {
  const char* name;       // as JSON web keys have it
  const char* algorithm;  // whose signatures are on it
  const char* group;      // as OpenSSL has it
  size_t bytes;           // of a coordinate
};
constexpr Curve kCurves[] = {{"P-256", "ES256", "P-256", 32},
                             {"P-384", "ES384", "P-384", 48},
                             {"P-521", "ES512", "P-521", 66}};

StatusOr<PublicKey> ReadEc(const Json& key) {
  const std::string name = Text(key, "crv");
  const auto* curve = std::find_if(std::begin(kCurves), std::end(kCurves),
                                   [&](const Curve& known) { return name == known.name; });
  if (curve == std::end(kCurves)) return NoKey("is on no curve that is known");
  const std::string x = Member(key, "x"), y = Member(key, "y");
  if (x.size() != curve->bytes || y.size() != curve->bytes) return NoKey("is not on its curve");
  const std::string point = "\x04" + x + y;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return MakeKey("EC", builder.get());
}

StatusOr<PublicKey> ReadEdwards(const Json& key) {
  const std::string x = Member(key, "x");
  if (Text(key, "crv") != "Ed25519" || x.size() != 32) return NoKey("is no Ed25519");
  PublicKey made(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(x), x.size()),
                 EVP_PKEY_free);
  if (made == nullptr) return NoKey("cannot be read");
  return made;
}

struct Algorithm {
  const char* name;
  const char* key_type;
  const char* digest;  // null: the algorithm has its own
  bool is_pss;
};
constexpr Algorithm kAlgorithms[] = {
    {"RS256", "RSA", "SHA256", false}, {"RS384", "RSA", "SHA384", false},
    {"RS512", "RSA", "SHA512", false}, {"PS256", "RSA", "SHA256", true},
    {"PS384", "RSA", "SHA384", true},  {"PS512", "RSA", "SHA512", true},
    {"ES256", "EC", "SHA256", false},  {"ES384", "EC", "SHA384", false},
    {"ES512", "EC", "SHA512", false},  {"EdDSA", "ED25519", nullptr, false}};

const Algorithm* FindSignature(std::string_view name) {
  const auto* found = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                                   [&](const Algorithm& known) { return name == known.name; });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

// A web token has the two numbers one after the other, OpenSSL takes them as a sequence. Nothing
// where the key is on another curve than the algorithm's.
std::optional<std::string> EcSequence(EVP_PKEY* key, std::string_view algorithm,
                                      std::string_view signature) {
  const auto* curve = std::find_if(std::begin(kCurves), std::end(kCurves), [&](const Curve& known) {
    return algorithm == known.algorithm;
  });
  char group[64] = {};
  size_t size = 0;
  if (EVP_PKEY_get_group_name(key, group, sizeof(group), &size) != 1) return std::nullopt;
  // OpenSSL names the first by another standard.
  const std::string name = std::string(group) == "prime256v1"  ? "P-256"
                           : std::string(group) == "secp384r1" ? "P-384"
                           : std::string(group) == "secp521r1" ? "P-521"
                                                               : group;
  if (name != curve->name || signature.size() != 2 * curve->bytes) return std::nullopt;
  BIGNUM* r = BN_bin2bn(Bytes(signature), static_cast<int>(curve->bytes), nullptr);
  BIGNUM* s = BN_bin2bn(Bytes(signature) + curve->bytes, static_cast<int>(curve->bytes), nullptr);
  const EcSignature pair(ECDSA_SIG_new());
  if (pair == nullptr || ECDSA_SIG_set0(pair.get(), r, s) != 1) return std::nullopt;
  unsigned char* bytes = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &bytes);
  if (length <= 0) return std::nullopt;
  std::string sequence(reinterpret_cast<char*>(bytes), static_cast<size_t>(length));
  OPENSSL_free(bytes);
  return sequence;
}

}  // namespace

StatusOr<PublicKey> ReadJsonWebKey(const Json& key) {
  const std::string type = key.is_object() ? Text(key, "kty") : "";
  if (type == "RSA") return ReadRsa(key);
  if (type == "EC") return ReadEc(key);
  if (type == "OKP") return ReadEdwards(key);
  return NoKey("is of no kind that is known");
}

bool IsSignatureAlgorithm(std::string_view algorithm) {
  return FindSignature(algorithm) != nullptr;
}

bool Verifies(const PublicKey& key, std::string_view algorithm, std::string_view text,
              std::string_view signature) {
  const Algorithm* how = FindSignature(algorithm);
  if (how == nullptr || EVP_PKEY_is_a(key.get(), how->key_type) != 1) return false;
  std::string given(signature);
  if (std::string_view(how->key_type) == "EC") {
    const auto sequence = EcSequence(key.get(), algorithm, signature);
    if (!sequence) return false;
    given = *sequence;
  }
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* of_key = nullptr;
  const bool began = EVP_DigestVerifyInit_ex(context.get(), &of_key, how->digest, nullptr, nullptr,
                                             key.get(), nullptr) == 1;
  const bool is_set =
      began &&
      (!how->is_pss || (EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING) == 1 &&
                        EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST) == 1));
  const bool verifies = is_set && EVP_DigestVerify(context.get(), Bytes(given), given.size(),
                                                   Bytes(text), text.size()) == 1;
  ERR_clear_error();
  return verifies;
}

}  // namespace qalam::oidc
