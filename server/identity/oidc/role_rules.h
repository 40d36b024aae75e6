#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"
#include "db/access_store.h"

namespace qalam::oidc {

// "groups=ml-team:editor@team-a": whoever's claim has the value has the role in the namespace.
struct RoleRule {
  std::string claim;  // "groups"; "realm_access.roles" is a claim within a claim
  std::string value;  // "*": any, as long as the claim is there
  Role role = Role::kViewer;
  std::string name_space;  // "*": every one
};

// INVALID_ARGUMENT says what is wrong with the text.
StatusOr<RoleRule> ParseRoleRule(const std::string& text);
// By namespace, the highest of each.
std::map<std::string, Role> RolesOf(const std::vector<RoleRule>& rules, const Json& claims);

}  // namespace qalam::oidc
