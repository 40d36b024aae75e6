// What each call needs: every method of gRPC and every route of HTTP is tried by callers who lack
// it. A method or a route that is added comes into these tests unasked.

#include "server/identity/rights.h"

#include <google/protobuf/dynamic_message.h>
#include <grpcpp/generic/generic_stub.h>

#include <catch2/catch.hpp>
#include <set>

#include "api/proto/api_v1_beta1.pb.h"
#include "server/http/route.h"
#include "tests/support/guarded_server.h"
#include "tests/support/raw_connection.h"

namespace qalam {
namespace {

using google::protobuf::FieldDescriptor;
using ProtoMessage = google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// Of the services that `qalam serve` has.
std::vector<const MethodDescriptor*> Methods() {
  std::vector<const MethodDescriptor*> methods;
  const std::pair<const google::protobuf::FileDescriptor*, std::vector<std::string>> files[] = {
      {v1::Experiment::descriptor()->file(), {"ExperimentService", "SuggestionService"}},
      {v1::Token::descriptor()->file(), {"AccessService"}},
      {::api::v1::beta1::Trial::descriptor()->file(), {"DBManager", "EarlyStopping"}}};
  for (const auto& [file, names] : files) {
    for (const auto& name : names) {
      const auto* service = file->FindServiceByName(name);
      REQUIRE(service != nullptr);
      for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
    }
  }
  return methods;
}

std::string CallOf(const MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

// Fills in every namespace and name of the message and of those in it.
void PutName(ProtoMessage& message, const std::string& name_space, const std::string& name,
             int depth) {
  const auto* descriptor = message.GetDescriptor();
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
      if (field->name() == "namespace") reflection->SetString(&message, field, name_space);
      if (field->name() == "name") reflection->SetString(&message, field, name);
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map() || depth == 0) {
      continue;
    }
    PutName(field->is_repeated() ? *reflection->AddMessage(&message, field)
                                 : *reflection->MutableMessage(&message, field),
            name_space, name, depth - 1);
  }
}

std::string RequestTo(const MethodDescriptor& method, const std::string& name_space,
                      const std::string& name) {
  const std::unique_ptr<ProtoMessage> request(google::protobuf::MessageFactory::generated_factory()
                                                  ->GetPrototype(method.input_type())
                                                  ->New());
  PutName(*request, name_space, name, 2);
  return request->SerializeAsString();
}

// Of any kind of method, whose answers are passed over.
grpc::Status CallMethod(const std::shared_ptr<grpc::Channel>& channel, const std::string& call,
                        const std::string& request, const std::string& secret) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  GuardedServer::Show(context, secret);
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request);
  const grpc::ByteBuffer buffer(&slice, 1);
  grpc::ByteBuffer reply;
  grpc::Status status;
  const auto reader = stub.PrepareUnaryCall(&context, call, buffer, &queue);
  reader->StartCall();
  reader->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  REQUIRE(queue.Next(&tag, &ok));
  return status;
}

std::string PathOf(const http::Route& route, const std::string& name_space,
                   const std::string& trial) {
  std::string path = route.path;
  const auto put = [&](const std::string& part, const std::string& text) {
    const size_t place = path.find(part);
    if (place != std::string::npos) path.replace(place, part.size(), text);
  };
  put("{namespace}", name_space);
  put("{name}", "held");
  put("{trial}", trial);
  put("{number}", "0");
  put("{path...}", "output.log");
  return path;
}

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;

}  // namespace

TEST_CASE("Every method and every route has its row of rights, and every row is of one",
          "[rights]") {
  std::set<std::string> calls = {"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
                                 "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"};
  for (const auto* method : Methods()) calls.insert(CallOf(*method));
  for (const auto* routes : {&http::Routes(), &http::RootRoutes()}) {
    for (const auto& route : *routes) calls.insert(route.method + " " + route.path);
  }
  for (const auto& call : calls) {
    CAPTURE(call);
    CHECK(FindRight(call) != nullptr);
  }
  for (const auto& right : CallRights()) {
    CAPTURE(right.call);
    CHECK(calls.contains(std::string(right.call)));
    // Only these are for those who are nobody.
    const bool may_be_open = right.call.find("Health") != std::string::npos ||
                             right.call.find("/session") != std::string::npos ||
                             right.call == "GET /healthz" || right.call == "GET /readyz";
    CHECK((right.reach != Reach::kOpen || may_be_open));
  }
  CHECK(FindRight("/qalam.v1.ExperimentService/NoSuchMethod") == nullptr);
}

TEST_CASE("No method of gRPC does for a caller what its row does not allow", "[rights]") {
  GuardedServer server;
  server.Submit("theirs", "held");
  const std::string mine = server.Secret("admin", {"mine"});
  const std::string viewer = server.Secret("viewer", {"theirs"});
  const std::string editor = server.Secret("editor", {"theirs"});
  const auto channel = server.Channel();
  int of_a_namespace = 0;
  for (const auto* method : Methods()) {
    const std::string call = CallOf(*method);
    const CallRight& right = *FindRight(call);
    const std::string request = RequestTo(*method, "theirs", "held");
    CAPTURE(call);
    const auto code = [&](const std::string& secret) {
      return CallMethod(channel, call, request, secret).error_code();
    };
    CHECK(code("") == grpc::StatusCode::UNAUTHENTICATED);
    CHECK(code(server.MakeToken("admin", {"*"}, 100).secret() + "0") ==
          grpc::StatusCode::UNAUTHENTICATED);
    if (right.reach == Reach::kNamespace) {
      ++of_a_namespace;
      CHECK(code(mine) == kDenied);
    }
    if (right.reach == Reach::kEverywhere) CHECK(code(mine) == kDenied);
    if (right.role >= Role::kEditor) CHECK(code(viewer) == kDenied);
    if (right.role == Role::kAdmin) CHECK(code(editor) == kDenied);
  }
  CHECK(of_a_namespace > 15);
  CHECK(CallMethod(channel, "/no.such.Service/Method", "", viewer).error_code() ==
        grpc::StatusCode::UNIMPLEMENTED);
  CHECK(CallMethod(channel, "/grpc.health.v1.Health/Check", "", "").ok());
  // What is allowed is done.
  const auto allowed = CallMethod(channel, "/qalam.v1.ExperimentService/GetExperiment",
                                  RequestTo(*v1::Experiment::descriptor()
                                                 ->file()
                                                 ->FindServiceByName("ExperimentService")
                                                 ->FindMethodByName("GetExperiment"),
                                            "theirs", "held"),
                                  viewer);
  CHECK(allowed.ok());
}

