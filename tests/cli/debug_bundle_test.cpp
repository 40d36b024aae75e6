#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "base/run_program.h"
#include "cli/debug/bundle.h"
#include "cli/debug/server_report.h"
#include "tests/support/served_database.h"
#include "tests/support/tls_files.h"

namespace qalam {

namespace {

std::string Unpacked(const std::string& path, const std::string& folder) {
  const auto outcome = RunProgram({.arguments = {"/bin/tar", "--extract", "--gzip", "--file", path,
                                                 "--directory", folder, "--strip-components=1"},
                                   .environment = {"PATH=/usr/bin:/bin"}});
  REQUIRE(outcome.ok());
  INFO(outcome->errors);
  REQUIRE(outcome->exit_code == 0);
  return folder;
}

}  // namespace

TEST_CASE("A debug bundle holds what a server says of itself, and no secrets", "[debug]") {
  ServedDatabase served({"--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"});
  const auto stub = served.Start();
  v1::CreateExperimentsRequest request;
  request.set_document(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: bundled}
spec:
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: random}
  maxTrialCount: 1
  parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
  trialTemplate:
    trialParameters: [{name: x, reference: x}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {containers: [{name: main, command: [echo, 'loss=${trialParameters.x}'],
        env: [{name: API_TOKEN, value: s3cret-value-1}]}]}}}
)");
  grpc::ClientContext context;
  v1::CreateExperimentsReply reply;
  REQUIRE(stub->CreateExperiments(&context, request, &reply).ok());
  const std::string path = served.File("bundle.tar.gz");
  ChildProcess program({QALAM_BIN "/qalam", "debug", "bundle", path, "--db", served.database()},
                       {{"QALAM_TOKEN", "s3cret-value-2"}});
  CHECK(WEXITSTATUS(program.Wait()) == 0);
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::others_all) ==
        std::filesystem::perms::none);
  std::filesystem::create_directory(served.File("unpacked"));
  const std::string folder = Unpacked(path, served.File("unpacked"));
  const auto entry = [&](const std::string& name) {
    CAPTURE(name);
    const auto text = ReadFile(folder + "/" + name);
    REQUIRE(text.ok());
    CHECK(text->find("not there: ") != 0);
    return *text;
  };
  CHECK(entry("metrics.txt").find("qalam_build_info") != std::string::npos);
  CHECK(entry("readiness.json").find("\"ready\":true") != std::string::npos);
  CHECK(entry("diagnostics.json").find("\"threads\"") != std::string::npos);
  CHECK(entry("database.txt").find("quick_check: ok") != std::string::npos);
  CHECK(entry("machine.txt").find("qalam ") != std::string::npos);
  entry("info.json");
  entry("experiments/default/bundled/events.json");
  const std::string document = entry("experiments/default/bundled/experiment.yaml");
  CHECK(document.find("bundled") != std::string::npos);
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    CAPTURE(file.path());
    CHECK(ReadFile(file.path())->find("s3cret-value") == std::string::npos);
  }
  CHECK(served.Stop() == 0);
}

TEST_CASE("A bundle holds the HTTP part of a server by TLS, asked where --server says", "[debug]") {
  const TemporaryDirectory directory;
  const TlsFiles tls(directory.path());
  const std::string token = directory.File("token");
  REQUIRE(WriteFileAtomically(token, "0123456789abcdef-of-the-file\n", false).ok());
  REQUIRE(chmod(token.c_str(), 0600) == 0);
  ServedDatabase served({"--listen", "0.0.0.0:0", "--http", "0.0.0.0:0", "--token-file", token,
                         "--tls-certificate", tls.certificate, "--tls-key", tls.key,
                         "--tls-client-ca", tls.certificate});
  served.Start();
  const std::string port = served.Address().substr(served.Address().rfind(':'));
  const std::string path = directory.File("bundle.tar.gz");
  ChildProcess program({QALAM_BIN "/qalam", "debug", "bundle", path, "--server", "localhost" + port,
                        "--token-file", token, "--tls-ca", tls.certificate,
                        "--tls-client-certificate", tls.certificate, "--tls-client-key", tls.key},
                       {});
  CHECK(WEXITSTATUS(program.Wait()) == 0);
  std::filesystem::create_directory(directory.File("unpacked"));
  const std::string folder = Unpacked(path, directory.File("unpacked"));
  CHECK(ReadFile(folder + "/metrics.txt")->find("qalam_build_info") != std::string::npos);
  CHECK(ReadFile(folder + "/readiness.json")->find("\"ready\":true") != std::string::npos);
  CHECK(ReadFile(folder + "/diagnostics.json")->find("\"threads\"") != std::string::npos);
}

