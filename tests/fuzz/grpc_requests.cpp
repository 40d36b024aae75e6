// Protobuf requests into every unary call of the server's services, up to eight in a row with a
// mark between them, each after a byte that chooses the call.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>

#include "api/experiment.h"
#include "api/proto/api_v1_beta1.pb.h"
#include "api/proto/qalam_v1.pb.h"
#include "suggestion/registry.h"
#include "tests/fuzz/known_experiment.h"
#include "tests/fuzz/served_fuzz.h"

namespace qalam {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr std::string_view kMark = "\xff\xfe\xff\xfe";
constexpr int kMostCalls = 8;

std::vector<const MethodDescriptor*> UnaryMethods() {
  std::vector<const MethodDescriptor*> methods;
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  for (const char* name :
       {"qalam.v1.ExperimentService", "qalam.v1.SuggestionService", "api.v1.beta1.DBManager",
        "api.v1.beta1.EarlyStopping", "qalam.v1.AccessService"}) {
    const auto* service = pool->FindServiceByName(name);
    FUZZ_CHECK(service != nullptr);
    for (int i = 0; i < service->method_count(); ++i) {
      const auto* method = service->method(i);
      if (!method->server_streaming() && !method->client_streaming()) methods.push_back(method);
    }
  }
  return methods;
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  auto* const factory = google::protobuf::MessageFactory::generated_factory();
  return std::unique_ptr<Message>(factory->GetPrototype(type)->New());
}

// An operator would run what the document says, as the same parser reads it.
bool IsForOperators(const Message& request) {
  const auto* create = dynamic_cast<const v1::CreateExperimentsRequest*>(&request);
  if (create == nullptr) return false;
  const auto parsed =
      ParseDocuments(create->document(), create->source_name(), RegisteredAlgorithms());
  return std::any_of(parsed.documents.begin(), parsed.documents.end(), [](const auto& document) {
    return document.spec.trial_runner != TrialRunner::kClient;
  });
}

// How long many proposals take is a question for benchmarks, and waiting is only waiting.
void BoundWork(Message& request) {
  constexpr int kMostProposals = 4;
  const auto* type = request.GetDescriptor();
  const auto* reflection = request.GetReflection();
  const auto* count = type->FindFieldByName("count");
  if (count != nullptr && count->cpp_type() == count->CPPTYPE_INT32 &&
      reflection->GetInt32(request, count) > kMostProposals) {
    reflection->SetInt32(&request, count, kMostProposals);
  }
  if (const auto* wait = type->FindFieldByName("wait_seconds")) {
    reflection->ClearField(&request, wait);
  }
}

// UNKNOWN is gRPC's word for an exception. Of bytes that are no request of the call it says nothing
// but INTERNAL or, before a reactor, UNIMPLEMENTED.
bool IsFit(const grpc::Status& status, bool is_request) {
  if (status.ok()) return is_request;
  if (!is_request) return status.error_message().empty();
  return !status.error_message().empty() && status.error_code() != grpc::StatusCode::INTERNAL &&
         status.error_code() != grpc::StatusCode::UNKNOWN &&
         status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED;
}

// Whether it was carried out.
bool Call(const std::shared_ptr<grpc::Channel>& channel, const MethodDescriptor& method,
          const std::string& bytes, bool is_request) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  grpc::CompletionQueue queue;
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer reply;
  grpc::Status status;
  const std::string path = "/" + method.service()->full_name() + "/" + method.name();
  auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
  call->StartCall();
  call->Finish(&reply, &status, &reply);
  void* tag = nullptr;
  bool is_ok = false;
  queue.Next(&tag, &is_ok);
  if (!IsFit(status, is_request)) {
    std::fprintf(stderr, "%s: %d %s\n", path.c_str(), status.error_code(),
                 status.error_message().c_str());
  }
  FUZZ_CHECK(IsFit(status, is_request));
  if (!status.ok()) return false;
  grpc::Slice whole;
  FUZZ_CHECK(reply.DumpToSingleSlice(&whole).ok());
  FUZZ_CHECK(NewMessage(method.output_type())
                 ->ParseFromArray(whole.begin(), static_cast<int>(whole.size())));
  return true;
}

bool OnlyReads(const MethodDescriptor& method) {
  constexpr std::string_view kReading[] = {"Get", "List", "Read", "Validate"};
  return std::any_of(std::begin(kReading), std::end(kReading), [&](std::string_view begin) {
    return method.name().compare(0, begin.size(), begin) == 0;
  });
}

struct Fuzzed {
  TemporaryDirectory directory;
  std::unique_ptr<Server> server = StartFuzzedServer(directory, true);
  std::shared_ptr<grpc::Channel> channel = server->InProcessChannel();
  KnownExperiment known{channel};
  std::vector<const MethodDescriptor*> methods = UnaryMethods();
  bool is_changed = true;  // since the experiment was made
};

Fuzzed& TheFuzzed() {
  static auto* const fuzzed = new Fuzzed;
  return *fuzzed;
}

}  // namespace
}  // namespace qalam

// Before any input is timed: a server takes a while to start.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  qalam::TheFuzzed();
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qalam;
  auto& [directory, server, channel, known, methods, is_changed] = TheFuzzed();
  if (is_changed) known.Renew();
  is_changed = false;
  std::string_view rest = AsText(data, size);
  for (int i = 0; i < kMostCalls && !rest.empty(); ++i) {
    const size_t end = rest.find(kMark);
    const std::string_view input = rest.substr(0, end);
    rest = end == std::string_view::npos ? "" : rest.substr(end + kMark.size());
    if (input.empty()) continue;
    const auto& method = *methods[static_cast<uint8_t>(input[0]) % methods.size()];
    std::string bytes = known.WithNames(input.substr(1));
    const auto request = NewMessage(method.input_type());
    const bool is_request = request->ParseFromString(bytes);
    if (is_request) {
      if (IsForOperators(*request)) continue;
      BoundWork(*request);
      bytes = request->SerializeAsString();
    }
    if (Call(channel, method, bytes, is_request) && !OnlyReads(method)) is_changed = true;
  }
  return 0;
}
