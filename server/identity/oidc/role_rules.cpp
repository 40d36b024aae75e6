#include "server/identity/oidc/role_rules.h"

#include <algorithm>

#include "server/identity/identity.h"

namespace qalam::oidc {

namespace {

// Null when it is not there. A claim's own name may hold dots.
const Json* FindClaim(const Json& claims, const std::string& path) {
  if (!claims.is_object()) return nullptr;
  if (const auto whole = claims.find(path); whole != claims.end()) return &*whole;
  for (size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
    const auto part = claims.find(path.substr(0, dot));
    if (part == claims.end()) continue;
    if (const Json* found = FindClaim(*part, path.substr(dot + 1))) return found;
  }
  return nullptr;
}

bool HasValue(const Json& claim, const std::string& value) {
  if (value == "*") return !claim.is_null();
  if (claim.is_string()) return claim.get_ref<const std::string&>() == value;
  return claim.is_array() && std::any_of(claim.begin(), claim.end(), [&](const Json& one) {
           return one.is_string() && one.get_ref<const std::string&>() == value;
         });
}

}  // namespace

StatusOr<RoleRule> ParseRoleRule(const std::string& text) {
  // A value may hold any of the signs; a claim, a role and a namespace do not.
  const size_t equals = text.find('='), at = text.rfind('@');
  const size_t colon = at == std::string::npos ? at : text.rfind(':', at);
  RoleRule rule;
  const bool has_parts = equals != std::string::npos && colon != std::string::npos && equals > 0 &&
                         equals + 1 < colon && at + 1 < text.size();
  if (has_parts) {
    rule.claim = text.substr(0, equals);
    rule.value = text.substr(equals + 1, colon - equals - 1);
    rule.name_space = text.substr(at + 1);
  }
  if (!has_parts || !ParseRole(text.substr(colon + 1, at - colon - 1), &rule.role)) {
    return InvalidArgument(
        "\"{}\" should be CLAIM=VALUE:ROLE@NAMESPACE, e.g. groups=ml-team:editor@team-a, with the "
        "role viewer, editor or admin, and * for any value or every namespace",
        text);
  }
  return rule;
}

std::map<std::string, Role> RolesOf(const std::vector<RoleRule>& rules, const Json& claims) {
  std::map<std::string, Role> roles;
  for (const auto& rule : rules) {
    const Json* claim = FindClaim(claims, rule.claim);
    if (claim == nullptr || !HasValue(*claim, rule.value)) continue;
    Role& role = roles.try_emplace(rule.name_space, rule.role).first->second;
    role = std::max(role, rule.role);
  }
  return roles;
}

}  // namespace qalam::oidc
