// The trace of a request: from whoever asks to the log, the suggestion service and the trials.

#include <grpcpp/grpcpp.h>

#include "base/files.h"
#include "server/trace_of_call.h"
#include "tests/support/http_fixture.h"
#include "tests/support/served_database.h"

namespace qalam {

namespace {

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kParent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

// Prints the trial's trace as a metric's text.
std::string DocumentOf(const std::string& name) {
  return HttpFixture::Document(name, "echo loss=1; echo $TRACEPARENT $TRACESTATE", 1);
}

std::string OutputOf(HttpFixture& server, const std::string& name) {
  server.WaitForEnd(name);
  const auto trials = server.GetJson("/experiments/default/" + name + "/trials")["trials"];
  REQUIRE(trials.size() == 1);
  return server.Get("/trials/default/" + trials[0]["name"].get<std::string>() + "/logs").body;
}

// Answers nothing but how it was called.
class TracedSuggestions final : public v1::SuggestionService::Service {
 public:
  grpc::Status Suggest(grpc::ServerContext* context, const v1::SuggestRequest*,
                       v1::SuggestReply* reply) override {
    absl::MutexLock lock(&mutex_);
    trace_ = TraceOfCall(context->client_metadata());
    reply->set_exhausted(true);
    return grpc::Status::OK;
  }
  TraceContext trace() const {
    absl::MutexLock lock(&mutex_);
    return trace_;
  }

 private:
  mutable absl::Mutex mutex_;
  TraceContext trace_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

TEST_CASE("A trial continues the trace of the request that made its experiment", "[trace]") {
  HttpFixture server;
  const auto created = server.client().Post(
      "/api/v1/experiments", {{"traceparent", kParent}, {"tracestate", "vendor=1"}},
      HttpFixture::Json({{"document", DocumentOf("traced")}}).dump(), "application/json");
  REQUIRE(created);
  REQUIRE(created->status == 201);
  const std::string output = OutputOf(server, "traced");
  INFO(output);
  CHECK(output.find(std::string("00-") + kTraceId + "-") != std::string::npos);
  CHECK(output.find("vendor=1") != std::string::npos);
  // Under a span of its own.
  CHECK(output.find("00f067aa0ba902b7") == std::string::npos);
}

TEST_CASE("An experiment without a trace is given one", "[trace]") {
  HttpFixture server;
  for (const char* given : {"", "00-0-0-00"}) {
    const std::string name = std::string("fresh") + (*given == '\0' ? "" : "-odd");
    const auto created = server.client().Post(
        "/api/v1/experiments", {{"traceparent", given}},
        HttpFixture::Json({{"document", DocumentOf(name)}}).dump(), "application/json");
    REQUIRE(created);
    REQUIRE(created->status == 201);
    const std::string output = OutputOf(server, name);
    const size_t at = output.find("00-");
    INFO(output);
    REQUIRE(at != std::string::npos);
    CHECK(ParseTraceParent(output.substr(at, 55)));
  }
}

TEST_CASE("The suggestion service and the log hear of the trace", "[trace]") {
  TracedSuggestions suggestions;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&suggestions);
  const auto service = builder.BuildAndStart();
  const TemporaryDirectory directory;
  const std::string database = directory.File("qalam.db"), log = directory.File("log");
  const FileDescriptor output(open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
  ChildProcess server({QALAM_BIN "/qalam", "--log-level", "info", "--log-format", "json", "serve",
                       "--db", database, "--listen", "127.0.0.1:0", "--http", "none",
                       "--suggestion", fmt::format("127.0.0.1:{}", port)},
                      {}, output.get());
  const auto stub = Connect(database);
  REQUIRE(stub != nullptr);
  grpc::ClientContext context;
  context.AddMetadata("traceparent", kParent);
  v1::CreateExperimentsRequest request;
  request.set_document(DocumentOf("asked"));
  v1::CreateExperimentsReply reply;
  REQUIRE(stub->CreateExperiments(&context, request, &reply).ok());
  grpc::ClientContext watching;
  v1::GetExperimentRequest get;
  get.mutable_experiment()->set_name("asked");
  const auto watched = stub->WatchExperiment(&watching, get);
  for (v1::Experiment experiment; watched->Read(&experiment);) {
  }
  server.Signal(SIGTERM);
  CHECK(server.Wait() == 0);
  CHECK(suggestions.trace().trace_id == kTraceId);
  CHECK(suggestions.trace().parent_id != "00f067aa0ba902b7");
  // Every line of the log is an object; those of the experiment say which, and its trace.
  std::istringstream lines(*ReadFile(log));
  int about = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("{")) continue;  // what serve prints
    CAPTURE(line);
    const auto json = HttpFixture::Json::parse(line);
    for (const char* name : {"time", "level", "component", "message"}) CHECK(json.contains(name));
    if (json.value("experiment", "") != "asked") continue;
    ++about;
    CHECK(json["trace_id"] == kTraceId);
    CHECK(json["experiment_uid"] == reply.experiments(0).uid());
  }
  CHECK(about >= 1);
}

}  // namespace qalam
