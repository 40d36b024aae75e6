// What a real API server cannot be made to do on command.
#include "controller/kubernetes/client.h"

#include <absl/time/clock.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "base/files.h"
#include "controller/kubernetes/login_sources.h"
#include "controller/kubernetes/object_watch.h"
#include "tests/support/http_server.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/tls_files.h"

namespace qalam::kubernetes {
namespace {

const ObjectPath kPodsOfA{kPods, "a", "", ""};
const ObjectPath kOnePod{kPods, "a", "p", ""};
constexpr char kPodsPath[] = "/api/v1/namespaces/a/pods";
constexpr char kPodPath[] = "/api/v1/namespaces/a/pods/p";

std::unique_ptr<Client> ClientOf(const HttpServer& server, ClientOptions options = {},
                                 std::shared_ptr<LoginSource> login = MakeFixedLogin({})) {
  ClusterAccess access;
  access.server = fmt::format("http://127.0.0.1:{}", server.port());
  access.login = std::move(login);
  options.first_delay = absl::Milliseconds(1);
  auto client = Client::Create(std::move(access), options);
  REQUIRE(client.ok());
  return *std::move(client);
}

std::string Pod(const std::string& name, const std::string& version) {
  return fmt::format(
      R"({{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{}","resourceVersion":"{}"}}}})",
      name, version);
}

std::string Event(const std::string& type, const std::string& object) {
  return fmt::format(R"({{"type":"{}","object":{}}})", type, object) + "\n";
}

std::string Failure(int code, const std::string& reason) {
  return fmt::format(
      R"({{"kind":"Status","status":"Failure","message":"says why","reason":"{}","code":{}}})",
      reason, code);
}

void WaitUntil(const std::function<bool()>& condition) {
  const auto deadline = absl::Now() + absl::Seconds(20);
  while (!condition()) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(2));
  }
}

}  // namespace

TEST_CASE("A request that may succeed later is repeated, as late as the server says",
          "[kubernetes]") {
  const int refusal = GENERATE(429, 500, 503, 504);
  std::atomic<int> calls{0};
  HttpServer server;
  server->Get(kPodPath, [&](const httplib::Request&, httplib::Response& response) {
    if (++calls < 3) {
      response.status = refusal;
      if (calls == 2) response.set_header("Retry-After", "1");
      return;
    }
    response.set_content(Pod("p", "1"), "application/json");
  });
  server.Start();
  const auto client = ClientOf(server);
  const Time before = absl::Now();
  const auto pod = client->Get(kOnePod);
  REQUIRE(pod.ok());
  CHECK(MetadataText(*pod, "name") == "p");
  CHECK(calls == 3);
  CHECK(absl::Now() - before >= absl::Seconds(1));
}

TEST_CASE("A request is not repeated without end, nor later than is bearable", "[kubernetes]") {
  const std::string retry_after = GENERATE("", "3600");
  std::atomic<int> calls{0};
  HttpServer server;
  server->Get(kPodPath, [&](const httplib::Request&, httplib::Response& response) {
    ++calls;
    response.status = 429;
    if (!retry_after.empty()) response.set_header("Retry-After", retry_after);
    response.set_content(Failure(429, "TooManyRequests"), "application/json");
  });
  server.Start();
  const auto pod = ClientOf(server, {.attempts = 3})->Get(kOnePod);
  CHECK(pod.status().code() == StatusCode::kUnavailable);
  CHECK(Message(pod.status()) == "reading Pod a/p: HTTP 429: says why");
  CHECK(calls == (retry_after.empty() ? 3 : 1));
}

