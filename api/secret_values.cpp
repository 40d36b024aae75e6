#include "api/secret_values.h"

#include <algorithm>
#include <cctype>
#include <functional>

namespace qalam {

namespace {

constexpr std::string_view kSecretWords[] = {"TOKEN",  "PASSWORD", "PASSWD",     "PASSPHRASE",
                                             "SECRET", "KEY",      "CREDENTIAL", "CREDENTIALS"};

// Calls `visit(name, value)` for every entry with a value of every "env".
void VisitEnvironments(Json& json, const std::function<void(const std::string&, Json&)>& visit) {
  if (!json.is_structured()) return;
  const auto environment = json.is_object() ? json.find("env") : json.end();
  if (json.is_object() && environment != json.end() && environment->is_array()) {
    for (Json& entry : *environment) {
      if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string()) continue;
      if (entry.contains("value")) visit(entry["name"].get<std::string>(), entry["value"]);
    }
  }
  for (Json& child : json) VisitEnvironments(child, visit);
}

}  // namespace

bool IsSecretName(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return std::any_of(std::begin(kSecretWords), std::end(kSecretWords), [&](std::string_view word) {
    return upper == word || upper.ends_with(std::string("_").append(word));
  });
}

void MaskSecrets(Json& manifest) {
  VisitEnvironments(manifest, [](const std::string& name, Json& value) {
    if (IsSecretName(name)) value = kSecretMask;
  });
}

ExperimentDocument WithoutSecrets(ExperimentDocument document) {
  MaskSecrets(document.spec.trial_template.trial_spec);
  MaskSecrets(document.spec.metrics_collector.custom_collector);
  return document;
}

std::vector<Fault> CheckNoMasks(const ExperimentDocument& document) {
  std::vector<Fault> faults;
  const auto check = [&](const char* field, Json part) {
    VisitEnvironments(part, [&](const std::string& name, Json& value) {
      if (!value.is_string() || value.get_ref<const std::string&>() != kSecretMask) return;
      faults.push_back({.field = field,
                        .message = fmt::format("the value of {} in env is masked, as it was shown; "
                                               "give the value itself, or a secretKeyRef",
                                               name)});
    });
  };
  check("spec.trialTemplate.trialSpec", document.spec.trial_template.trial_spec);
  check("spec.metricsCollectorSpec.collector.customCollector",
        document.spec.metrics_collector.custom_collector);
  return faults;
}

}  // namespace qalam
