#pragma once

#include "server/http/answer.h"
#include "server/http/api_context.h"
#include "server/http/api_request.h"

namespace qalam::http {

// The answer to any request: of the API's route below kApiRoot, else one of the web UI's files.
// `path` is decoded. Never throws.
Answer Dispatch(const ApiContext& context, ApiRequest request, const std::string& path);

}  // namespace qalam::http