TEST_CASE("No route does for a caller what its row does not allow", "[rights]") {
  GuardedServer server;
  server.Submit("theirs", "held");
  const std::string mine = server.Secret("admin", {"mine"});
  const std::string viewer = server.Secret("viewer", {"theirs"});
  const std::string editor = server.Secret("editor", {"theirs"});
  for (const auto& route : http::Routes()) {
    const CallRight& right = *FindRight(route.method + " " + route.path);
    const std::string path = PathOf(route, "theirs", "held-t0");
    CAPTURE(route.method, path);
    const auto status = [&](const std::string& secret) {
      return server.Http(route.method, path, secret, "{}").status;
    };
    if (right.reach == Reach::kOpen) continue;
    CHECK(status("") == 401);
    CHECK(status("qalam_0123456789ab_" + std::string(64, '0')) == 401);
    if (right.reach == Reach::kNamespace) CHECK(status(mine) == 403);
    if (right.role >= Role::kEditor) CHECK(status(viewer) == 403);
    if (right.role == Role::kAdmin) CHECK(status(editor) == 403);
  }
  CHECK(server.Http("GET", "/experiments/theirs/held", viewer).status == 200);
  CHECK(server.Http("POST", "/experiments/theirs/held/stop", editor).status == 200);
}

TEST_CASE("Nobody's large body is read", "[rights]") {
  GuardedServer server;
  const RawConnection connection(server.port());
  // The body never comes, and is not waited for.
  const std::string head =
      "POST /api/v1/experiments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
      "Content-Length: 1000000\r\n\r\n";
  REQUIRE(connection.Send(head));
  CHECK(connection.Read(60'000).starts_with("HTTP/1.1 401"));
}

TEST_CASE("What is refused is said, and whether the object is there is not", "[rights]") {
  GuardedServer server;
  server.Submit("theirs", "held");
  const std::string mine = server.Secret("viewer", {"mine"});
  const auto there = server.Http("GET", "/experiments/theirs/held", mine);
  const auto not_there = server.Http("GET", "/experiments/theirs/none", mine);
  CHECK(there.status == 403);
  CHECK(there.body == not_there.body);
  CAPTURE(there.body);
  CHECK(there.body.find("needs the role viewer in the namespace theirs") != std::string::npos);
}

TEST_CASE("A document creates only where its caller may", "[rights]") {
  GuardedServer server;
  const std::string editor = server.Secret("editor", {"mine"});
  const auto create = [&](const std::string& documents) {
    return server
        .Http("POST", "/experiments", editor, nlohmann::json{{"document", documents}}.dump())
        .status;
  };
  const std::string own = GuardedServer::Document("mine", "a");
  const std::string other = GuardedServer::Document("theirs", "b");
  CHECK(create(other) == 403);
  CHECK(create(own + "---\n" + other) == 403);
  CHECK(server.Http("GET", "/experiments/mine/a", editor).status == 404);
  CHECK(create(own) == 201);
}

TEST_CASE("Lists hold what the caller may see", "[rights]") {
  GuardedServer server;
  for (const char* name : {"a", "b"}) server.Submit("mine", name);
  server.Submit("theirs", "c");
  server.Submit("other", "d");
  const std::string two = server.Secret("viewer", {"mine", "other"});
  const auto listed = nlohmann::json::parse(server.Http("GET", "/experiments", two).body);
  CHECK(listed["total"] == 3);
  CHECK(server.Http("GET", "/experiments", two).body.find("theirs") == std::string::npos);
  CHECK(server.Http("GET", "/experiments?namespace=theirs", two).status == 403);
  const auto info = nlohmann::json::parse(server.Http("GET", "/info", two).body);
  int64_t seen = 0;
  for (const auto& [state, count] : info["experiments"].items()) seen += count.get<int64_t>();
  CHECK(seen == 3);

  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  v1::ListExperimentsRequest request;
  request.set_page_size(2);
  std::string names;
  do {
    grpc::ClientContext context;
    GuardedServer::Show(context, two);
    v1::ListExperimentsReply reply;
    REQUIRE(stub->ListExperiments(&context, request, &reply).ok());
    CHECK(reply.total() == 3);
    for (const auto& experiment : reply.experiments()) names += experiment.name();
    request.set_page_token(reply.next_page_token());
  } while (!request.page_token().empty());
  CHECK(names == "abd");
  request.set_namespace_("theirs");
  grpc::ClientContext context;
  GuardedServer::Show(context, two);
  v1::ListExperimentsReply reply;
  CHECK(stub->ListExperiments(&context, request, &reply).error_code() == kDenied);
}

}  // namespace qalam
