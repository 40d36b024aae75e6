#pragma once

#include <string>

#include "server/http/answer.h"
#include "server/http/api_request.h"

namespace qalam::http {

// The web UI's file at `path`, or its index.html for a path without a dot: the UI has pages of its
// own there. NOT_FOUND for others, and a page that says so where the UI was not built.
Answer WebFile(const ApiRequest& request, const std::string& path);

}  // namespace qalam::http
