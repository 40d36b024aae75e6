// What watches a server asks over HTTP and gRPC: its figures, whether it lives, whether it can
// work.

#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <regex>
#include <set>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/files.h"
#include "base/process.h"
#include "base/run_program.h"
#include "tests/support/guarded_server.h"
#include "tests/support/http_fixture.h"

namespace qalam {

namespace {

std::string Fetch(HttpFixture& server, const std::string& path, int status = 200) {
  const auto answer = server.client().Get(path);
  REQUIRE(answer);
  INFO(answer->body);
  CHECK(answer->status == status);
  return answer->body;
}

// The value of a series, written as the text has it; -1 when it is not there.
double ValueOf(const std::string& text, const std::string& series) {
  const size_t at = text.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
}

}  // namespace

TEST_CASE("GET /metrics tells of all that a server does, in Prometheus's format", "[server]") {
  HttpFixture server;
  server.Create("counted", "echo loss=$0; echo loss=1", 3);
  server.WaitForEnd("counted");
  const std::string text = Fetch(server, "/metrics");
  CHECK(ValueOf(text, "qalam_trials{state=\"Succeeded\"}") == 3);
  CHECK(ValueOf(text, "qalam_trials{state=\"Failed\"}") == 0);
  CHECK(ValueOf(text, "qalam_experiments{state=\"Succeeded\"}") == 1);
  CHECK(ValueOf(text, "qalam_trials_ended_total{state=\"Succeeded\"}") == 3);
  CHECK(ValueOf(text, "qalam_metric_points_collected_total") == 6);
  CHECK(ValueOf(text, "qalam_suggestion_seconds_count{algorithm=\"random\"}") >= 1);
  CHECK(ValueOf(text, "qalam_store_call_seconds_count{operation=\"Commit\"}") >= 5);
  CHECK(ValueOf(text, "qalam_operator_call_seconds_count{call=\"Submit\",engine=\"process\"}") ==
        3);
  CHECK(ValueOf(text,
                "qalam_http_requests_total{code=\"201\",method=\"POST\","
                "route=\"/api/v1/experiments\"}") == 1);
  CHECK(ValueOf(text, "qalam_workers") == 4);
  for (const char* waiting : {"qalam_worker_queue_jobs", "qalam_reconcile_queue_events"}) {
    CHECK(ValueOf(text, waiting) >= 0);
  }
  CHECK(ValueOf(text, "process_resident_memory_bytes") > 1e6);
  CHECK(ValueOf(text, "process_open_fds") > 3);
  CHECK(ValueOf(text, "process_threads") > 4);
  const double began = ValueOf(text, "process_start_time_seconds");
  CHECK(std::abs(began - absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch())) < 600);
  CHECK(text.find("\nqalam_build_info{version=") != std::string::npos);

  // Read by the library of those who make the format.
  const std::string path = server.File("metrics.txt");
  REQUIRE(WriteFileAtomically(path, text, false).ok());
  const auto parsed = RunProgram(
      {.arguments = {"/usr/bin/python3", "-c",
                     "import sys\n"
                     "from prometheus_client.parser import text_string_to_metric_families as read\n"
                     "families = list(read(open(sys.argv[1]).read()))\n"
                     "names = [family.name for family in families]\n"
                     "assert len(names) == len(set(names)), 'a family comes twice'\n"
                     "assert all(family.documentation for family in families), 'no help'\n"
                     "assert all(family.samples for family in families), 'no sample'\n"
                     "print(len(names))",
                     path},
       .environment = {}});
  REQUIRE(parsed.ok());
  INFO(parsed->errors);
  REQUIRE(parsed->exit_code == 0);
  CHECK(std::stoi(parsed->output) > 25);
}

TEST_CASE("Every query of the dashboard names what /metrics has", "[server]") {
  GuardedServer server([](ServerOptions& options) { options.access.require_token = false; });
  // Something of every kind has happened.
  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  v1::CreateExperimentsRequest request;
  request.set_document(HttpFixture::Document("drawn", "echo loss=$0", 1));
  v1::CreateExperimentsReply reply;
  grpc::ClientContext creating, watching;
  REQUIRE(stub->CreateExperiments(&creating, request, &reply).ok());
  v1::GetExperimentRequest get;
  get.mutable_experiment()->set_name("drawn");
  const auto watched = stub->WatchExperiment(&watching, get);
  for (v1::Experiment experiment; watched->Read(&experiment);) {
  }
  REQUIRE(watched->Finish().ok());
  httplib::Client client("127.0.0.1", server.port());
  REQUIRE(client.Get("/api/v1/info"));
  const auto answer = client.Get("/metrics");
  REQUIRE(answer);
  const auto text = ReadFile(QALAM_SOURCE "/deploy/grafana/qalam.json");
  REQUIRE(text.ok());
  const auto dashboard = HttpFixture::Json::parse(*text);
  const std::regex name("\\b(qalam|process)_[a-z_]+");
  // Every server on a database tells the same of these, so that they are not added up.
  const std::regex shared("qalam_(trials|experiments|store_bytes)\\{");
  const std::regex shared_once(
      "max by \\([a-z, ]+\\) \\(qalam_(trials|experiments|store_bytes)\\{");
  std::set<std::string> names;
  for (const auto& panel : dashboard["panels"]) {
    CAPTURE(panel["title"]);
    REQUIRE_FALSE(panel["targets"].empty());
    for (const auto& target : panel["targets"]) {
      const std::string query = target["expr"];
      CAPTURE(query);
      auto found = std::sregex_iterator(query.begin(), query.end(), name);
      CHECK(found != std::sregex_iterator());
      for (; found != std::sregex_iterator(); ++found) names.insert(found->str());
      CHECK_FALSE(std::regex_search(std::regex_replace(query, shared_once, ""), shared));
      // One whose controller is stuck is not hidden by the others.
      if (query.find("qalam_reconcile_turn_timestamp_seconds") != std::string::npos) {
        CHECK(query.find(" by (instance) (") != std::string::npos);
      }
    }
  }
  for (const auto& metric : names) {
    CAPTURE(metric);
    CHECK((answer->body.find("\n" + metric + "{") != std::string::npos ||
           answer->body.find("\n" + metric + " ") != std::string::npos));
  }
  CHECK(names.size() > 15);
}

