#include "server/peers.h"

#include "base/process.h"

namespace qalam {

namespace {

constexpr char kPassedOn[] = "qalam-passed-on";
// Servers come and go; their addresses are forgotten then.
constexpr size_t kMostStubs = 100;

std::shared_ptr<grpc::ClientContext> Marked(std::unique_ptr<grpc::ClientContext> passed) {
  passed->AddMetadata(kPassedOn, "1");
  return passed;
}

}  // namespace

std::shared_ptr<Peers::Stub> Peers::HolderOf(const grpc::ServerContextBase& context,
                                             const v1::ExperimentName& experiment) {
  if (context.client_metadata().contains(kPassedOn)) return nullptr;
  // Twice where it is not as it was known: another experiment may have its name now.
  for (int i = 0; i < 2; ++i) {
    const auto found = known_.Find(experiment);
    if (!found.ok() || gate_.Holds((*found)->uid)) return nullptr;
    const auto place = leases_.HolderOf((*found)->uid);
    if (!place.ok()) return nullptr;
    const std::string& address =
        place->machine == BootId() ? place->private_address : place->public_address;
    if (!address.empty()) return StubFor(address);
    known_.Forget(**found);
  }
  return nullptr;
}

std::shared_ptr<Peers::Stub> Peers::StubFor(const std::string& address) {
  absl::MutexLock lock(&mutex_);
  const auto known = stubs_.find(address);
  if (known != stubs_.end()) return known->second;
  if (stubs_.size() >= kMostStubs) stubs_.clear();
  std::shared_ptr<Stub> stub = v1::ExperimentService::NewStub(connect_(address));
  stubs_[address] = stub;
  return stub;
}

std::shared_ptr<grpc::ClientContext> Peers::PassOn(const grpc::CallbackServerContext& context) {
  return Marked(grpc::ClientContext::FromCallbackServerContext(context));
}

std::shared_ptr<grpc::ClientContext> Peers::PassOn(const grpc::ServerContext& context) {
  return Marked(grpc::ClientContext::FromServerContext(context));
}

}  // namespace qalam
