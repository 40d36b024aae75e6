#pragma once

#include <string_view>

namespace qalam {

// The token of "Bearer TOKEN"; what else the text holds is taken for a token, which is wrong.
inline std::string_view BearerOf(std::string_view authorization) {
  constexpr std::string_view kBearer = "Bearer ";
  if (!authorization.starts_with(kBearer)) return {};
  return authorization.substr(kBearer.size());
}

}  // namespace qalam
