#include "nas/methods/katib_search.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>
#include <variant>

#include "nas/architecture/katib_text.h"

namespace qalam::nas {

namespace {

using OrderedJson = nlohmann::ordered_json;

// Where a setting's value goes.
using SettingTarget = std::variant<std::monostate, int64_t*, int*, double*>;

SettingTarget FindTarget(const std::string& name, KatibSearch& search) {
  SearchSettings& settings = search.settings;
  const std::pair<std::string_view, SettingTarget> targets[] = {
      {"num_epochs", &settings.epochs},
      {"w_lr", &settings.learning_rate},
      {"w_lr_min", &settings.minimum_learning_rate},
      {"w_momentum", &settings.momentum},
      {"w_weight_decay", &settings.weight_decay},
      {"w_grad_clip", &settings.gradient_clip},
      {"alpha_lr", &settings.architecture_learning_rate},
      {"alpha_weight_decay", &settings.architecture_weight_decay},
      {"batch_size", &settings.batch_size},
      {"init_channels", &settings.network.initial_channels},
      {"print_step", &search.report_every},
      {"num_nodes", &search.computed_nodes},
      {"stem_multiplier", &settings.network.stem_multiplier},
  };
  for (const auto& [key, target] : targets) {
    if (key == name) return target;
  }
  return {};
}

template <typename Number>
Status ParseSetting(const std::string& name, const OrderedJson& value, Number* target) {
  // Settings that the experiment gives come as text, defaults as numbers.
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  const char* const end = text.data() + text.size();
  Number parsed{};
  const auto [rest, error] = std::from_chars(text.data(), end, parsed);
  if (error != std::errc() || rest != end) {
    return InvalidArgument("algorithm-settings: {} should be a {}number, not {}", name,
                           std::is_integral_v<Number> ? "whole " : "", text);
  }
  *target = parsed;
  return {};
}

}  // namespace

Status ApplyKatibSettings(const std::string& text, KatibSearch& search) {
  ASSIGN_OR_RETURN(const OrderedJson json, ParseKatibText(text, "algorithm-settings"));
  if (!json.is_object()) {
    return InvalidArgument("algorithm-settings should be a JSON object, not {}", text);
  }
  for (const auto& [name, value] : json.items()) {
    if (name == "num_workers" || value.is_null() || value == "None") continue;
    const SettingTarget target = FindTarget(name, search);
    if (std::holds_alternative<std::monostate>(target)) {
      return InvalidArgument("algorithm-settings: unknown setting {}", name);
    }
    RETURN_IF_ERROR(std::visit(
        [&](auto place) -> Status {
          if constexpr (std::is_pointer_v<decltype(place)>) {
            return ParseSetting(name, value, place);
          } else {
            return {};
          }
        },
        target));
  }
  return {};
}

StatusOr<std::vector<std::string>> ParseOperationList(const std::string& text) {
  std::vector<std::string> names;
  if (const size_t first = text.find_first_not_of(" \t");
      first != text.npos && text[first] == '[') {
    ASSIGN_OR_RETURN(const OrderedJson json, ParseKatibText(text, "search-space"));
    for (const OrderedJson& name : json) {
      if (!name.is_string()) return InvalidArgument("search-space: {} is no name", name.dump());
      names.push_back(name.get<std::string>());
    }
  } else {
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find(',', begin), text.size());
      std::string name = text.substr(begin, end - begin);
      name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
      names.push_back(std::move(name));
      begin = end + 1;
    }
  }
  if (names.empty()) return InvalidArgument("search-space: at least one operation is needed");
  return names;
}

}  // namespace qalam::nas
