#include <cstdio>
#include <memory>

#include "nas/architecture/edge_parameters.h"
#include "nas/program/verbs/verbs.h"

namespace qalam::nas {

void AddParameters(CLI::App& app, Action* chosen) {
  CLI::App* verb = NewVerb(app, "parameters",
                           "Print a space of cells as the parameters in an experiment's spec, for "
                           "any algorithm to search",
                           "qalam-nas parameters --space nas-bench-201");
  const auto space_name = std::make_shared<std::string>("nas-bench-201");
  verb->add_option("--space", *space_name, "darts or nas-bench-201")->capture_default_str();
  verb->callback([chosen, space_name] {
    *chosen = [space_name]() -> Status {
      ASSIGN_OR_RETURN(const CellSpace space, FindCellSpace(*space_name));
      std::string text = "  parameters:\n";
      for (const auto& [name, values] : EdgeParameters(space)) {
        text += fmt::format(
            "    - name: {}\n      parameterType: categorical\n      feasibleSpace:\n"
            "        list: [\"{}\"]\n",
            name, fmt::join(values, "\", \""));
      }
      std::fputs(text.c_str(), stdout);
      return {};
    };
  });
}

}  // namespace qalam::nas
