#include "suggestion/importance/importance.h"

#include <algorithm>

#include "api/document/names.h"
#include "suggestion/importance/evaluators.h"

namespace qalam {

std::span<const ImportanceEvaluator> ImportanceEvaluators() {
  static const std::vector<ImportanceEvaluator> evaluators = {
      {"fanova", "what moves the objective anywhere in the space, alone and in pairs",
       "Hutter, Hoos, Leyton-Brown, \"An efficient approach for assessing hyperparameter "
       "importance\", ICML 2014",
       EvaluateFanova},
      {"ped-anova", "what it takes to be among the best tenth",
       "Watanabe, Bansal, Hutter, \"PED-ANOVA: efficiently quantifying hyperparameter importance "
       "in arbitrary subspaces\", IJCAI 2023",
       EvaluatePedAnova}};
  return evaluators;
}

StatusOr<const ImportanceEvaluator*> FindImportanceEvaluator(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& evaluator : ImportanceEvaluators()) {
    if (evaluator.name == name) return &evaluator;
    names.push_back(evaluator.name);
  }
  return InvalidArgument("evaluator: should be {}, not {}{}", document::OneOf(names),
                         document::Shortened(name), document::DidYouMean(name, names));
}

}  // namespace qalam
