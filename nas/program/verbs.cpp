#include "nas/program/verbs/verbs.h"

namespace qalam::nas {

const std::vector<AddVerb>& Verbs() {
  static const std::vector<AddVerb> verbs = {AddSearch, AddTrain,  AddScore,
                                             AddShow,   AddExport, AddParameters};
  return verbs;
}

CLI::App* NewVerb(CLI::App& app, const std::string& name, const std::string& summary,
                  const std::string& example) {
  CLI::App* verb = app.add_subcommand(name, summary);
  verb->footer("Example:\n  " + example);
  return verb;
}

}  // namespace qalam::nas
