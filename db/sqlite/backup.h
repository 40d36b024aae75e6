#pragma once

#include <string>

#include "base/status.h"

namespace qalam::sqlite {

// As CompactDatabase and BackUpDatabase.
Status Compact(const std::string& path);
Status BackUp(const std::string& path, const std::string& target);

}  // namespace qalam::sqlite
