// Who may call a server: token and TLS, over real sockets.

#include <absl/time/clock.h>
#include <grpcpp/generic/generic_stub.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "api/proto/api_v1_beta1.pb.h"
#include "tests/support/qalam_shell.h"
#include "tests/support/served_database.h"
#include "tests/support/tls_files.h"

namespace qalam {
namespace {

constexpr char kToken[] = "0123456789abcdef-the-right-one";
constexpr char kOther[] = "0123456789abcdef-the-wrong-one";

std::string WriteToken(const std::string& path, const std::string& token, mode_t mode = 0600) {
  REQUIRE(WriteFileAtomically(path, token + "\n", false).ok());
  REQUIRE(chmod(path.c_str(), mode) == 0);
  return path;
}

// Calls a method with an empty request, of any kind, and returns how it ended.
grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                  const std::string& token) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
  grpc::CompletionQueue queue;
  const grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer reply;
  grpc::Status status;
  const auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
  call->StartCall();
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  REQUIRE(queue.Next(&tag, &ok));
  return status;
}

}  // namespace

TEST_CASE("Every call of every service needs the token, health alone does not", "[access]") {
  const TemporaryDirectory folder;
  const std::string file = WriteToken(folder.File("token"), kToken);
  const bool by_socket_file = GENERATE(false, true);
  ServedDatabase served({"--listen", by_socket_file ? "unix:" + folder.File("s") : "127.0.0.1:0",
                         "--token-file", file});
  served.Start();
  const auto channel = grpc::CreateChannel(served.Address(), grpc::InsecureChannelCredentials());
  std::vector<std::string> methods = {
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "/no.such.Service/Method"};
  for (const auto* file_descriptor :
       {v1::Experiment::descriptor()->file(), ::api::v1::beta1::Trial::descriptor()->file()}) {
    for (const char* name : {"ExperimentService", "DBManager"}) {
      const auto* service = file_descriptor->FindServiceByName(name);
      for (int i = 0; service != nullptr && i < service->method_count(); ++i) {
        methods.push_back("/" + service->full_name() + "/" + service->method(i)->name());
      }
    }
  }
  REQUIRE(methods.size() > 25);
  for (const auto& method : methods) {
    CAPTURE(method);
    const auto none = Call(channel, method, "");
    CHECK(none.error_code() == grpc::StatusCode::UNAUTHENTICATED);
    CHECK(Has(none.error_message(), "this server wants a token"));
    CHECK(Call(channel, method, kOther).error_code() == grpc::StatusCode::UNAUTHENTICATED);
    CHECK(Call(channel, method, std::string(kToken) + "x").error_code() ==
          grpc::StatusCode::UNAUTHENTICATED);
  }
  CHECK(Call(channel, "/grpc.health.v1.Health/Check", "").ok());
  CHECK(Call(channel, "/qalam.v1.ExperimentService/GetServerInfo", kToken).ok());
  CHECK(served.Output().find(kToken) == std::string::npos);
}

TEST_CASE("The verbs carry the token, by TLS where the server has it", "[access]") {
  Shell shell;
  const TlsFiles tls(shell.path());
  const TlsFiles other_tls([&] {
    REQUIRE(MakeDirectories(shell.File("other")).ok());
    return shell.File("other");
  }());
  const std::string file = WriteToken(shell.File("token"), kToken);
  ServedDatabase served({"--listen", "127.0.0.1:0", "--token-file", file, "--tls-certificate",
                         tls.certificate, "--tls-key", tls.key});
  served.Start();
  const std::vector<std::string> list = {"list", "--server", served.Address()};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), list.begin(), list.end());
    return shell.Run(more);
  };
  CHECK(with({"--token-file", file, "--tls-ca", tls.certificate}).status == 0);
  const auto wrong =
      with({"--token-file", WriteToken(shell.File("wrong"), kOther), "--tls-ca", tls.certificate});
  CHECK(wrong.status == 1);
  CHECK(Has(wrong.text, "the token is not this server's"));
  CHECK(Has(with({"--tls-ca", tls.certificate}).text, "this server wants a token"));
  CHECK(with({"--token-file", file}).status == 1);
  CHECK(with({"--token-file", file, "--tls-ca", other_tls.certificate}).status == 1);
  // The private socket is this user's own.
  CHECK(shell.Run({"list", "--db", served.database()}).status == 0);
}

