#pragma once

#include <string>
#include <string_view>

namespace qalam {

// As it is shown in the metadata or header "authorization".
inline std::string AuthorizationOf(const std::string& token) { return "Bearer " + token; }

// The token of "Bearer TOKEN"; what else the text holds is taken for a token, which is wrong.
inline std::string_view BearerOf(std::string_view authorization) {
  constexpr std::string_view kBearer = "Bearer ";
  if (!authorization.starts_with(kBearer)) return {};
  return authorization.substr(kBearer.size());
}

}  // namespace qalam
