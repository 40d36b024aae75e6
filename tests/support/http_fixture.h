#pragma once

#include <absl/time/clock.h>
#include <httplib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/files.h"
#include "db/store.h"
#include "server/server.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// A whole server with its HTTP port, over a store of its own, and a client.
class HttpFixture {
 public:
  using Json = nlohmann::ordered_json;

  // `fill` puts rows into the store before the server opens it.
  explicit HttpFixture(const std::function<void(Store&)>& fill = nullptr) {
    if (fill) {
      const auto store = OpenSqliteStore(database());
      REQUIRE(store.ok());
      fill(**store);
    }
    Restart();
  }

  // With a token, the client must send it.
  void Restart(const std::string& token = "") {
    server_.reset();
    ServerOptions options;
    options.database = database();
    options.work_root = directory_.File("trials");
    options.http = "127.0.0.1:0";
    options.access.token = token;
    auto server = Server::Start(options);
    INFO((server.ok() ? "" : Message(server.status())));
    REQUIRE(server.ok());
    server_ = *std::move(server);
    const std::string url = server_->http_url();
    port_ = std::stoi(url.substr(url.rfind(':') + 1));
    client_ = std::make_unique<httplib::Client>("127.0.0.1", port_);
    client_->set_keep_alive(true);
    client_->set_read_timeout(60);
  }

  int port() const { return port_; }
  Server& server() { return *server_; }
  httplib::Client& client() { return *client_; }
  std::string database() const { return directory_.File("qalam.db"); }
  std::string File(const std::string& name) const { return directory_.File(name); }

  // The answer; the test fails when there is none.
  httplib::Response Get(const std::string& path, const httplib::Headers& headers = {}) {
    auto result = client_->Get("/api/v1" + path, headers);
    INFO("GET " << path << ": " << httplib::to_string(result.error()));
    REQUIRE(result);
    return *result;
  }
  Json GetJson(const std::string& path) {
    const auto response = Get(path);
    INFO("GET " << path << ": " << response.body.substr(0, 500));
    REQUIRE(response.status == 200);
    return Json::parse(response.body);
  }
  httplib::Response Post(const std::string& path, const Json& body = Json::object()) {
    auto result = client_->Post("/api/v1" + path, body.dump(), "application/json");
    INFO("POST " << path << ": " << httplib::to_string(result.error()));
    REQUIRE(result);
    return *result;
  }
  httplib::Response Patch(const std::string& path, const Json& body,
                          const httplib::Headers& headers = {}) {
    auto result = client_->Patch("/api/v1" + path, headers, body.dump(), "application/json");
    REQUIRE(result);
    return *result;
  }
  httplib::Response Delete(const std::string& path) {
    auto result = client_->Delete("/api/v1" + path, "", "application/json");
    REQUIRE(result);
    return *result;
  }

  // A document whose trials run `script` by sh, with the parameter x as $0.
  static std::string Document(const std::string& name, const std::string& script, int trials,
                              const std::string& more = "") {
    return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: {}
  parallelTrialCount: {}
{}  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [sh, -c, '{}', '${{trialParameters.x}}']}}]}}}}}}
)",
                       name, trials, std::clamp(trials, 1, 2), more, script);
  }
  void Create(const std::string& name, const std::string& script, int trials,
              const std::string& more = "") {
    const auto created = Post("/experiments", {{"document", Document(name, script, trials, more)}});
    INFO(created.body);
    REQUIRE(created.status == 201);
  }
  // The experiment once the condition holds.
  Json WaitFor(const std::string& name, const std::function<bool(const Json&)>& condition) {
    const auto deadline = absl::Now() + absl::Seconds(60);
    while (true) {
      auto experiment = GetJson("/experiments/default/" + name);
      if (condition(experiment)) return experiment;
      INFO(experiment.dump());
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
  Json WaitForEnd(const std::string& name) {
    return WaitFor(name, [](const Json& experiment) {
      return experiment["state"] == "Succeeded" || experiment["state"] == "Failed" ||
             experiment["state"] == "Stopped";
    });
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Server> server_;
  int port_ = 0;
  std::unique_ptr<httplib::Client> client_;
};

}  // namespace qalam
