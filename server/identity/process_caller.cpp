#include "server/identity/process_caller.h"

#include "server/identity/call_guard.h"

namespace qalam {

namespace {

class ProcessInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit ProcessInterceptor(const std::string& name) : name_(name) {}
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_INITIAL_METADATA)) {
      auto* metadata = methods->GetSendInitialMetadata();
      if (!metadata->contains(kPassedCaller)) metadata->emplace(kPassedCaller, name_);
    }
    methods->Proceed();
  }

 private:
  const std::string& name_;  // the factory's, which lives as long as the channel
};

class ProcessInterceptorFactory final
    : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit ProcessInterceptorFactory(const std::string& name) : name_(name) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo*) override {
    return new ProcessInterceptor(name_);
  }

 private:
  const std::string name_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface> MakeProcessCaller(
    const std::string& name) {
  return std::make_unique<ProcessInterceptorFactory>(name);
}

}  // namespace qalam
