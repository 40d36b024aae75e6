#pragma once

#include <string>

#include "base/status.h"
#include "controller/kubernetes/connections.h"
#include "controller/kubernetes/object.h"

namespace qalam::kubernetes {

// Of an answer that is not good: what the server says, with the code that callers branch on.
//   404 NOT_FOUND; 409 ALREADY_EXISTS, or ABORTED for an object that changed in between;
//   410 OUT_OF_RANGE: a version or a place in a list that the server no longer has;
//   401 UNAUTHENTICATED; 403 PERMISSION_DENIED; 400, 405, 415 and 422 INVALID_ARGUMENT;
//   408, 429 and 5xx UNAVAILABLE.
Status StatusOfAnswer(const HttpAnswer& answer);
// The same of the object that an ERROR event carries.
Status StatusOfErrorEvent(const Json& object);
// Whether the same request may succeed soon.
bool IsWorthRepeating(int http_status);

}  // namespace qalam::kubernetes
