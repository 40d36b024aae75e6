// Looks on while a network computes: libtorch's C++ modules have no hooks of their own.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <string_view>
#include <vector>

namespace qalam::nas {

struct ObservedOperator {
  std::string_view name;  // e.g. aten::convolution
  const std::vector<c10::IValue>& inputs;
  const std::vector<c10::IValue>& outputs;
};

// While it lives, `observe` is called after each of libtorch's operators that this thread runs.
// One at a time in a thread.
class OperatorObserver {
 public:
  using Observe = std::function<void(const ObservedOperator&)>;
  explicit OperatorObserver(Observe observe);
  ~OperatorObserver();
  OperatorObserver(const OperatorObserver&) = delete;
  OperatorObserver& operator=(const OperatorObserver&) = delete;

 private:
  Observe observe_;
  uint64_t handle_ = 0;
};

}  // namespace qalam::nas
