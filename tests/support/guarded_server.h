#pragma once

#include <grpcpp/grpcpp.h>
#include <httplib.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/proto/access_v1.grpc.pb.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "db/access_store.h"
#include "server/server.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// A whole server in this process that wants a token of every call, on gRPC and HTTP, and the tokens
// that a test shows to it.
class GuardedServer {
 public:
  explicit GuardedServer(const std::function<void(ServerOptions&)>& change = nullptr) {
    ServerOptions options;
    options.database = directory_.File("qalam.db");
    options.work_root = directory_.File("trials");
    options.listen = {"127.0.0.1:0"};
    options.http = "127.0.0.1:0";
    options.access.require_token = true;
    if (change) change(options);
    auto server = Server::Start(options);
    INFO((server.ok() ? "" : Message(server.status())));
    REQUIRE(server.ok());
    server_ = *std::move(server);
    access_ = v1::AccessService::NewStub(server_->InProcessChannel());
    admin_ = v1::ExperimentService::NewStub(server_->InProcessChannel());
    const std::string url = server_->http_url();
    port_ = std::stoi(url.substr(url.rfind(':') + 1));
  }

  Server& server() { return *server_; }
  const std::string& address() const { return server_->addresses().front(); }
  int port() const { return port_; }
  std::string File(const std::string& name) const { return directory_.File(name); }
  // Of this process, which may do everything.
  v1::AccessService::Stub& access() { return *access_; }
  v1::ExperimentService::Stub& admin() { return *admin_; }

  v1::CreateTokenReply MakeToken(const std::string& role,
                                 const std::vector<std::string>& namespaces,
                                 double expires_in_seconds = 0) {
    v1::CreateTokenRequest request;
    request.set_role(role);
    for (const auto& name_space : namespaces) request.add_namespaces(name_space);
    request.set_expires_in_seconds(expires_in_seconds);
    v1::CreateTokenReply reply;
    grpc::ClientContext context;
    const auto status = access_->CreateToken(&context, request, &reply);
    INFO(status.error_message());
    REQUIRE(status.ok());
    return reply;
  }
  std::string Secret(const std::string& role, const std::vector<std::string>& namespaces) {
    return MakeToken(role, namespaces).secret();
  }
  void Revoke(const std::string& id) {
    v1::RevokeTokenRequest request;
    request.set_id(id);
    v1::Token token;
    grpc::ClientContext context;
    REQUIRE(access_->RevokeToken(&context, request, &token).ok());
  }

  // What a caller by gRPC has in hand.
  static void Show(grpc::ClientContext& context, const std::string& secret) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    if (!secret.empty()) context.AddMetadata("authorization", "Bearer " + secret);
  }
  std::shared_ptr<grpc::Channel> Channel() const {
    return grpc::CreateChannel(address(), grpc::InsecureChannelCredentials());
  }
  httplib::Response Http(const std::string& method, const std::string& path,
                         const std::string& secret, const std::string& body = "") {
    httplib::Client client("127.0.0.1", port_);
    client.set_read_timeout(60);
    httplib::Request request;
    request.method = method;
    request.path = "/api/v1" + path;
    if (!secret.empty()) request.set_header("Authorization", "Bearer " + secret);
    if (method != "GET") request.set_header("Content-Type", "application/json");
    if (method != "GET") request.body = body;
    const auto result = client.send(request);
    INFO(method << " " << path << ": " << httplib::to_string(result.error()));
    REQUIRE(result);
    return *result;
  }

  // One whose trials run `script` by sh; empty: that clients run.
  void Submit(const std::string& name_space, const std::string& name,
              const std::string& script = "") {
    v1::CreateExperimentsRequest request;
    request.set_document(Document(name_space, name, script));
    v1::CreateExperimentsReply reply;
    grpc::ClientContext context;
    const auto status = admin_->CreateExperiments(&context, request, &reply);
    INFO(status.error_message());
    REQUIRE(status.ok());
  }
  static std::string Document(const std::string& name_space, const std::string& name,
                              const std::string& script = "") {
    const std::string head = fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}, namespace: {}}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: 1
  parallelTrialCount: 1
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
)",
                                         name, name_space);
    if (script.empty()) return head + "  trialRunner: Client\n";
    return head + fmt::format(R"(  metricsCollectorSpec: {{collector: {{kind: Push}}}}
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [sh, -c, '{}', '${{trialParameters.x}}']}}]}}}}}}
)",
                              script);
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::AccessService::Stub> access_;
  std::unique_ptr<v1::ExperimentService::Stub> admin_;
  int port_ = 0;
};

}  // namespace qalam
