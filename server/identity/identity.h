// Who calls, and what they may do where.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "db/access_store.h"

namespace qalam {

struct Identity {
  std::string name;                   // for people and the audit log; never a secret
  std::map<std::string, Role> roles;  // by namespace, or kEveryNamespace
  // Asked where `roles` say no; may be null, and may block. The answer is kept a short while by
  // whoever gives it; UNAVAILABLE when nobody knows just now.
  std::function<StatusOr<bool>(Role role, const std::string& name_space)> asks;

  // Of a stored token, so that it can be asked for again; else empty.
  std::string token_id;
  Time expires = absl::InfiniteFuture();
  // Of a trial's own token: it speaks for that trial alone and has no roles.
  std::string trial_uid, trial_name, trial_namespace;
  // Calls of this process and of this user are not counted.
  bool is_counted = true;

  bool IsTrial() const { return !trial_uid.empty(); }
};

using IdentityPtr = std::shared_ptr<const Identity>;

// An identity with one role everywhere.
IdentityPtr EverywhereAs(Role role, const std::string& name);
// An admin everywhere whose calls are not counted.
IdentityPtr UncountedAdmin(const std::string& name);

// Whether the identity has the role, or one above it, in the namespace. With kEveryNamespace:
// in all there are or will be. Errors are those of `asks`.
StatusOr<bool> Has(const Identity& identity, Role role, const std::string& name_space);
// In some namespace at least. One whose rights are asked for is taken to have it somewhere.
bool HasSomewhere(const Identity& identity, Role role);

const char* Name(Role role);
// False and unchanged output for other names.
bool ParseRole(const std::string& text, Role* role);

}  // namespace qalam
