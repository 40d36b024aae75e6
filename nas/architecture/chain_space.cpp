#include "nas/architecture/chain_space.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

namespace qalam::nas {

namespace {

using Json = nlohmann::ordered_json;

std::optional<double> FiniteNumber(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

// How many digits follow the point; none for a number with an exponent.
std::optional<int> Decimals(const std::string& text) {
  if (text.find_first_of("eE") != std::string::npos) return std::nullopt;
  const size_t point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

// What the texts for trials could not carry: they put single quotes in place of double ones.
bool IsQuotable(const std::string& text) {
  return text.find_first_of("'\"\\") == std::string::npos;
}

StatusOr<std::vector<Json>> ListValues(const OperationParameter& parameter) {
  if (parameter.list.empty()) {
    return InvalidArgument("the list of {} is empty", parameter.name);
  }
  if (parameter.list.size() > kMostChainOperations) {
    return InvalidArgument("{} has more than {} values", parameter.name, kMostChainOperations);
  }
  for (const auto& value : parameter.list) {
    if (!IsQuotable(value)) {
      return InvalidArgument("the value {} of {} should hold no quote and no backslash", value,
                             parameter.name);
    }
  }
  return std::vector<Json>(parameter.list.begin(), parameter.list.end());
}

// A sum of multiples of `step` as the nearest double to its decimal number, so that 0.1 + 2 * 0.1
// is printed as the user would write it.
double Decimal(double value, const std::string& min, const std::string& step) {
  const auto min_decimals = Decimals(min), step_decimals = Decimals(step);
  if (!min_decimals || !step_decimals) return value;
  const double scale = std::pow(10.0, std::max(*min_decimals, *step_decimals));
  const double decimal = std::round(value * scale) / scale;
  return std::isfinite(decimal) ? decimal : value;
}

StatusOr<std::vector<Json>> RangeValues(const OperationParameter& parameter) {
  const bool whole = parameter.kind == OperationParameter::Kind::kInt;
  const std::string step_text = whole && parameter.step.empty() ? "1" : parameter.step;
  const auto min = FiniteNumber(parameter.min), max = FiniteNumber(parameter.max);
  const auto step = FiniteNumber(step_text);
  if (!min || !max || *min > *max) {
    return InvalidArgument("{} should have a min and a max that is not below it", parameter.name);
  }
  if (!step || *step <= 0) {
    return InvalidArgument("{} should have a step above 0", parameter.name);
  }
  constexpr double kLargestWhole = 0x1p53;
  const auto is_whole = [](double x) { return x == std::floor(x) && std::abs(x) < kLargestWhole; };
  if (whole && (!is_whole(*min) || !is_whole(*max) || !is_whole(*step))) {
    return InvalidArgument("min, max and step of {} should be whole numbers", parameter.name);
  }
  // A little slack: 0.3 / 0.1 is below 3 in binary.
  const double count = std::floor((*max - *min) / *step + 1e-9) + 1;
  if (count > static_cast<double>(kMostChainOperations)) {
    return InvalidArgument("{} has more than {} values", parameter.name, kMostChainOperations);
  }
  std::vector<Json> values;
  for (int i = 0; i < static_cast<int>(count); ++i) {
    const double value = *min + i * *step;
    values.push_back(whole ? Json(static_cast<int64_t>(value))
                           : Json(Decimal(value, parameter.min, step_text)));
  }
  return values;
}

Status CheckOperation(const OperationDescription& operation) {
  if (operation.type.empty()) return InvalidArgument("the operation has no type");
  if (!IsQuotable(operation.type)) {
    return InvalidArgument("the operation's type {} should hold no quote and no backslash",
                           operation.type);
  }
  if (operation.parameters.empty()) {
    return InvalidArgument("the operation {} has no parameters; at least one is needed",
                           operation.type);
  }
  std::set<std::string> names;
  for (const auto& parameter : operation.parameters) {
    if (parameter.name.empty() || !IsQuotable(parameter.name)) {
      return InvalidArgument("a parameter of {} should have a name without quotes", operation.type);
    }
    if (!names.insert(parameter.name).second) {
      return InvalidArgument("{} has two parameters named {}", operation.type, parameter.name);
    }
    if (const auto values = OperationValues(parameter); !values.ok()) {
      return WithContext(values.status(), "the operation " + operation.type);
    }
  }
  return absl::OkStatus();
}

// How many operations with values a sound description makes; saturates above the most.
size_t CountCombinations(const std::vector<OperationDescription>& operations) {
  size_t total = 0;
  for (const auto& operation : operations) {
    size_t product = 1;
    for (const auto& parameter : operation.parameters) {
      product *= OperationValues(parameter)->size();
      if (product > kMostChainOperations) return product;
    }
    total += product;
    if (total > kMostChainOperations) return total;
  }
  return total;
}

// Every combination of the operation's values, the last parameter varying fastest.
void AppendCombinations(const OperationDescription& operation, std::vector<ChainOperation>& out) {
  std::vector<Json> combinations = {Json::object()};
  for (const auto& parameter : operation.parameters) {
    const auto values = OperationValues(parameter);
    std::vector<Json> longer;
    for (const auto& combination : combinations) {
      for (const auto& value : *values) {
        longer.push_back(combination);
        longer.back()[parameter.name] = value;
      }
    }
    combinations = std::move(longer);
  }
  for (auto& combination : combinations) out.push_back({operation.type, std::move(combination)});
}

bool ArePositive(const std::vector<int>& sizes) {
  return !sizes.empty() && std::all_of(sizes.begin(), sizes.end(), [](int n) { return n > 0; });
}

}  // namespace

StatusOr<std::vector<Json>> OperationValues(const OperationParameter& parameter) {
  return parameter.kind == OperationParameter::Kind::kList ? ListValues(parameter)
                                                           : RangeValues(parameter);
}

std::vector<ChainFault> CheckChain(const ChainDescription& description) {
  std::vector<ChainFault> faults;
  if (description.layer_count < 1 || description.layer_count > kMostChainLayers) {
    faults.push_back({-1, fmt::format("a chain should have 1 to {} layers, not {}",
                                      kMostChainLayers, description.layer_count)});
  }
  if (!ArePositive(description.input_sizes)) {
    faults.push_back({-1, "the input sizes should be whole numbers above 0, at least one"});
  }
  if (!ArePositive(description.output_sizes)) {
    faults.push_back({-1, "the output sizes should be whole numbers above 0, at least one"});
  }
  if (description.operations.empty()) {
    faults.push_back({-1, "there is no operation to choose from"});
  }
  bool sound = true;
  for (size_t i = 0; i < description.operations.size(); ++i) {
    const Status status = CheckOperation(description.operations[i]);
    if (!status.ok()) faults.push_back({static_cast<int>(i), Message(status)});
    sound = sound && status.ok();
  }
  if (sound && CountCombinations(description.operations) > kMostChainOperations) {
    faults.push_back({-1, fmt::format("the values of the operations make more than {} "
                                      "combinations; leave some out",
                                      kMostChainOperations)});
  }
  return faults;
}

StatusOr<ChainSpace> ChainSpace::Create(const ChainDescription& description) {
  const auto faults = CheckChain(description);
  if (!faults.empty()) return InvalidArgument("{}", faults.front().message);
  ChainSpace space;
  space.layer_count_ = description.layer_count;
  space.input_sizes_ = description.input_sizes;
  space.output_sizes_ = description.output_sizes;
  for (const auto& operation : description.operations) {
    AppendCombinations(operation, space.operations_);
  }
  return space;
}

}  // namespace qalam::nas
