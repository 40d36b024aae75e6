#pragma once

#include "server/http/api_context.h"

namespace qalam::http {

// The answer of GET /info: the server, its load and its store.
StatusOr<Json> SystemInfo(const ApiContext& context);

}  // namespace qalam::http
