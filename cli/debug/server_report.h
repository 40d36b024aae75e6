#pragma once

#include <string>

#include "base/status.h"
#include "cli/connection.h"
#include "cli/debug/bundle.h"

namespace qalam {

// The address of a server's HTTP for who reaches its gRPC at `server`, HOST:PORT or empty: a host
// that says nothing on another machine, such as that of http://0.0.0.0:6790, becomes HOST.
std::string HttpUrlBeside(const std::string& web_url, const std::string& server);
// What a running server says of itself over HTTP; entries say why where it has no HTTP.
Status AddServerReport(Connection& connection, const CommonOptions& common, Bundle& bundle);
// What the machine and this program are.
Status AddMachineReport(Bundle& bundle);

}  // namespace qalam
