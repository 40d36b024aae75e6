#include "suggestion/settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "api/document/names.h"

namespace qalam {

namespace {

bool ParseWhole(const std::string& text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool ParseDouble(const std::string& text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

bool InRange(const SettingSchema& schema, double value) {
  if (schema.min && (schema.min_exclusive ? value <= *schema.min : value < *schema.min))
    return false;
  return !schema.max || (schema.max_exclusive ? value < *schema.max : value <= *schema.max);
}

constexpr char kNone[] = "None";

bool IsAllowed(const SettingSchema& schema, const std::string& text) {
  if (schema.none_allowed && text == kNone) return true;
  int64_t whole = 0;
  double number = 0;
  switch (schema.type) {
    case SettingType::kInt:
      return ParseWhole(text, whole) && InRange(schema, static_cast<double>(whole));
    case SettingType::kDouble:
      return ParseDouble(text, number) && InRange(schema, number);
    case SettingType::kBool:
      return text == "true" || text == "false" || text == "True" || text == "False";
    case SettingType::kString:
      return true;
    case SettingType::kChoice:
      return std::find(schema.choices.begin(), schema.choices.end(), text) != schema.choices.end();
  }
  return false;
}

const SettingSchema* FindSchema(const std::vector<SettingSchema>& schemas,
                                const std::string& name) {
  for (const auto& schema : schemas) {
    if (schema.name == name ||
        std::find(schema.aliases.begin(), schema.aliases.end(), name) != schema.aliases.end()) {
      return &schema;
    }
  }
  return nullptr;
}

}  // namespace

std::string SettingSchema::Allowed() const {
  if (type == SettingType::kBool) return "true or false";
  if (type == SettingType::kString) return "text";
  if (type == SettingType::kChoice) return fmt::format("one of: {}", fmt::join(choices, ", "));
  std::string text = type == SettingType::kInt ? "a whole number" : "a number";
  if (min) text += fmt::format(" {} {:g}", min_exclusive ? ">" : ">=", *min);
  if (max) text += fmt::format("{} {} {:g}", min ? " and" : "", max_exclusive ? "<" : "<=", *max);
  if (none_allowed) text += fmt::format(", or {}", kNone);
  return text;
}

SettingSchema RandomStateSetting() {
  return {.name = "random_state",
          .type = SettingType::kInt,
          .help = "Seed; overrides the experiment's.",
          .min = 0};
}

std::vector<Settings::SettingFault> Settings::Parse(const std::string& algorithm,
                                                    const std::vector<SettingSchema>& schemas,
                                                    const std::vector<Setting>& given,
                                                    Settings* settings) {
  std::vector<SettingFault> faults;
  settings->values_.clear();
  for (size_t i = 0; i < given.size(); ++i) {
    const int index = static_cast<int>(i);
    const SettingSchema* schema = FindSchema(schemas, given[i].name);
    if (schema == nullptr) {
      std::vector<std::string> known;
      for (const auto& one : schemas) known.push_back(one.name);
      faults.push_back(
          {index, fmt::format("unknown setting {} for algorithm {}{}; allowed: {}", given[i].name,
                              algorithm, document::DidYouMean(given[i].name, known),
                              known.empty() ? "none" : document::OneOf(known))});
    } else if (!IsAllowed(*schema, given[i].value)) {
      faults.push_back({index, fmt::format("{} should be {}, not \"{}\"", given[i].name,
                                           schema->Allowed(), given[i].value)});
    } else if (!settings->values_.emplace(schema->name, given[i].value).second) {
      faults.push_back({index, fmt::format("{} is given twice", given[i].name)});
    }
  }
  for (const auto& schema : schemas) {
    if (!schema.default_value.empty()) settings->values_.emplace(schema.name, schema.default_value);
  }
  return faults;
}

int64_t Settings::Int(const std::string& name) const {
  return std::strtoll(values_.at(name).c_str(), nullptr, 10);
}
double Settings::Double(const std::string& name) const {
  double value = 0;
  ParseDouble(values_.at(name), value);
  return value;
}
std::optional<double> Settings::OptionalDouble(const std::string& name) const {
  return values_.at(name) == kNone ? std::nullopt : std::optional(Double(name));
}
bool Settings::Bool(const std::string& name) const {
  return values_.at(name) == "true" || values_.at(name) == "True";
}
const std::string& Settings::String(const std::string& name) const { return values_.at(name); }

}  // namespace qalam