TEST_CASE("Each refusal has its code, and is not repeated", "[kubernetes]") {
  struct Case {
    int status;
    const char* reason;
    StatusCode code;
  };
  const auto test = GENERATE(values<Case>({
      {400, "BadRequest", StatusCode::kInvalidArgument},
      {403, "Forbidden", StatusCode::kPermissionDenied},
      {404, "NotFound", StatusCode::kNotFound},
      {409, "AlreadyExists", StatusCode::kAlreadyExists},
      {409, "Conflict", StatusCode::kAborted},
      {410, "Expired", StatusCode::kOutOfRange},
      {422, "Invalid", StatusCode::kInvalidArgument},
  }));
  CAPTURE(test.status, test.reason);
  std::atomic<int> calls{0};
  HttpServer server;
  server->Post(kPodsPath, [&](const httplib::Request&, httplib::Response& response) {
    ++calls;
    response.status = test.status;
    response.set_content(Failure(test.status, test.reason), "application/json");
  });
  server.Start();
  const auto answer = ClientOf(server)->Create(kPodsOfA, Json::parse(Pod("p", "")));
  CHECK(answer.status().code() == test.code);
  CHECK(Message(answer.status()) ==
        fmt::format("creating Pod a/p: HTTP {}: says why", test.status));
  CHECK(calls == 1);
}

TEST_CASE("A token that has expired is renewed in mid-request", "[kubernetes]") {
  class Renewed final : public LoginSource {
   public:
    StatusOr<Login> Get() override { return Login{.token = fmt::format("t{}", refused_.load())}; }
    void Refused(const Login&) override { ++refused_; }

   private:
    std::atomic<int> refused_{0};
  };
  HttpServer server;
  server->Get(kPodPath, [&](const httplib::Request& request, httplib::Response& response) {
    if (request.get_header_value("Authorization") == "Bearer t1") {
      return response.set_content(Pod("p", "1"), "application/json");
    }
    response.status = 401;
    response.set_content(Failure(401, "Unauthorized"), "application/json");
  });
  server.Start();
  CHECK(ClientOf(server, {}, std::make_shared<Renewed>())->Get(kOnePod).ok());
  // One that nothing renews.
  const auto refused = ClientOf(server, {}, MakeFixedLogin({.token = "stale"}))->Get(kOnePod);
  CHECK(refused.status().code() == StatusCode::kUnauthenticated);
  CHECK(Message(refused.status()).find("stale") == std::string::npos);
}

TEST_CASE("Deleting says how, and which object is meant", "[kubernetes]") {
  HttpServer server;
  Json body;
  server->Delete(kPodPath, [&](const httplib::Request& request, httplib::Response& response) {
    body = Json::parse(request.body);
    response.set_content("{}", "application/json");
  });
  server.Start();
  REQUIRE(ClientOf(server)->Delete(kOnePod, Propagation::kForeground, "u-1").ok());
  CHECK(body["propagationPolicy"] == "Foreground");
  CHECK(body["preconditions"]["uid"] == "u-1");
}

TEST_CASE("A list comes in pages, and anew when the server drops it in between", "[kubernetes]") {
  std::atomic<int> expired{0};
  HttpServer server;
  server->Get(kPodsPath, [&](const httplib::Request& request, httplib::Response& response) {
    const std::string go_on = request.get_param_value("continue");
    if (request.get_param_value("limit") != "2") response.status = 400;
    if (request.get_param_value("labelSelector") != "x=y,z") response.status = 400;
    if (!go_on.empty() && ++expired == 1) {
      response.status = 410;
      return response.set_content(Failure(410, "Expired"), "application/json");
    }
    response.set_content(go_on.empty()
                             ? R"({"metadata":{"continue":"a b&c","resourceVersion":"7"},)"
                               R"("items":[{"metadata":{"name":"p1"}},{"metadata":{"name":"p2"}}]})"
                             : fmt::format(R"({{"metadata":{{"resourceVersion":"8"}},)"
                                           R"("items":[{{"metadata":{{"name":"{}"}}}}]}})",
                                           go_on == "a b&c" ? "p3" : "wrong place"),
                         "application/json");
  });
  server.Start();
  const auto list = ClientOf(server, {.page_size = 2})->List(kPodsOfA, "x=y,z");
  REQUIRE(list.ok());
  REQUIRE(list->items.size() == 3);
  CHECK(MetadataText(list->items[2], "name") == "p3");
  // As a single object would be.
  CHECK(list->items[0]["kind"] == "Pod");
  CHECK(list->resource_version == "8");
}

