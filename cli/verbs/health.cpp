#include <grpcpp/generic/generic_stub.h>

#include <cstdio>

#include "api/grpc_status.h"
#include "cli/channel.h"
#include "cli/verbs/verbs.h"
#include "server/server.h"

namespace qalam {

namespace {

constexpr std::chrono::seconds kPatience(10);

// grpc.health.v1.Health/Check for the server as a whole. Its request is an empty message, and its
// answer one number: field 1, 1 for SERVING.
StatusOr<bool> AsksReady(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  grpc::CompletionQueue queue;
  const grpc::Slice empty("");
  const grpc::ByteBuffer request(&empty, 1);
  grpc::ByteBuffer reply;
  grpc::Status status;
  auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  call->Finish(&reply, &status, &reply);
  void* tag = nullptr;
  bool is_ok = false;
  queue.Next(&tag, &is_ok);
  RETURN_IF_ERROR(FromGrpc(status));
  grpc::Slice slice;
  if (!reply.DumpToSingleSlice(&slice).ok()) return Internal("the answer cannot be read");
  return std::string_view(reinterpret_cast<const char*>(slice.begin()), slice.size()) ==
         std::string_view("\x08\x01", 2);
}

StatusOr<int> AskHealth(const CommonOptions& common, bool only_alive) {
  std::shared_ptr<grpc::Channel> channel;
  if (!common.server.empty()) {
    ASSIGN_OR_RETURN(channel, OpenChannel(common));
  } else {
    const std::string address = LiveServerAddress(common.database);
    if (address.empty()) return Unavailable("no server runs on {}", common.database);
    channel = PlainChannel(address);
  }
  ASSIGN_OR_RETURN(const bool is_ready, AsksReady(channel));
  std::printf("%s\n", is_ready ? "ready" : "alive, but not ready: GET /readyz says why");
  return is_ready || only_alive ? 0 : 1;
}

}  // namespace

void AddHealth(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "health", "Ask a server whether it can do its work",
                           "qalam health --server 127.0.0.1:6789");
  auto only_alive = std::make_shared<bool>(false);
  verb->add_flag("--alive", *only_alive, "That it answers is enough");
  verb->callback([chosen, only_alive] {
    *chosen = [only_alive](const CommonOptions& common) { return AskHealth(common, *only_alive); };
  });
}

}  // namespace qalam
