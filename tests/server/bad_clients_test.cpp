// Clients that are slow, gone, too many or of another time: others are answered all the while.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <sys/resource.h>

#include <deque>
#include <thread>

#include "base/files.h"
#include "server/stream_limit.h"
#include "tests/support/http_fixture.h"
#include "tests/support/raw_connection.h"
#include "tests/support/served_database.h"

namespace qalam {

namespace {

constexpr char kGet[] = "GET /api/v1/info HTTP/1.1\r\nHost: localhost\r\n";
constexpr char kPost[] =
    "POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

// How long an ordinary client waits for a small answer, from its connection on.
double SecondsToAnswer(int port) {
  const Time begin = absl::Now();
  httplib::Client client("127.0.0.1", port);
  client.set_connection_timeout(60);
  client.set_read_timeout(60);
  const auto answer = client.Get("/healthz");
  REQUIRE(answer);
  CHECK(answer->status == 200);
  return absl::ToDoubleSeconds(absl::Now() - begin);
}

void RaiseFileLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 8192);
  setrlimit(RLIMIT_NOFILE, &limit);
}

double ResidentBytes(HttpFixture& server) {
  const std::string text = server.client().Get("/metrics")->body;
  const std::string name = "\nprocess_resident_memory_bytes ";
  return std::stod(text.substr(text.find(name) + name.size()));
}

}  // namespace

TEST_CASE("A thousand idle connections keep nobody waiting", "[server]") {
  RaiseFileLimit();
  HttpFixture server;
  std::deque<RawConnection> idle;
  for (int i = 0; i < 1000; ++i) idle.emplace_back(server.port());
  // Twice the pause after which a crowded server looks for those that do nothing, with room for a
  // busy machine.
  CHECK(SecondsToAnswer(server.port()) < 5);
  CHECK(SecondsToAnswer(server.port()) < 5);
}

