#pragma once

#include <vector>

#include "server/http/route.h"

namespace qalam::http {

// The OpenAPI 3.1 document of the routes, with the schemas that they refer to.
Json OpenApiDocument(const std::vector<Route>& routes);

}  // namespace qalam::http
