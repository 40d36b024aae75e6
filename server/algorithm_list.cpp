#include "server/algorithm_list.h"

#include "suggestion/early_stopping/stopping_registry.h"
#include "suggestion/registry.h"

namespace qalam {

namespace {

// Entries of either registry: AlgorithmEntry or StoppingEntry.
template <typename Entry>
void FillAlgorithm(const Entry& entry, v1::Algorithm& algorithm) {
  constexpr const char* kTypes[] = {"int", "double", "bool", "string", "choice"};
  algorithm.set_name(entry.name);
  algorithm.set_summary(entry.summary);
  algorithm.set_citation(entry.citation);
  for (const auto& schema : entry.settings) {
    auto* setting = algorithm.add_settings();
    setting->set_name(schema.name);
    setting->set_type(kTypes[static_cast<int>(schema.type)]);
    setting->set_default_(schema.default_value);
    setting->set_allowed(schema.Allowed());
    setting->set_help(schema.help);
  }
}

}  // namespace

void FillAlgorithmList(v1::ListAlgorithmsReply& reply) {
  for (const auto& entry : AlgorithmRegistry()) FillAlgorithm(entry, *reply.add_algorithms());
  for (const auto& entry : StoppingRegistry()) FillAlgorithm(entry, *reply.add_stopping_rules());
}

}  // namespace qalam
