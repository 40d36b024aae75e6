// Katib's space of architectures: a chain of layers, each with one operation of a list and with
// skip connections from earlier ones.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/status.h"

namespace qalam::nas {

// One parameter of an operation and the values that it may take.
struct OperationParameter {
  enum class Kind { kList, kInt, kDouble };
  std::string name;
  Kind kind = Kind::kList;
  std::vector<std::string> list;  // for kList, as written
  std::string min, max, step;     // for kInt and kDouble, as written; an int's step may be empty
};

struct OperationDescription {
  std::string type;
  std::vector<OperationParameter> parameters;
};

// A chain as a user describes it (spec.nasConfig).
struct ChainDescription {
  int layer_count = 0;
  std::vector<int> input_sizes, output_sizes;
  std::vector<OperationDescription> operations;
};

// One of the things that a layer may do: a type with one value for each of its parameters.
struct ChainOperation {
  std::string type;
  nlohmann::ordered_json parameters;  // an object; values of a list are texts, others numbers
};

// No published search goes deeper, and a slip of the finger must not ask for millions.
inline constexpr int kMostChainLayers = 100;
// Each is a row of the controller's tables; the largest published space of this kind has some
// dozens.
inline constexpr size_t kMostChainOperations = 1000;

// Something wrong in a description.
struct ChainFault {
  int operation = -1;  // the operation's place in the list; -1: the chain as a whole
  std::string message;
};

// Every fault: no layer or more than kMostChainLayers, no input or output size, no operation, an
// operation without a type or parameters, a parameter without values, quotes (which the texts for
// trials cannot hold), more than kMostChainOperations when all values are combined.
std::vector<ChainFault> CheckChain(const ChainDescription& description);

// The values that a parameter may take, in order: texts of the list, or numbers.
// INVALID_ARGUMENT when there is none, or more than kMostChainOperations.
StatusOr<std::vector<nlohmann::ordered_json>> OperationValues(const OperationParameter& parameter);

class ChainSpace {
 public:
  // INVALID_ARGUMENT with the first fault.
  static StatusOr<ChainSpace> Create(const ChainDescription& description);

  int layer_count() const { return layer_count_; }
  const std::vector<int>& input_sizes() const { return input_sizes_; }
  const std::vector<int>& output_sizes() const { return output_sizes_; }
  // By id: every operation of the description with every combination of its parameters' values, the
  // last parameter varying fastest, as Katib numbers them.
  const std::vector<ChainOperation>& operations() const { return operations_; }

 private:
  int layer_count_ = 0;
  std::vector<int> input_sizes_, output_sizes_;
  std::vector<ChainOperation> operations_;
};

}  // namespace qalam::nas
