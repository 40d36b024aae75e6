#include "controller/kubernetes/tls_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <memory>

namespace qalam::kubernetes {

namespace {

template <auto kFree>
struct Freed {
  template <typename Object>
  void operator()(Object* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

Bio Over(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// A key that wants a password would ask at the terminal.
int NoPassword(char*, int, int, void*) { return 0; }

}  // namespace

Status UseCertificate(SSL_CTX* context, const Login& login) {
  const Bio certificates = Over(login.certificate);
  const Certificate first(PEM_read_bio_X509(certificates.get(), nullptr, NoPassword, nullptr));
  if (!first || SSL_CTX_use_certificate(context, first.get()) != 1) {
    ERR_clear_error();
    return InvalidArgument("the client's certificate is not PEM");
  }
  while (X509* next = PEM_read_bio_X509(certificates.get(), nullptr, NoPassword, nullptr)) {
    SSL_CTX_add_extra_chain_cert(context, next);  // which owns it now
  }
  const Bio text = Over(login.key);
  const Key key(PEM_read_bio_PrivateKey(text.get(), nullptr, NoPassword, nullptr));
  const bool used = key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
                    SSL_CTX_check_private_key(context) == 1;
  ERR_clear_error();
  if (!key) return InvalidArgument("the client's key is not PEM, or wants a password");
  if (!used) return InvalidArgument("the client's key does not belong to its certificate");
  return absl::OkStatus();
}

StatusOr<X509_STORE*> MakeStore(const std::string& pem) {
  const Bio text = Over(pem);
  std::unique_ptr<X509_STORE, Freed<X509_STORE_free>> store(X509_STORE_new());
  int count = 0;
  while (true) {
    const Certificate next(PEM_read_bio_X509(text.get(), nullptr, NoPassword, nullptr));
    if (!next) break;
    X509_STORE_add_cert(store.get(), next.get());
    ++count;
  }
  ERR_clear_error();
  if (count == 0) return InvalidArgument("the certificate-authority holds no PEM certificate");
  return store.release();
}

}  // namespace qalam::kubernetes
