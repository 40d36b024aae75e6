#include "server/identity/identity.h"

#include <algorithm>

namespace qalam {

IdentityPtr EverywhereAs(Role role, const std::string& name) {
  return std::make_shared<Identity>(Identity{.name = name, .roles = {{kEveryNamespace, role}}});
}

IdentityPtr UncountedAdmin(const std::string& name) {
  Identity identity = *EverywhereAs(Role::kAdmin, name);
  identity.is_counted = false;
  return std::make_shared<const Identity>(std::move(identity));
}

StatusOr<bool> Has(const Identity& identity, Role role, const std::string& name_space) {
  for (const auto& place : {name_space, std::string(kEveryNamespace)}) {
    const auto entry = identity.roles.find(place);
    if (entry != identity.roles.end() && entry->second >= role) return true;
  }
  if (identity.asks == nullptr) return false;
  return identity.asks(role, name_space);
}

bool HasSomewhere(const Identity& identity, Role role) {
  return identity.asks != nullptr ||
         std::any_of(identity.roles.begin(), identity.roles.end(),
                     [&](const auto& entry) { return entry.second >= role; });
}

const char* Name(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kEditor:
      return "editor";
    case Role::kAdmin:
      return "admin";
  }
  return "unknown";
}

bool ParseRole(const std::string& text, Role* role) {
  for (const Role known : {Role::kViewer, Role::kEditor, Role::kAdmin}) {
    if (text != Name(known)) continue;
    *role = known;
    return true;
  }
  return false;
}

}  // namespace qalam
