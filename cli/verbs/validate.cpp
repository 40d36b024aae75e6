#include <cstdio>

#include "api/executable.h"
#include "api/new_document.h"
#include "cli/documents.h"
#include "cli/verbs/verbs.h"
#include "controller/operators/operator_choice.h"
#include "suggestion/algorithm_choice.h"
#include "suggestion/registry.h"

namespace qalam {

void AddValidate(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "validate", "Check experiments and show every fault",
                           "qalam validate experiment.yaml");
  auto files = std::make_shared<std::vector<std::string>>();
  verb->add_option("FILE", *files, "Experiment documents; - reads standard input")->required();
  auto engine = std::make_shared<std::string>(kDefaultOperator);
  verb->add_option(
          "--operator", *engine,
          fmt::format("The engine that is to run the trials; by default {}", kDefaultOperator))
      ->check([](const std::string& name) { return Message(CheckOperatorName(name)); });
  verb->callback([chosen, files, engine] {
    *chosen = [files, engine](const CommonOptions&) -> StatusOr<int> {
      ASSIGN_OR_RETURN(const auto documents, ReadDocuments(*files));
      int faults = 0;
      for (const auto& document : documents) {
        const auto parsed = ParseDocuments(document.text, document.source, RegisteredAlgorithms());
        auto found = parsed.faults;
        for (const auto& one : parsed.documents) {
          auto of_run = CheckAlgorithm(one, RegisteredAlgorithms());
          for (auto& fault : CheckTrialsFor(*engine, one.spec)) of_run.push_back(std::move(fault));
          for (auto& fault : CheckNew(one)) of_run.push_back(std::move(fault));
          for (auto& fault : of_run) {
            fault.source = document.source;
            found.push_back(std::move(fault));
          }
        }
        for (const auto& fault : found) std::fprintf(stderr, "%s\n", fault.ToString().c_str());
        faults += static_cast<int>(found.size());
        if (!found.empty()) continue;
        std::printf("%s: no fault\n", document.source.c_str());
        for (const auto& one : parsed.documents) {
          const std::string choice = ExplainChoice(one.spec);
          if (choice.empty()) continue;
          std::printf("  %s: auto chooses %s\n", one.metadata.name.c_str(), choice.c_str());
        }
      }
      return faults == 0 ? 0 : 1;
    };
  });
}

}  // namespace qalam
