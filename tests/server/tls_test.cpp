// TLS on both front doors: certificates that change, and certificates that callers show.

#include <absl/time/clock.h>
#include <openssl/x509.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "server/access.h"
#include "suggestion/service/suggestion_server.h"
#include "tests/support/guarded_server.h"
#include "tests/support/raw_connection.h"
#include "tests/support/tls_files.h"

namespace qalam {
namespace {

// Folders with a certificate each.
struct Certificates {
  TemporaryDirectory directory;
  std::string Folder(const std::string& name) const {
    const std::string folder = directory.File(name);
    REQUIRE(MakeDirectories(folder).ok());
    return folder;
  }
  TlsFiles server{Folder("server")};
  TlsFiles other{Folder("other")};
};

void ServeWith(const TlsFiles& files, ServerOptions& options) {
  options.access.tls_certificate = files.certificate;
  options.access.tls_key = files.key;
}

grpc::Status InfoBy(const std::string& address, const ClientTls& tls, const std::string& secret) {
  const auto credentials = ChannelCredentialsFor(tls);
  INFO(Message(credentials.status()));
  REQUIRE(credentials.ok());
  grpc::ChannelArguments arguments;
  // Each of its own, not one that an earlier call has left.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto stub =
      v1::ExperimentService::NewStub(grpc::CreateCustomChannel(address, *credentials, arguments));
  grpc::ClientContext context;
  GuardedServer::Show(context, secret);
  v1::ServerInfo info;
  return stub->GetServerInfo(&context, {}, &info);
}

std::unique_ptr<httplib::SSLClient> HttpsClient(int port, const std::string& ca,
                                                const TlsFiles* shown = nullptr) {
  auto client = shown == nullptr ? std::make_unique<httplib::SSLClient>("localhost", port)
                                 : std::make_unique<httplib::SSLClient>(
                                       "localhost", port, shown->certificate, shown->key);
  client->set_ca_cert_path(ca.c_str());
  client->enable_server_certificate_verification(true);
  return client;
}

void PutInPlace(const std::string& from, const std::string& to) {
  const auto text = ReadFile(from);
  REQUIRE(text.ok());
  REQUIRE(WriteFileAtomically(to, *text, false).ok());
}

}  // namespace

TEST_CASE("HTTP is served with TLS where there is a certificate, and its cookie is for TLS alone",
          "[tls]") {
  const Certificates files;
  GuardedServer server([&](ServerOptions& options) { ServeWith(files.server, options); });
  CHECK(server.server().http_url().starts_with("https://"));
  const std::string secret = server.Secret("viewer", {"team"});
  const auto client = HttpsClient(server.port(), files.server.certificate);
  client->set_keep_alive(true);
  const httplib::Headers bearer = {{"Authorization", "Bearer " + secret}};
  CHECK(client->Get("/api/v1/info", bearer)->status == 200);
  CHECK(client->Get("/api/v1/info")->status == 401);
  // Larger than one record of TLS, both ways.
  CHECK(client->Get("/api/v1/openapi.json", bearer)->body.size() > 20'000);
  const auto checked = client->Post("/api/v1/validate", bearer,
                                    nlohmann::json{{"document", std::string(1 << 20, ' ')}}.dump(),
                                    "application/json");
  REQUIRE(checked);
  CHECK(checked->status == 200);
  const auto in =
      client->Post("/api/v1/session", nlohmann::json{{"token", secret}}.dump(), "application/json");
  CHECK(in->get_header_value("Set-Cookie").find("; HttpOnly; SameSite=Strict; Secure") !=
        std::string::npos);
  CHECK_FALSE(HttpsClient(server.port(), files.other.certificate)->Get("/api/v1/info"));
  httplib::Client plain("localhost", server.port());
  CHECK_FALSE(plain.Get("/api/v1/info"));
}

TEST_CASE("A certificate that is replaced is served without a restart", "[tls]") {
  const Certificates files;
  GuardedServer server([&](ServerOptions& options) { ServeWith(files.server, options); });
  const std::string secret = server.Secret("viewer", {"team"});
  const std::string before = files.Folder("before") + "/certificate.pem";
  PutInPlace(files.server.certificate, before);
  const auto port = server.port();
  const auto trusts = [&](const std::string& ca) {
    const bool by_http = static_cast<bool>(HttpsClient(port, ca)->Get("/"));
    const bool by_grpc = InfoBy("localhost" + server.address().substr(server.address().rfind(':')),
                                {.ca = ca}, secret)
                             .ok();
    return std::pair(by_http, by_grpc);
  };
  REQUIRE(trusts(before) == std::pair(true, true));
  REQUIRE(trusts(files.other.certificate) == std::pair(false, false));
  PutInPlace(files.other.key, files.server.key);
  PutInPlace(files.other.certificate, files.server.certificate);
  const Time deadline = absl::Now() + absl::Seconds(60);
  while (trusts(files.other.certificate) != std::pair(true, true)) {
    REQUIRE(absl::Now() < deadline);
  }
  CHECK(trusts(before) == std::pair(false, false));
}

TEST_CASE("With a CA for callers only those with its certificate are heard", "[tls]") {
  const Certificates files;
  const TlsFiles client(files.Folder("client"));
  GuardedServer server([&](ServerOptions& options) {
    ServeWith(files.server, options);
    options.access.tls_client_ca = client.certificate;
  });
  const std::string secret = server.Secret("viewer", {"team"});
  const std::string address = "localhost" + server.address().substr(server.address().rfind(':'));
  const std::string& ca = files.server.certificate;
  CHECK(InfoBy(address, {ca, client.certificate, client.key}, secret).ok());
  CHECK(InfoBy(address, {ca, client.certificate, client.key}, "").error_code() ==
        grpc::StatusCode::UNAUTHENTICATED);
  CHECK(InfoBy(address, {ca, "", ""}, secret).error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(InfoBy(address, {ca, files.other.certificate, files.other.key}, secret).error_code() ==
        grpc::StatusCode::UNAVAILABLE);

  const httplib::Headers bearer = {{"Authorization", "Bearer " + secret}};
  CHECK(HttpsClient(server.port(), ca, &client)->Get("/api/v1/info", bearer)->status == 200);
  CHECK_FALSE(HttpsClient(server.port(), ca)->Get("/api/v1/info", bearer));
  CHECK_FALSE(HttpsClient(server.port(), ca, &files.other)->Get("/api/v1/info", bearer));
}

TEST_CASE("A client that never ends its handshake holds nobody up", "[tls]") {
  const Certificates files;
  GuardedServer server([&](ServerOptions& options) { ServeWith(files.server, options); });
  const RawConnection connection(server.port());
  CHECK(HttpsClient(server.port(), files.server.certificate)->Get("/")->status == 200);
}

TEST_CASE("What TLS is made of is checked before anything listens", "[tls]") {
  const Certificates files;
  AccessOptions options{.tls_certificate = files.server.certificate, .tls_key = files.other.key};
  CHECK(Message(CheckAccess(options)).find("are not a pair") != std::string::npos);
  options = {.tls_client_ca = files.other.certificate};
  CHECK(CheckAccess(options).code() == StatusCode::kInvalidArgument);
  CHECK(CheckClientTls({.ca = "", .certificate = "a", .key = "b"}).code() ==
        StatusCode::kInvalidArgument);
  CHECK(CheckClientTls({.ca = "a", .certificate = "b"}).code() == StatusCode::kInvalidArgument);
}

TEST_CASE("Controller and suggestion service know each other by their certificates", "[tls]") {
  const Certificates files;
  const TlsFiles client(files.Folder("client"));
  const AccessOptions access{.tls_certificate = files.server.certificate,
                             .tls_key = files.server.key,
                             .tls_client_ca = client.certificate};
  CHECK(CheckPeerAddress("0.0.0.0:1", access).ok());
  CHECK(CheckPeerAddress("0.0.0.0:1", {}).code() == StatusCode::kInvalidArgument);
  CHECK(CheckPeerAddress("127.0.0.1:1", {}).ok());
  const auto suggestions = SuggestionServer::Start("127.0.0.1:0", *PeerCredentialsFor(access));
  INFO(Message(suggestions.status()));
  REQUIRE(suggestions.ok());
  const std::string address = (*suggestions)->address();
  const std::string by_name = "localhost" + address.substr(address.rfind(':'));
  GuardedServer server([&](ServerOptions& options) {
    options.suggestion_address = by_name;
    options.suggestion_tls = {files.server.certificate, client.certificate, client.key};
  });
  server.Submit("team", "tune");
  v1::AskTrialsRequest request;
  request.mutable_experiment()->set_namespace_("team");
  request.mutable_experiment()->set_name("tune");
  request.set_wait_seconds(30);
  v1::AskTrialsReply reply;
  grpc::ClientContext context;
  const auto status = server.admin().AskTrials(&context, request, &reply);
  INFO(status.error_message());
  REQUIRE(status.ok());
  CHECK(reply.trials_size() == 1);
  CHECK(InfoBy(by_name, {files.server.certificate, "", ""}, "").error_code() ==
        grpc::StatusCode::UNAVAILABLE);
}

}  // namespace qalam
