// What keeps other web pages and other machines away from the server.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace qalam::http {

// The value of a request's header, by its name in lower case; empty when it is not there.
using HeaderOf = std::function<std::string(const std::string& name)>;

// Sent with every answer: a strict content-security policy and its kin.
const std::vector<std::pair<std::string, std::string>>& SecurityHeaders();

// PERMISSION_DENIED unless the Host header names this machine: a loopback name, an address, the
// machine's own name or `listen_host`. A page elsewhere whose name was made to lead here (DNS
// rebinding) sends its own name. For servers that want no token.
Status CheckHost(const HeaderOf& header, const std::string& listen_host);

// For requests that change something: PERMISSION_DENIED when a browser says that another site's
// page sends it, INVALID_ARGUMENT when it is not declared as JSON, which another site's page cannot
// do without asking first.
Status CheckOrigin(const HeaderOf& header);

// "[::1]:80" is {"::1", "80"}; the port may be empty.
std::pair<std::string, std::string> SplitHostPort(const std::string& address);

}  // namespace qalam::http
