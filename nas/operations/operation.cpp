#include "nas/operations/operation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace qalam::nas {

namespace {

// Larger ones than any published cell has; they would not fit the small images searched on.
constexpr int64_t kLargestKernel = 11;

struct OperationKind {
  std::string_view name;
  bool has_kernel;
  Operation (*make)(const OperationShape&, int64_t kernel);
};

constexpr std::array kKinds = {
    OperationKind{"skip_connection", false, MakeSkipConnection},
    OperationKind{"average_pooling", true, MakeAveragePooling},
    OperationKind{"max_pooling", true, MakeMaxPooling},
    OperationKind{"convolution", true, MakeConvolution},
    OperationKind{"separable_convolution", true, MakeSeparableConvolution},
    OperationKind{"depthwise_convolution", true, MakeDepthwiseConvolution},
    OperationKind{"dilated_convolution", true, MakeDilatedConvolution},
};

// What others call the kinds: Katib's DARTS, the code of DARTS, and NAS-Bench-201.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kAliases = {{
    {"skip_connect", "skip_connection"},
    {"identity", "skip_connection"},
    {"avg_pooling", "average_pooling"},
    {"avg_pool", "average_pooling"},
    {"max_pool", "max_pooling"},
    {"nor_conv", "convolution"},
    {"sep_conv", "separable_convolution"},
    {"dil_conv", "dilated_convolution"},
}};

struct Parsed {
  const OperationKind* kind;
  int64_t kernel;
};

const OperationKind* FindKind(std::string_view name) {
  for (const auto& [alias, meant] : kAliases) {
    if (name == alias) name = meant;
  }
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const OperationKind& kind) { return kind.name == name; });
  return found == kKinds.end() ? nullptr : &*found;
}

// The K of "KxK".
std::optional<int64_t> ParseKernel(std::string_view text) {
  int64_t kernel = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, kernel);
  if (error != std::errc() || std::string_view(rest, end - rest) != fmt::format("x{}", kernel) ||
      kernel < 1 || kernel > kLargestKernel || kernel % 2 == 0) {
    return std::nullopt;
  }
  return kernel;
}

std::optional<Parsed> ParseName(std::string_view name) {
  if (const OperationKind* kind = FindKind(name)) {
    if (kind->has_kernel) return std::nullopt;
    return Parsed{kind, 0};
  }
  const size_t underscore = name.rfind('_');
  if (underscore == std::string_view::npos) return std::nullopt;
  const OperationKind* kind = FindKind(name.substr(0, underscore));
  const auto kernel = ParseKernel(name.substr(underscore + 1));
  if (kind == nullptr || !kind->has_kernel || !kernel) return std::nullopt;
  return Parsed{kind, *kernel};
}

}  // namespace

StatusOr<Operation> MakeOperation(const std::string& name, const OperationShape& shape) {
  const auto parsed = ParseName(name);
  if (!parsed) {
    return InvalidArgument("unknown operation {}; should be {}", name, OperationForms());
  }
  return parsed->kind->make(shape, parsed->kernel);
}

bool IsOperation(const std::string& name) { return name == "none" || ParseName(name); }

std::string OperationForms() {
  std::string forms;
  for (const auto& kind : kKinds) {
    forms += fmt::format("{}{}, ", kind.name, kind.has_kernel ? "_KxK" : "");
  }
  return forms + fmt::format("or none, K being odd and at most {}", kLargestKernel);
}

}  // namespace qalam::nas
