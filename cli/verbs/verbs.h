// Every verb, a file each.
#pragma once

#include "cli/verb.h"

namespace qalam {

void AddRun(CLI::App& app, CommonOptions& common, Action* chosen);
void AddServe(CLI::App& app, CommonOptions& common, Action* chosen);
void AddSuggestion(CLI::App& app, CommonOptions& common, Action* chosen);
void AddSubmit(CLI::App& app, CommonOptions& common, Action* chosen);
void AddValidate(CLI::App& app, CommonOptions& common, Action* chosen);
void AddList(CLI::App& app, CommonOptions& common, Action* chosen);
void AddGet(CLI::App& app, CommonOptions& common, Action* chosen);
void AddAdd(CLI::App& app, CommonOptions& common, Action* chosen);
void AddReport(CLI::App& app, CommonOptions& common, Action* chosen);
void AddTrials(CLI::App& app, CommonOptions& common, Action* chosen);
void AddBest(CLI::App& app, CommonOptions& common, Action* chosen);
void AddLogs(CLI::App& app, CommonOptions& common, Action* chosen);
void AddStop(CLI::App& app, CommonOptions& common, Action* chosen);
void AddPause(CLI::App& app, CommonOptions& common, Action* chosen);
void AddResume(CLI::App& app, CommonOptions& common, Action* chosen);
void AddEdit(CLI::App& app, CommonOptions& common, Action* chosen);
void AddDelete(CLI::App& app, CommonOptions& common, Action* chosen);
void AddDb(CLI::App& app, CommonOptions& common, Action* chosen);
void AddExport(CLI::App& app, CommonOptions& common, Action* chosen);
void AddHealth(CLI::App& app, CommonOptions& common, Action* chosen);
void AddDebug(CLI::App& app, CommonOptions& common, Action* chosen);
void AddAlgorithms(CLI::App& app, CommonOptions& common, Action* chosen);
void AddCompletion(CLI::App& app, CommonOptions& common, Action* chosen);
void AddToken(CLI::App& app, CommonOptions& common, Action* chosen);
void AddAudit(CLI::App& app, CommonOptions& common, Action* chosen);
void AddVersion(CLI::App& app, CommonOptions& common, Action* chosen);

}  // namespace qalam