TEST_CASE("Requests share a connection, and go on over another when it is cut", "[kubernetes]") {
  std::mutex mutex;
  std::set<int> ports;
  HttpServer server;
  server->set_keep_alive_max_count(3);
  server->Get(kPodPath, [&](const httplib::Request& request, httplib::Response& response) {
    const std::lock_guard lock(mutex);
    ports.insert(request.remote_port);
    response.set_content(Pod("p", "1"), "application/json");
  });
  server.Start();
  const auto client = ClientOf(server);
  for (int i = 0; i < 9; ++i) REQUIRE(client->Get(kOnePod).ok());
  CHECK(ports.size() == 3);
}

TEST_CASE("An answer without end is given up", "[kubernetes]") {
  HttpServer server;
  server->Get(kPodPath, [&](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("application/json", [](size_t, httplib::DataSink& sink) {
      const std::string spaces(4096, ' ');
      return sink.write(spaces.data(), spaces.size());
    });
  });
  server.Start();
  ClientOptions options;
  options.connections.largest_answer = 1 << 20;
  CHECK(ClientOf(server, options)->Get(kOnePod).status().code() == StatusCode::kResourceExhausted);
}

TEST_CASE("A server that is away is unavailable, and says which", "[kubernetes]") {
  HttpServer server;
  std::unique_ptr<Client> client;
  {
    HttpServer gone;
    gone.Start();
    client = ClientOf(gone);
  }
  const auto pod = client->Get(kOnePod);
  CHECK(pod.status().code() == StatusCode::kUnavailable);
  CHECK_THAT(Message(pod.status()), Catch::Contains("cannot connect to http://127.0.0.1:"));
}

TEST_CASE("The server's certificate must be vouched for, and be for its name", "[kubernetes]") {
  const TemporaryDirectory directory;
  const TlsFiles files(directory.path());
  HttpServer server(files.certificate, files.key);
  server->Get(kPodPath, [&](const httplib::Request&, httplib::Response& response) {
    response.set_content(Pod("p", "1"), "application/json");
  });
  server.Start();
  const auto get = [&](const std::function<void(ClusterAccess&)>& change) {
    ClusterAccess access;
    access.server = fmt::format("https://127.0.0.1:{}", server.port());
    access.authorities = *ReadFile(files.certificate);
    access.login = MakeFixedLogin({});
    change(access);
    auto client = Client::Create(std::move(access), {.attempts = 1});
    return client.ok() ? (*client)->Get(kOnePod).status() : client.status();
  };
  CHECK(get([](ClusterAccess&) {}).ok());
  CHECK(get([](ClusterAccess& access) { access.server_name = "localhost"; }).ok());
  CHECK(get([](ClusterAccess& access) { access.server_name = "elsewhere"; }).code() ==
        StatusCode::kFailedPrecondition);
  const auto unknown = get([](ClusterAccess& access) { access.authorities.clear(); });
  CHECK(unknown.code() == StatusCode::kFailedPrecondition);
  CHECK_THAT(Message(unknown), Catch::Contains("not one to be trusted"));
  CHECK(get([](ClusterAccess& access) {
          access.authorities.clear();
          access.insecure = true;
        }).ok());
  CHECK(get([](ClusterAccess& access) { access.authorities = "none"; }).code() ==
        StatusCode::kInvalidArgument);
  const auto bad_key = get([&](ClusterAccess& access) {
    access.login = MakeFixedLogin({.certificate = *ReadFile(files.certificate), .key = "secret"});
  });
  CHECK(bad_key.code() == StatusCode::kFailedPrecondition);
  CHECK(Message(bad_key).find("secret") == std::string::npos);
}

