#include "nas/networks/operator_observer.h"

#include <ATen/record_function.h>

#include <memory>

namespace qalam::nas {

namespace {

// libtorch takes plain functions as callbacks, so they find the observer through the thread.
thread_local const OperatorObserver::Observe* observing = nullptr;

// An operator's inputs are no longer there when it ends.
struct ObservedInputs : at::ObserverContext {
  std::vector<c10::IValue> values;
};

std::unique_ptr<at::ObserverContext> BeginOperator(const at::RecordFunction& function) {
  auto context = std::make_unique<ObservedInputs>();
  context->values.assign(function.inputs().begin(), function.inputs().end());
  return context;
}

void EndOperator(const at::RecordFunction& function, at::ObserverContext* context) {
  if (observing == nullptr) return;
  const auto* inputs = static_cast<const ObservedInputs*>(context);
  (*observing)({function.name(), inputs->values, function.outputs()});
}

}  // namespace

OperatorObserver::OperatorObserver(Observe observe)
    : observe_(std::move(observe)),
      handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(BeginOperator, EndOperator)
                                             .needsInputs(true)
                                             .needsOutputs(true)
                                             .scopes({at::RecordScope::FUNCTION}))) {
  observing = &observe_;
}

OperatorObserver::~OperatorObserver() {
  observing = nullptr;
  at::removeCallback(handle_);
}

}  // namespace qalam::nas