TEST_CASE("A trial reports to the private socket, whatever CA its server trusts", "[access]") {
  Shell shell;
  const TlsFiles tls(shell.path());
  ServedDatabase served({"--listen", "127.0.0.1:0", "--http", "none", "--tls-certificate",
                         tls.certificate, "--tls-key", tls.key});
  served.SetEnvironment({{"QALAM_TLS_CA", tls.certificate}});
  const auto stub = served.Start();
  const std::string document = shell.Write("reported", "qalam report loss=$0", 1,
                                           "  metricsCollectorSpec: {collector: {kind: Push}}\n");
  // Over the other address it is TLS.
  REQUIRE(shell.Run({"submit", "--server", served.Address(), "--tls-ca", tls.certificate, document})
              .status == 0);
  v1::Experiment experiment;
  const Time deadline = absl::Now() + absl::Seconds(120);
  do {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(50));
    grpc::ClientContext context;
    v1::GetExperimentRequest request;
    request.mutable_experiment()->set_name("reported");
    REQUIRE(stub->GetExperiment(&context, request, &experiment).ok());
  } while (experiment.state() != v1::EXPERIMENT_SUCCEEDED &&
           experiment.state() != v1::EXPERIMENT_FAILED);
  CHECK(experiment.state() == v1::EXPERIMENT_SUCCEEDED);
}

TEST_CASE("An address beyond this machine needs token and TLS", "[access]") {
  Shell shell;
  const TlsFiles tls(shell.path());
  const std::string file = WriteToken(shell.File("token"), kToken);
  const auto serve = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"serve", "--listen", "0.0.0.0:0"});
    return shell.Run(more);
  };
  const auto bare = serve({});
  CHECK(bare.status == 1);
  CHECK(Has(bare.text, "give --token-file, --tls-certificate and --tls-key"));
  for (const bool insecure : {false, true}) {
    std::vector<std::string> arguments = {"--token-file", file};
    if (insecure) arguments.push_back("--insecure");
    const auto clear = serve(arguments);
    CHECK(clear.status == 1);
    CHECK(Has(clear.text, "the token would travel there for everybody to read"));
  }
  CHECK(serve({"--tls-certificate", tls.certificate, "--tls-key", tls.key}).status == 1);
  const auto half = serve({"--token-file", file, "--tls-certificate", tls.certificate});
  CHECK(Has(half.text, "only the certificate is given"));
  const auto no_pem =
      serve({"--token-file", file, "--tls-certificate", file, "--tls-key", tls.key});
  CHECK(no_pem.status == 1);
  CHECK(Has(no_pem.text, "is not in PEM form"));

  ServedDatabase served({"--listen", "0.0.0.0:0", "--token-file", file, "--tls-certificate",
                         tls.certificate, "--tls-key", tls.key});
  served.Start();
  const std::string port = served.Address().substr(served.Address().rfind(':'));
  CHECK(shell
            .Run({"list", "--server", "localhost" + port, "--token-file", file, "--tls-ca",
                  tls.certificate})
            .status == 0);
}

TEST_CASE("A token that others can read, or that is easily guessed, is refused", "[access]") {
  Shell shell;
  const auto serve = [&](const std::string& file) {
    return shell.Run({"serve", "--listen", "127.0.0.1:0", "--token-file", file});
  };
  const auto open = serve(WriteToken(shell.File("open"), kToken, 0644));
  CHECK(open.status == 1);
  CHECK(Has(open.text, "chmod 600"));
  for (const char* token : {"short", "", "0123456789abcdef with spaces"}) {
    const auto outcome = serve(WriteToken(shell.File("bad"), token));
    CHECK(outcome.status == 1);
    CHECK(Has(outcome.text, "16 to 4096 printable characters"));
  }
  CHECK(Has(serve(shell.File("none")).text, "cannot read the token file"));
}

TEST_CASE("A token is not sent to another machine in the clear", "[access]") {
  Shell shell;
  const std::string file = WriteToken(shell.File("token"), kToken);
  const auto outcome = shell.Run({"list", "--server", "192.0.2.1:6789", "--token-file", file});
  CHECK(outcome.status == 1);
  CHECK(Has(outcome.text, "would travel to 192.0.2.1:6789"));
}

}  // namespace qalam