TEST_CASE("A cancelled request ends at once, whatever it waits for", "[kubernetes]") {
  std::atomic<bool> asked{false}, over{false};
  HttpServer server;
  server->Get(kPodPath, [&](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("application/json", [&](size_t, httplib::DataSink& sink) {
      if (!asked.exchange(true)) sink.write(" ", 1);
      while (!over) absl::SleepFor(absl::Milliseconds(1));
      return false;
    });
  });
  server->Get(kPodsPath, [&](const httplib::Request&, httplib::Response& response) {
    response.status = 503;
    response.set_header("Retry-After", "25");
    asked = true;
  });
  server.Start();
  const auto client = ClientOf(server);
  const bool in_flight = GENERATE(true, false);
  CAPTURE(in_flight);
  Cancellation cancellation;
  Status status;
  std::thread caller([&] {
    status = in_flight ? client->Get(kOnePod, &cancellation).status()
                       : client->List(kPodsOfA, "", &cancellation).status();
  });
  WaitUntil([&] { return asked.load(); });
  const Time before = absl::Now();
  cancellation.Cancel();
  caller.join();
  const Duration took = absl::Now() - before;
  over = true;
  CHECK_FALSE(status.ok());
  CHECK(took < absl::Seconds(5));
  CHECK(client->Get(kOnePod, &cancellation).status().code() == StatusCode::kCancelled);
}

namespace {

// A pods endpoint whose answers to watches are scripted, and what a watch over it has told.
class WatchedServer {
 public:
  using Script = std::function<void(int call, const httplib::Request&, httplib::Response&)>;

  explicit WatchedServer(Script script) {
    server_->Get(kPodsPath, [this, script](const httplib::Request& request,
                                           httplib::Response& response) {
      if (request.has_param("watch")) return script(++watches, request, response);
      response.set_content(fmt::format(R"({{"metadata":{{"resourceVersion":"{}"}},"items":[{}]}})",
                                       100 * ++lists, Pod("listed", "1")),
                           "application/json");
    });
    server_.Start();
    client_ = ClientOf(server_);
    watch_ = std::make_unique<ObjectWatch>(
        *client_, kPodsOfA, "",
        WatchHandlers{.replaced = [this](std::vector<Json> all) { Tell("=", all.at(0)); },
                      .changed = [this](Json object) { Tell("+", object); },
                      .deleted = [this](Json object) { Tell("-", object); },
                      .reached = [this](const Status& status) { status.ok() ? ++ok : ++away; }},
        WatchOptions{.first_delay = absl::Milliseconds(1)});
  }
  // Held open until the test is over.
  void Hold(httplib::Response& response, const std::string& first) {
    response.set_chunked_content_provider(
        "application/json", [this, first, sent = false](size_t, httplib::DataSink& sink) mutable {
          if (!std::exchange(sent, true)) return sink.write(first.data(), first.size());
          while (!over_) absl::SleepFor(absl::Milliseconds(1));
          return false;
        });
  }
  ~WatchedServer() {
    watch_.reset();
    over_ = true;
  }
  std::string told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  std::atomic<int> lists{0}, watches{0}, ok{0}, away{0};

 private:
  void Tell(const char* sign, const Json& object) {
    const std::lock_guard lock(mutex_);
    told_ += sign + MetadataText(object, "name") + " ";
  }

  std::atomic<bool> over_{false};
  std::mutex mutex_;
  std::string told_;
  HttpServer server_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<ObjectWatch> watch_;
};

}  // namespace

