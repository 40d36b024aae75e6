#include "server/identity/keyed_token.h"

#include <fmt/format.h>

#include "server/identity/digest.h"
#include "server/secret.h"

namespace qalam {

namespace {

std::string StartOf(std::string_view kind) { return fmt::format("qalam-{}_", kind); }

}  // namespace

std::string MakeKeyedToken(const std::string& key, std::string_view kind,
                           std::string_view subject) {
  return fmt::format("{}{}_{}", StartOf(kind), subject,
                     KeyedHash(key, fmt::format("{} {}", kind, subject)));
}

bool IsKeyedToken(std::string_view kind, std::string_view bearer) {
  return bearer.starts_with(StartOf(kind));
}

std::optional<std::string> SubjectOf(const std::string& key, std::string_view kind,
                                     std::string_view bearer) {
  const size_t begin = StartOf(kind).size(), end = bearer.rfind('_');
  if (!IsKeyedToken(kind, bearer) || end < begin) return std::nullopt;
  std::string subject(bearer.substr(begin, end - begin));
  if (!IsSameSecret(bearer, MakeKeyedToken(key, kind, subject))) return std::nullopt;
  return subject;
}

}  // namespace qalam
