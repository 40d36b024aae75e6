// Protobuf requests into every unary call of the server's services: the first byte chooses it.

#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "api/proto/api_v1_beta1.pb.h"
#include "api/proto/qalam_v1.pb.h"
#include "tests/fuzz/served_fuzz.h"

namespace {

std::vector<std::string> UnaryMethods() {
  std::vector<std::string> methods;
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  for (const char* name :
       {"qalam.v1.ExperimentService", "qalam.v1.SuggestionService", "api.v1.beta1.DBManager",
        "api.v1.beta1.EarlyStopping", "qalam.v1.AccessService"}) {
    const auto* service = pool->FindServiceByName(name);
    FUZZ_CHECK(service != nullptr);
    for (int i = 0; i < service->method_count(); ++i) {
      const auto* method = service->method(i);
      if (method->server_streaming() || method->client_streaming()) continue;
      methods.push_back("/" + std::string(name) + "/" + method->name());
    }
  }
  return methods;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* methods = new std::vector<std::string>(UnaryMethods());
  static const auto* channel =
      new std::shared_ptr<grpc::Channel>(qalam::FuzzedServer().InProcessChannel());
  if (size == 0) return 0;
  grpc::GenericStub stub(*channel);
  grpc::ClientContext context;
  // Calls that wait, by their nature, are given up.
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
  grpc::CompletionQueue queue;
  const grpc::Slice slice(data + 1, size - 1);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer reply;
  grpc::Status status;
  auto call =
      stub.PrepareUnaryCall(&context, (*methods)[data[0] % methods->size()], request, &queue);
  call->StartCall();
  call->Finish(&reply, &status, &reply);
  void* tag = nullptr;
  bool is_ok = false;
  queue.Next(&tag, &is_ok);
  FUZZ_CHECK(status.error_code() != grpc::StatusCode::INTERNAL ||
             status.error_message().find("made a mistake") == std::string::npos);
  return 0;
}
