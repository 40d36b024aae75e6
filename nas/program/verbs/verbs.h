// The verbs, one file each.
#pragma once

#include "nas/program/verb.h"

namespace qalam::nas {

void AddSearch(CLI::App& app, Action* chosen);
void AddTrain(CLI::App& app, Action* chosen);
void AddScore(CLI::App& app, Action* chosen);
void AddShow(CLI::App& app, Action* chosen);
void AddExport(CLI::App& app, Action* chosen);
void AddParameters(CLI::App& app, Action* chosen);

}  // namespace qalam::nas
