#include "api/constraint.h"
#include "api/document/reader.h"

namespace qalam::document {

std::vector<std::string> ReadConstraints(Reader& reader, const Field& list,
                                         const ExperimentSpec& so_far) {
  const auto names = ConstraintNames(so_far.parameters, so_far.objective);
  std::vector<std::string> constraints;
  for (const Field& item : reader.Items(list)) {
    const auto text = reader.Text(item);
    if (!text) continue;
    const auto constraint = Constraint::Parse(*text, names);
    if (!constraint.ok()) reader.AddFault(item, Message(constraint.status()));
    constraints.push_back(*text);
  }
  return constraints;
}

}  // namespace qalam::document
