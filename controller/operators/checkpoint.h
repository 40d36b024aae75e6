#pragma once

#include <string>

#include "base/status.h"

namespace qalam {

// Gives a trial the folder that it goes on from: a copy of `source`, or an empty one when `source`
// is empty or is not there. A folder that is there already is left alone, so that a repeat, also
// after a crash, never takes back what the trial has written; of several callers at once one
// copies. The copy appears whole or not at all, and its files survive a power cut.
//
// Permissions and times of files are kept. Symbolic links are copied as links; an absolute one that
// leads into `source` leads to the same place of the copy. What is no file, folder or link holds no
// state and is left out. RESOURCE_EXHAUSTED when the disk is full.
Status PrepareCheckpoint(const std::string& source, const std::string& directory);

}  // namespace qalam
