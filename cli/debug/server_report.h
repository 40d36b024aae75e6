#pragma once

#include <string>

#include "base/status.h"
#include "cli/connection.h"
#include "cli/debug/bundle.h"

namespace qalam {

// What a running server says of itself over HTTP; entries say why where it has no HTTP.
Status AddServerReport(Connection& connection, const CommonOptions& common, Bundle& bundle);
// What the machine and this program are.
Status AddMachineReport(Bundle& bundle);

}  // namespace qalam
