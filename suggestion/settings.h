// Algorithm settings: what is allowed, and what was given.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"

namespace qalam {

enum class SettingType { kInt, kDouble, kBool, kString, kChoice };

struct SettingSchema {
  std::string name;
  SettingType type;
  std::string default_value;  // empty: none
  std::string help;
  std::optional<double> min, max;  // inclusive unless the flag says otherwise
  bool min_exclusive = false, max_exclusive = false;
  std::vector<std::string> choices;
  std::vector<std::string> aliases;  // other spellings that mean this setting
  bool none_allowed = false;         // "None" is a value too: without it
  // "an integer >= 1", "one of: a, b": completes "NAME should be ...".
  std::string Allowed() const;
};

// What every algorithm that draws takes: "random_state", the seed instead of the experiment's.
SettingSchema RandomStateSetting();

// Given settings with defaults filled in, by canonical name.
class Settings {
 public:
  struct SettingFault {
    int index;  // into the given settings
    std::string message;
  };
  // Every fault at once; `settings` is only complete when the result is empty.
  static std::vector<SettingFault> Parse(const std::string& algorithm,
                                         const std::vector<SettingSchema>& schema,
                                         const std::vector<Setting>& given, Settings* settings);

  bool Has(const std::string& name) const { return values_.contains(name); }
  int64_t Int(const std::string& name) const;
  double Double(const std::string& name) const;
  // Absent when it is "None".
  std::optional<double> OptionalDouble(const std::string& name) const;
  bool Bool(const std::string& name) const;
  const std::string& String(const std::string& name) const;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace qalam
