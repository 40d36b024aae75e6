// Protobuf requests into the suggestion service, as another controller could send them.

#include <memory>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "suggestion/service/suggestion_service.h"
#include "tests/fuzz/fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qalam;
  v1::SuggestRequest request;
  if (!request.ParseFromArray(data, static_cast<int>(size))) return 0;
  // How long many proposals take is a question for benchmarks.
  constexpr int kMostProposals = 4;
  if (request.count() > kMostProposals) request.set_count(kMostProposals);
  // One for each input: what it answers must not depend on those before.
  const auto service = MakeSuggestionService();
  v1::SuggestReply reply;
  const grpc::Status status = service->Suggest(nullptr, &request, &reply);
  if (status.ok()) FUZZ_CHECK(reply.proposals_size() <= std::max(request.count(), 0));
  return 0;
}