TEST_CASE("A server's HTTP is asked where its gRPC was reached", "[debug]") {
  const struct {
    const char *web_url, *server, *asked;
  } cases[] = {
      {"https://0.0.0.0:6790", "team.example:6789", "https://team.example:6790"},
      {"http://[::]:6790", "[2001:db8::1]:6789", "http://[2001:db8::1]:6790"},
      {"http://127.0.0.1:6790", "10.0.0.7:6789", "http://10.0.0.7:6790"},
      {"https://10.0.0.8:6790", "10.0.0.7:6789", "https://10.0.0.8:6790"},
      {"https://0.0.0.0:6790", "", "https://localhost:6790"},
      {"https://0.0.0.0:6790", "unix:/run/qalam.sock", "https://localhost:6790"},
      {"http://127.0.0.1:6790", "", "http://127.0.0.1:6790"},
      {"http://127.0.0.1", "team.example:6789", "http://team.example"},
      {"", "team.example:6789", ""},
  };
  for (const auto& [web_url, server, asked] : cases) CHECK(HttpUrlBeside(web_url, server) == asked);
}

TEST_CASE("A bundle is made under a name that the server does not know for its own", "[debug]") {
  ServedDatabase served({"--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"});
  served.Start();
  const std::string port = served.Address().substr(served.Address().rfind(':'));
  const std::string path = served.File("bundle.tar.gz");
  // The system's resolver takes 127.1 for 127.0.0.1.
  ChildProcess program({QALAM_BIN "/qalam", "debug", "bundle", path, "--server", "127.1" + port},
                       {{"GRPC_DNS_RESOLVER", "native"}});
  CHECK(WEXITSTATUS(program.Wait()) == 0);
  std::filesystem::create_directory(served.File("unpacked"));
  const std::string folder = Unpacked(path, served.File("unpacked"));
  CHECK(ReadFile(folder + "/metrics.txt")->find("qalam_build_info") != std::string::npos);
}

TEST_CASE("A bundle says that a server has no HTTP", "[debug]") {
  ServedDatabase served({"--listen", "127.0.0.1:0", "--http", "none"});
  served.Start();
  const std::string path = served.File("bundle.tar.gz");
  ChildProcess program({QALAM_BIN "/qalam", "debug", "bundle", path, "--db", served.database()},
                       {});
  CHECK(WEXITSTATUS(program.Wait()) == 0);
  std::filesystem::create_directory(served.File("unpacked"));
  const std::string folder = Unpacked(path, served.File("unpacked"));
  CHECK(*ReadFile(folder + "/metrics.txt") == "not there: the server has no HTTP\n");
}

TEST_CASE("A bundle is made without a server, too", "[debug]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("bundle.tar.gz");
  ChildProcess program({QALAM_BIN "/qalam", "debug", "bundle", path, "--server", "127.0.0.1:1"},
                       {});
  CHECK(WEXITSTATUS(program.Wait()) == 0);
  std::filesystem::create_directory(directory.File("unpacked"));
  const std::string folder = Unpacked(path, directory.File("unpacked"));
  CHECK(ReadFile(folder + "/machine.txt").ok());
  CHECK(ReadFile(folder + "/server.txt")->find("not there: ") == 0);
}

TEST_CASE("Secrets are masked wherever they stand", "[debug]") {
  const std::pair<const char*, const char*> texts[] = {
      {"Authorization: Bearer abc.def-123", "Authorization: Bearer ***"},
      {"postgres://me:pw@host/db", "postgres://me:***@host/db"},
      {"QALAM_TOKEN=abc", "QALAM_TOKEN=***"},
      {"token_file=/etc/x y", "token_file=*** y"},
      {"\"password\": \"a \\\" b\", \"x\": 1", "\"password\": ***, \"x\": 1"},
      {"{\"name\":\"DB_PASSWORD\",\"value\":\"pw\"}",
       "{\"name\":\"DB_PASSWORD\",\"value\":\"***\"}"},
      {"name: API_TOKEN\n  value: pw\nmore", "name: API_TOKEN\n  value: ***\nmore"},
      {"eyJhbGciOi.eyJzdWIi.sig_-x end", "*** end"},
      {"loss=0.5 accuracy=1", "loss=0.5 accuracy=1"},
  };
  for (const auto& [text, masked] : texts) CHECK(WithoutSecrets(text) == masked);
  const std::string key =
      "a\n-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nb";
  CHECK(WithoutSecrets(key) == "a\n(a private key)\nb");
}

}  // namespace qalam