TEST_CASE("Requests are counted by a bounded set of routes, whatever is asked for", "[server]") {
  HttpFixture server;
  for (int i = 0; i < 20; ++i) {
    server.client().Get(fmt::format("/api/v1/experiments/default/odd-{}", i));
    server.client().Get(fmt::format("/api/v1/odd-{}", i));
    server.client().Get(fmt::format("/odd-{}", i));
  }
  const std::string text = Fetch(server, "/metrics");
  CHECK(text.find("odd-") == std::string::npos);
  CHECK(ValueOf(text,
                "qalam_http_requests_total{code=\"404\",method=\"GET\","
                "route=\"/api/v1/experiments/{namespace}/{name}\"}") == 20);
}

TEST_CASE("gRPC calls from outside are counted, with how they ended", "[server]") {
  GuardedServer server([](ServerOptions& options) { options.access.require_token = false; });
  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  v1::ServerInfo info;
  v1::Experiment experiment;
  for (int i = 0; i < 3; ++i) {
    grpc::ClientContext context;
    REQUIRE(stub->GetServerInfo(&context, {}, &info).ok());
  }
  grpc::ClientContext context;
  v1::GetExperimentRequest request;
  request.mutable_experiment()->set_name("nobody");
  CHECK(stub->GetExperiment(&context, request, &experiment).error_code() ==
        grpc::StatusCode::NOT_FOUND);
  httplib::Client client("127.0.0.1", server.port());
  // These go through gRPC within the process, and are counted as HTTP alone.
  REQUIRE(client.Get("/api/v1/info"));
  const auto answer = client.Get("/metrics");
  REQUIRE(answer);
  const std::string root = "/qalam.v1.ExperimentService/";
  CHECK(ValueOf(answer->body, "qalam_grpc_requests_total{code=\"OK\",method=\"" + root +
                                  "GetServerInfo\"}") == 3);
  CHECK(ValueOf(answer->body, "qalam_grpc_requests_total{code=\"NOT_FOUND\",method=\"" + root +
                                  "GetExperiment\"}") == 1);
  CHECK(ValueOf(answer->body,
                "qalam_grpc_request_seconds_count{method=\"" + root + "GetServerInfo\"}") == 3);
}

TEST_CASE("/readyz names the part that cannot work", "[server]") {
  HttpFixture server;
  CHECK(Fetch(server, "/healthz") == "alive\n");
  auto ready = HttpFixture::Json::parse(Fetch(server, "/readyz"));
  CHECK(ready["ready"] == true);
  CHECK(ready["parts"].size() == 3);
  // Without its file the store refuses, and comes back with it.
  const std::string hidden = server.File("hidden.db");
  std::filesystem::rename(server.database(), hidden);
  const auto refused = HttpFixture::Json::parse(Fetch(server, "/readyz", 503));
  std::filesystem::rename(hidden, server.database());
  CHECK(refused["ready"] == false);
  CHECK(refused["parts"]["store"] != "ready");
  CHECK(refused["parts"]["operator"] == "ready");
  CHECK(Fetch(server, "/healthz") == "alive\n");
  ready = HttpFixture::Json::parse(Fetch(server, "/readyz"));
  CHECK(ready["ready"] == true);
}

TEST_CASE("With a token, only the two probes are open", "[server]") {
  HttpFixture server;
  server.Restart("sixteen-letters-or-more");
  CHECK(server.client().Get("/healthz")->status == 200);
  CHECK(server.client().Get("/readyz")->status == 200);
  CHECK(server.client().Get("/metrics")->status == 401);
  CHECK(server.client()
            .Get("/metrics", {{"Authorization", "Bearer sixteen-letters-or-more"}})
            ->status == 200);
}

}  // namespace qalam
