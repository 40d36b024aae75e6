#include <cstdio>

#include "cli/documents.h"
#include "cli/verbs/verbs.h"

namespace qalam {

void AddSubmit(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "submit", "Hand experiments to a server and return",
                           "qalam submit experiment.yaml --server 127.0.0.1:6789");
  auto files = std::make_shared<std::vector<std::string>>();
  verb->add_option("FILE", *files, "Experiment documents; - reads standard input")->required();
  verb->callback([chosen, files] {
    *chosen = [files](const CommonOptions& common) -> StatusOr<int> {
      ASSIGN_OR_RETURN(const auto documents, ReadDocuments(*files));
      ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
      if (connection->is_embedded()) {
        return FailedPrecondition(
            "no server is live on {}; start one with \"qalam serve\", name one "
            "with --server, or use \"qalam run\"",
            common.database);
      }
      for (const auto& document : documents) {
        ASSIGN_OR_RETURN(const auto names, CreateExperiments(*connection, document));
        for (const auto& name : names) std::printf("submitted %s\n", name.name().c_str());
      }
      return 0;
    };
  });
}

}  // namespace qalam
