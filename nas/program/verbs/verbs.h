// The verbs, one file each.
#pragma once

#include "nas/program/verb.h"

namespace qalam::nas {

void AddParameters(CLI::App& app, Action* chosen);

}  // namespace qalam::nas