TEST_CASE("Streams beyond what there is room for are refused, and other calls go on", "[server]") {
  HttpFixture server;
  server.Create("long", "sleep 600", 1);
  const auto stub = v1::ExperimentService::NewStub(server.server().InProcessChannel());
  v1::GetExperimentRequest request;
  request.mutable_experiment()->set_name("long");
  struct Watch {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::Experiment>> reader;
  };
  v1::Experiment experiment;
  const auto open = [&] {
    auto watch = std::make_unique<Watch>();
    watch->reader = stub->WatchExperiment(&watch->context, request);
    return watch;
  };
  std::vector<std::unique_ptr<Watch>> watches;
  for (int i = 0; i < StreamLimit::kMost; ++i) {
    watches.push_back(open());
    REQUIRE(watches.back()->reader->Read(&experiment));
  }
  const auto more = open();
  CHECK_FALSE(more->reader->Read(&experiment));
  const auto refused = more->reader->Finish();
  CHECK(refused.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(refused.error_message().find("streams are open already") != std::string::npos);
  grpc::ClientContext context;
  CHECK(stub->GetExperiment(&context, request, &experiment).ok());
  // One that ends leaves its place to another.
  watches.front()->context.TryCancel();
  const Time deadline = absl::Now() + absl::Seconds(60);
  auto next = open();
  while (!next->reader->Read(&experiment) && absl::Now() < deadline) {
    next->reader->Finish();
    absl::SleepFor(absl::Milliseconds(100));
    next = open();
  }
  CHECK(absl::Now() < deadline);
  next->context.TryCancel();
  for (auto& watch : watches) watch->context.TryCancel();
}

TEST_CASE("Clients that send a byte now and then do not hold the server", "[server]") {
  RaiseFileLimit();
  HttpFixture server;
  // More than it has threads: half of them in their heads, half in their bodies.
  std::deque<RawConnection> slow;
  for (int i = 0; i < 600; ++i) {
    slow.emplace_back(server.port());
    slow.back().Send(i % 2 == 0 ? std::string(kGet)
                                : std::string(kPost) + "Content-Length: 1000\r\n\r\n{");
  }
  std::atomic<bool> ending = false;
  std::thread drip([&] {
    while (!ending) {
      for (auto& connection : slow) connection.Send("x");
      absl::SleepFor(absl::Milliseconds(200));
    }
  });
  const double seconds = SecondsToAnswer(server.port());
  ending = true;
  drip.join();
  CHECK(seconds < 15);
}

TEST_CASE("Clients that do not read their answers cost little memory", "[server]") {
  RaiseFileLimit();
  // An answer that does not fit into a socket's buffers.
  HttpFixture server([](Store& store) {
    ExperimentRecord experiment{.uid = "u", .name_space = "default", .name = "many"};
    experiment.document_json = "{}";
    experiment.state = ExperimentState::kStopped;
    experiment.created = experiment.completed = absl::Now();
    REQUIRE(store.Commit({.create_experiments = {experiment}}).ok());
    WriteBatch batch;
    for (int i = 0; i < 10'000; ++i) {
      batch.append_events.push_back({.experiment_uid = "u",
                                     .time = absl::Now(),
                                     .reason = "Filled",
                                     .message = std::string(200, 'x')});
    }
    REQUIRE(store.Commit(batch).ok());
  });
  const std::string get =
      "GET /api/v1/experiments/default/many/events?limit=10000 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const double before = ResidentBytes(server);
  std::deque<RawConnection> readers;
  for (int i = 0; i < 50; ++i) {
    readers.emplace_back(server.port());
    readers.back().Send(get);
  }
  CHECK(SecondsToAnswer(server.port()) < 15);
  // Each answer is some 3 MB; what is made for one is gone with it.
  CHECK(ResidentBytes(server) - before < 600e6);
}

TEST_CASE("Half-open connections are let go", "[server]") {
  HttpFixture server;
  // The client has ended its side, in the middle of a head, of a body and after a request.
  const std::string whole = std::string(kGet) + "\r\n";
  const RawConnection head(server.port()), body(server.port()), answered(server.port());
  head.Send(kGet);
  body.Send(std::string(kPost) + "Content-Length: 10\r\n\r\n{");
  answered.Send(whole);
  for (const auto* connection : {&head, &body, &answered}) shutdown(connection->get(), SHUT_WR);
  const Time begin = absl::Now();
  head.ReadToEnd();
  body.ReadToEnd();
  CHECK(answered.ReadToEnd().starts_with("HTTP/1.1 200 "));
  CHECK(absl::Now() - begin < absl::Seconds(20));
}

TEST_CASE("Messages of another protocol or version are refused, and the server goes on",
          "[server]") {
  HttpFixture server;
  for (const std::string& odd :
       {std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string("\x16\x03\x01\x02\x00\x01", 6),
        std::string("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"), std::string("\r\n\r\n\r\n"),
        std::string("GET /api/v1/info\r\n\r\n")}) {
    CAPTURE(odd);
    const RawConnection connection(server.port());
    connection.Send(odd);
    shutdown(connection.get(), SHUT_WR);
    CHECK_FALSE(connection.ReadToEnd().starts_with("HTTP/1.1 200 "));
  }
  CHECK(server.Get("/info").status == 200);
}

TEST_CASE("gRPC refuses what is too large or not a message, and goes on", "[server]") {
  ServedDatabase served;
  const auto stub = served.Start();
  const auto channel = grpc::CreateChannel(served.Address(), grpc::InsecureChannelCredentials());
  const auto call = [&](const std::string& method, const std::string& bytes) {
    grpc::GenericStub generic(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer reply;
    grpc::Status status;
    auto pending = generic.PrepareUnaryCall(&context, method, request, &queue);
    pending->StartCall();
    pending->Finish(&reply, &status, &reply);
    void* tag = nullptr;
    bool is_ok = false;
    queue.Next(&tag, &is_ok);
    return status.error_code();
  };
  const std::string root = "/qalam.v1.ExperimentService/";
  CHECK(call(root + "CreateExperiments", std::string(17 << 20, 'x')) ==
        grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(call(root + "CreateExperiments", "\xff\xff\xff\xff") == grpc::StatusCode::INTERNAL);
  CHECK(call(root + "OfALaterVersion", "") == grpc::StatusCode::UNIMPLEMENTED);
  CHECK(call("/qalam.v9.ExperimentService/GetServerInfo", "") == grpc::StatusCode::UNIMPLEMENTED);
  // Bytes that are no HTTP/2 at all, and connections that say nothing.
  const std::string address = served.Address();
  const int port = std::stoi(address.substr(address.rfind(':') + 1));
  std::deque<RawConnection> idle;
  RaiseFileLimit();
  for (int i = 0; i < 200; ++i) idle.emplace_back(port);
  const RawConnection odd(port);
  odd.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(call(root + "GetServerInfo", "") == grpc::StatusCode::OK);
  CHECK(served.Stop() == 0);
}

}  // namespace qalam
