#pragma once

#include <string>
#include <vector>

#include "cli/connection.h"

namespace qalam {

struct DocumentText {
  std::string source;
  std::string text;
};

// "-" is standard input.
StatusOr<std::vector<DocumentText>> ReadDocuments(const std::vector<std::string>& files);
// The first of its experiments whose trials are run by clients; empty when there is none.
std::string ClientRunExperiment(const DocumentText& document);
// All experiments of the text, or none.
StatusOr<std::vector<v1::ExperimentName>> CreateExperiments(Connection& connection,
                                                            const DocumentText& document);
StatusOr<std::vector<v1::ExperimentName>> NamesOf(Connection& connection,
                                                  const DocumentText& document);

}  // namespace qalam
