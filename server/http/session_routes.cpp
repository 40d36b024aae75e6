#include "server/http/gate.h"
#include "server/http/route.h"
#include "server/http/schema.h"

namespace qalam::http {

namespace {

Answer CookieAnswer(std::string cookie) {
  Answer answer = EmptyAnswer(204);
  answer.headers.emplace_back("Set-Cookie", std::move(cookie));
  return answer;
}

StatusOr<Answer> OpenSession(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto body, request.Object());
  RETURN_IF_ERROR(AllowOnly(body, {"token"}));
  ASSIGN_OR_RETURN(const auto token, TextMember(body, "token"));
  ASSIGN_OR_RETURN(auto cookie, context.gate.Open(request, token));
  return CookieAnswer(std::move(cookie));
}

StatusOr<Answer> EndSession(const ApiContext& context, const ApiRequest& request) {
  return CookieAnswer(context.gate.Close(request));
}

}  // namespace

void AddSessionRoutes(std::vector<Route>& routes) {
  routes.push_back({.method = "POST",
                    .path = "/session",
                    .summary = "Exchanges a token for a browser's cookie",
                    .handler = OpenSession,
                    .body = ObjectOf({{"token", TextSchema()}}),
                    .status = 204});
  routes.push_back({.method = "DELETE",
                    .path = "/session",
                    .summary = "Ends the cookie's session",
                    .handler = EndSession,
                    .status = 204});
}

}  // namespace qalam::http
