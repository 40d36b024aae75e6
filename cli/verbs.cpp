#include "cli/verbs/verbs.h"

namespace qalam {

const std::vector<AddVerb>& Verbs() {
  static const std::vector<AddVerb> verbs = {
      AddRun,        AddServe,  AddSuggestion, AddSubmit,     AddValidate, AddList,   AddGet,
      AddTrials,     AddBest,   AddLogs,       AddStop,       AddPause,    AddResume, AddEdit,
      AddAdd,        AddReport, AddDelete,     AddExport,     AddDb,       AddHealth, AddDebug,
      AddAlgorithms, AddToken,  AddAudit,      AddCompletion, AddVersion};
  return verbs;
}

}  // namespace qalam
