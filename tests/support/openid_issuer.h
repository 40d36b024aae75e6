#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/base64.h"
#include "tests/support/http_server.h"

namespace qalam {

inline std::string EncodeBase64Url(const std::string& bytes) {
  std::string text = EncodeBase64(bytes);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return text;
}

// A pair of keys for the signatures of web tokens, fresh each time.
class SigningKey {
 public:
  using Json = nlohmann::ordered_json;

  // RS256, PS256 (2048 bits), ES256, ES384, ES512 or EdDSA.
  SigningKey(std::string id, std::string algorithm, unsigned int bits = 2048)
      : id_(std::move(id)), algorithm_(std::move(algorithm)) {
    if (IsRsa()) {
      key_ = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{bits});
    } else if (algorithm_ == "EdDSA") {
      key_ = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    } else {
      key_ = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", Curve());
    }
    if (key_ == nullptr) throw std::runtime_error("no key was made");
  }
  ~SigningKey() { EVP_PKEY_free(key_); }
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  const std::string& id() const { return id_; }

  // The public half, as issuers give it out.
  Json Public() const {
    Json key = {{"kid", id_}, {"use", "sig"}, {"alg", algorithm_}};
    if (IsRsa()) {
      key["kty"] = "RSA";
      key["n"] = Number(OSSL_PKEY_PARAM_RSA_N, 0);
      key["e"] = Number(OSSL_PKEY_PARAM_RSA_E, 0);
    } else if (algorithm_ == "EdDSA") {
      std::string bytes(32, '\0');
      size_t size = bytes.size();
      EVP_PKEY_get_raw_public_key(key_, reinterpret_cast<unsigned char*>(bytes.data()), &size);
      key["kty"] = "OKP";
      key["crv"] = "Ed25519";
      key["x"] = EncodeBase64Url(bytes);
    } else {
      key["kty"] = "EC";
      key["crv"] = Curve();
      key["x"] = Number(OSSL_PKEY_PARAM_EC_PUB_X, Coordinate());
      key["y"] = Number(OSSL_PKEY_PARAM_EC_PUB_Y, Coordinate());
    }
    return key;
  }

  // `header` members go over the usual ones.
  std::string Sign(const Json& claims, const Json& header = Json::object()) const {
    Json whole = {{"typ", "JWT"}, {"alg", algorithm_}, {"kid", id_}};
    whole.update(header);
    const std::string text = EncodeBase64Url(whole.dump()) + "." + EncodeBase64Url(claims.dump());
    return text + "." + EncodeBase64Url(Signature(text));
  }

 private:
  bool IsRsa() const { return algorithm_.starts_with("RS") || algorithm_.starts_with("PS"); }
  const char* Curve() const {
    return algorithm_ == "ES256" ? "P-256" : algorithm_ == "ES384" ? "P-384" : "P-521";
  }
  int Coordinate() const { return algorithm_ == "ES256" ? 32 : algorithm_ == "ES384" ? 48 : 66; }

  std::string Number(const char* name, int size) const {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key_, name, &number) != 1) throw std::runtime_error("no such number");
    std::string bytes(static_cast<size_t>(size > 0 ? size : BN_num_bytes(number)), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
                 static_cast<int>(bytes.size()));
    BN_free(number);
    return EncodeBase64Url(bytes);
  }

  std::string Signature(const std::string& text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* of_key = nullptr;
    const std::string digest = algorithm_ == "EdDSA" ? "" : "SHA" + algorithm_.substr(2);
    EVP_DigestSignInit_ex(context, &of_key, digest.empty() ? nullptr : digest.c_str(), nullptr,
                          nullptr, key_, nullptr);
    if (algorithm_.starts_with("PS")) {
      EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST);
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    size_t size = 0;
    EVP_DigestSign(context, nullptr, &size, bytes, text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                   text.size());
    signature.resize(size);
    EVP_MD_CTX_free(context);
    return algorithm_.starts_with("ES") ? TwoNumbers(signature) : signature;
  }

  std::string TwoNumbers(const std::string& sequence) const {
    const auto* bytes = reinterpret_cast<const unsigned char*>(sequence.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(sequence.size()));
    std::string text(static_cast<size_t>(2 * Coordinate()), '\0');
    auto* out = reinterpret_cast<unsigned char*>(text.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, Coordinate());
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + Coordinate(), Coordinate());
    ECDSA_SIG_free(pair);
    return text;
  }

  const std::string id_, algorithm_;
  EVP_PKEY* key_ = nullptr;
};

// An OpenID issuer on this machine.
class OpenIdIssuer {
 public:
  using Json = nlohmann::ordered_json;

  OpenIdIssuer() {
    server_->Get("/realm/.well-known/openid-configuration", [this](const httplib::Request&,
                                                                   httplib::Response& response) {
      ++discoveries;
      if (is_away) {
        response.status = 503;
        return;
      }
      const Json json = {{"issuer", says.empty() ? Url() : says}, {"jwks_uri", Url() + "/keys"}};
      response.set_content(json.dump(), "application/json");
    });
    server_->Get("/realm/keys", [this](const httplib::Request&, httplib::Response& response) {
      Json set = {{"keys", Json::array()}};
      for (const auto* key : keys) set["keys"].push_back(key->Public());
      for (const auto& key : others) set["keys"].push_back(key);
      response.set_content(set.dump(), "application/json");
    });
    server_.Start();
  }

  std::string Url() const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + "/realm";
  }

  // Set while no request is under way.
  std::vector<const SigningKey*> keys;
  std::vector<Json> others;
  std::string says;  // who it says that it is; empty: the truth
  std::atomic<bool> is_away = false;
  std::atomic<int> discoveries = 0;

 private:
  HttpServer server_;
};

}  // namespace qalam
