#include "server/identity/added_metadata.h"

#include <utility>

namespace qalam {

namespace {

using Value = std::function<std::string()>;

class MetadataInterceptor final : public grpc::experimental::Interceptor {
 public:
  MetadataInterceptor(const std::string& name, const Value& value) : name_(name), value_(value) {}
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_INITIAL_METADATA)) {
      auto* metadata = methods->GetSendInitialMetadata();
      if (!metadata->contains(name_)) {
        std::string value = value_();
        if (!value.empty()) metadata->emplace(name_, std::move(value));
      }
    }
    methods->Proceed();
  }

 private:
  // The factory's, which lives as long as the channel.
  const std::string& name_;
  const Value& value_;
};

class MetadataInterceptorFactory final
    : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  MetadataInterceptorFactory(std::string name, Value value)
      : name_(std::move(name)), value_(std::move(value)) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo*) override {
    return new MetadataInterceptor(name_, value_);
  }

 private:
  const std::string name_;
  const Value value_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface> AddedMetadata(
    std::string name, std::function<std::string()> value) {
  return std::make_unique<MetadataInterceptorFactory>(std::move(name), std::move(value));
}

}  // namespace qalam