TEST_CASE("A watch that is cut goes on where it was, by a bookmark too", "[kubernetes]") {
  std::mutex mutex;
  std::vector<std::string> versions;
  WatchedServer* server = nullptr;
  std::atomic<bool> ready{false};
  WatchedServer watched(
      [&](int call, const httplib::Request& request, httplib::Response& response) {
        while (!ready) absl::SleepFor(absl::Milliseconds(1));
        {
          const std::lock_guard lock(mutex);
          versions.push_back(request.get_param_value("resourceVersion"));
        }
        if (call == 1) {
          // In the middle of an event.
          const std::string text = Event("ADDED", Pod("one", "101")) + R"({"type":"ADD)";
          response.set_chunked_content_provider(
              "application/json", [text, sent = false](size_t, httplib::DataSink& sink) mutable {
                return !std::exchange(sent, true) && sink.write(text.data(), text.size());
              });
        } else if (call == 2) {
          // To its end.
          response.set_content(
              Event("MODIFIED", Pod("one", "102")) +
                  Event("BOOKMARK", R"({"kind":"Pod","metadata":{"resourceVersion":"opaque/7"}})"),
              "application/json");
        } else {
          server->Hold(response, Event("DELETED", Pod("one", "104")));
        }
      });
  server = &watched;
  ready = true;
  WaitUntil([&] { return watched.told() == "=listed +one +one -one "; });
  CHECK(watched.lists == 1);
  CHECK(versions == std::vector<std::string>{"100", "101", "opaque/7"});
  // Each cut was made good at once, so that nobody need know.
  CHECK(watched.away == 0);
}

TEST_CASE("A watch from a version that is too old begins with a list again", "[kubernetes]") {
  const bool as_event = GENERATE(true, false);
  CAPTURE(as_event);
  WatchedServer* server = nullptr;
  std::atomic<bool> ready{false};
  WatchedServer watched([&](int call, const httplib::Request&, httplib::Response& response) {
    while (!ready) absl::SleepFor(absl::Milliseconds(1));
    if (call > 1) return server->Hold(response, Event("ADDED", Pod("new", "201")));
    if (!as_event) response.status = 410;
    response.set_content(
        as_event ? Event("ERROR", Failure(410, "Expired")) : Failure(410, "Expired"),
        "application/json");
  });
  server = &watched;
  ready = true;
  WaitUntil([&] { return watched.told() == "=listed =listed +new "; });
  CHECK(watched.lists == 2);
}

TEST_CASE("A watch that the server refuses is told, and so is its return", "[kubernetes]") {
  WatchedServer* server = nullptr;
  std::atomic<bool> ready{false};
  WatchedServer watched([&](int call, const httplib::Request&, httplib::Response& response) {
    while (!ready) absl::SleepFor(absl::Milliseconds(1));
    // Without a word: that it is open says enough.
    if (call > 3) return server->Hold(response, "\n");
    response.status = call == 1 ? 403 : 503;
  });
  server = &watched;
  ready = true;
  WaitUntil([&] { return watched.away == 3 && watched.ok > 0; });
  CHECK(watched.lists == 1);
}

TEST_CASE("A kind is looked for once, and what there is is said of one that is not",
          "[kubernetes]") {
  std::atomic<int> calls{0};
  HttpServer server;
  server->Get("/apis/batch/v1", [&](const httplib::Request&, httplib::Response& response) {
    ++calls;
    response.set_content(R"({"resources":[{"name":"jobs","kind":"Job","namespaced":true},
                             {"name":"jobs/status","kind":"Job","namespaced":true},
                             {"name":"wide","kind":"Wide","namespaced":false}]})",
                         "application/json");
  });
  server->Get("/apis/none/v1",
              [&](const httplib::Request&, httplib::Response& response) { response.status = 404; });
  server.Start();
  const auto client = ClientOf(server);
  CHECK(client->FindResource("batch/v1", "Job")->plural == "jobs");
  CHECK_FALSE(client->FindResource("batch/v1", "Wide")->namespaced);
  CHECK(calls == 1);
  const auto unknown = client->FindResource("batch/v1", "Jobs");
  CHECK(unknown.status().code() == StatusCode::kNotFound);
  CHECK_THAT(Message(unknown.status()), Catch::Contains("no kind Jobs of batch/v1; it has: Job"));
  CHECK(client->FindResource("none/v1", "X").status().code() == StatusCode::kNotFound);
}

}  // namespace qalam::kubernetes
