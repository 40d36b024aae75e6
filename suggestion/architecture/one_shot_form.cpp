#include "suggestion/architecture/one_shot_form.h"

#include <algorithm>
#include <charconv>

#include "nas/architecture/katib_text.h"
#include "suggestion/search_space.h"

namespace qalam {

namespace {

using nlohmann::ordered_json;

// The one operation whose name is its type alone.
constexpr char kSkipConnection[] = "skip_connection";

// Nullptr where it is not given.
const std::string* FindGiven(const std::vector<Setting>& given, std::string_view name) {
  const auto found = std::find_if(given.begin(), given.end(),
                                  [&](const Setting& one) { return one.name == name; });
  return found == given.end() ? nullptr : &found->value;
}

// Whether the weights would end with a greater learning rate than they begin with, which nobody has
// asked for. qalam-nas takes 0 for its usual rate.
bool BeginsBelowDefaultEnd(const std::string& first_rate, const std::string& default_end) {
  const auto number = [](const std::string& text) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  return number(first_rate) > 0 && number(first_rate) < number(default_end);
}

std::string AlgorithmSettings(const std::vector<Setting>& given) {
  ordered_json json = ordered_json::object();
  for (const auto& schema : OneShotSettings()) {
    json[schema.name] = ordered_json::parse(schema.default_value);
  }
  const std::string* rate = FindGiven(given, "w_lr");
  if (rate != nullptr && BeginsBelowDefaultEnd(*rate, json["w_lr_min"].dump())) {
    json["w_lr_min"] = *rate;
  }
  for (const auto& [name, value] : given) {
    json[name] = value == "None" ? ordered_json() : ordered_json(value);
  }
  return nas::PrintKatibText(json);
}

std::string SearchSpaceText(const nas::ChainDescription& description) {
  ordered_json names = ordered_json::array();
  for (const auto& operation : description.operations) {
    if (operation.type == kSkipConnection) {
      names.push_back(operation.type);
      continue;
    }
    const auto values = nas::OperationValues(operation.parameters.front());
    for (const auto& value : *values) {
      const std::string size = value.is_string() ? value.get<std::string>() : value.dump();
      names.push_back(fmt::format("{}_{}x{}", operation.type, size, size));
    }
  }
  return nas::PrintKatibText(names);
}

class OneShotForm final : public DerivedForm {
 public:
  OneShotForm(const nas::ChainDescription& description, const std::vector<Setting>& settings)
      : assignments_({{"algorithm-settings", AlgorithmSettings(settings)},
                      {"search-space", SearchSpaceText(description)},
                      {"num-layers", std::to_string(description.layer_count)}}) {}

  std::vector<Parameter> Parameters() const override {
    Parameter parameter{.name = "search", .type = ParameterType::kCategorical};
    parameter.feasible_space.list = {"whole"};
    return {parameter};
  }

  bool Owns(const std::string& assignment) const override {
    return std::any_of(assignments_.begin(), assignments_.end(),
                       [&](const Assignment& one) { return one.name == assignment; });
  }

  std::vector<Assignment> Format(const Point& point, size_t first) const override {
    return assignments_;
  }

  Status Parse(const std::vector<Assignment>& assignments, size_t first,
               Point& point) const override {
    point.values[first] = 0;  // whatever was searched
    return absl::OkStatus();
  }

  const nas::ChainSpace* chain() const override { return nullptr; }

 private:
  const std::vector<Assignment> assignments_;
};

SettingSchema WholeSetting(const char* name, const char* default_value, const char* help,
                           double min, bool none_allowed = false) {
  return {.name = name,
          .type = SettingType::kInt,
          .default_value = default_value,
          .help = help,
          .min = min,
          .none_allowed = none_allowed};
}

SettingSchema RealSetting(const char* name, const char* default_value, const char* help) {
  return {.name = name,
          .type = SettingType::kDouble,
          .default_value = default_value,
          .help = help,
          .min = 0};
}

}  // namespace

// In the order in which Katib writes them; whether a default has a point is part of its form.
std::vector<SettingSchema> OneShotSettings() {
  return {
      WholeSetting("num_epochs", "50", "Epochs of the search.", 1),
      RealSetting("w_lr", "0.025", "First learning rate of the weights; it follows a cosine."),
      RealSetting("w_lr_min", "0.001", "Last learning rate of the weights."),
      RealSetting("w_momentum", "0.9", "Momentum of the weights."),
      RealSetting("w_weight_decay", "0.0003", "Weight decay of the weights."),
      RealSetting("w_grad_clip", "5.0", "Largest norm of the weights' gradient."),
      RealSetting("alpha_lr", "0.0003", "Learning rate of the architecture."),
      RealSetting("alpha_weight_decay", "0.001", "Weight decay of the architecture."),
      WholeSetting("batch_size", "128", "Examples a step.", 1, /*none_allowed=*/true),
      WholeSetting("num_workers", "4", "Threads that load data.", 0),
      WholeSetting("init_channels", "16", "Channels of the first cell.", 1),
      WholeSetting("print_step", "50", "Steps between lines of progress.", 1),
      WholeSetting("num_nodes", "4", "Computed nodes of a cell.", 1),
      WholeSetting("stem_multiplier", "3",
                   "Channels before the cells, as a multiple of init_channels.", 1),
  };
}

std::vector<nas::ChainFault> CheckOneShot(const nas::ChainDescription& description) {
  nas::ChainDescription checked = description;
  // Only the chain's trials need to know what they are fed and give; these are told by their data.
  if (checked.input_sizes.empty()) checked.input_sizes = {1};
  if (checked.output_sizes.empty()) checked.output_sizes = {1};
  for (auto& operation : checked.operations) {
    if (operation.parameters.size() > 1) operation.parameters.resize(1);
  }
  auto faults = nas::CheckChain(checked);
  for (size_t i = 0; i < description.operations.size(); ++i) {
    const auto& operation = description.operations[i];
    if (operation.parameters.empty()) continue;
    if (operation.parameters[0].kind != nas::OperationParameter::Kind::kDouble) continue;
    faults.push_back({static_cast<int>(i),
                      fmt::format("{} of the operation {} should be a list or an int: it is part "
                                  "of the operation's name",
                                  operation.parameters[0].name, operation.type)});
  }
  return faults;
}

std::unique_ptr<DerivedForm> MakeOneShotForm(const nas::ChainDescription& description,
                                             const std::vector<Setting>& settings) {
  return std::make_unique<OneShotForm>(description, settings);
}

}  // namespace qalam
