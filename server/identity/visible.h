// What a caller may be shown of a list.
#pragma once

#include <vector>

#include "server/identity/identity.h"

namespace qalam {

// Keeps what is in namespaces that the caller may see; `name_space_of(item)` says in which an item
// is. Errors as Has.
template <typename Item, typename NamespaceOf>
Status KeepVisible(const Identity& caller, NamespaceOf name_space_of, std::vector<Item>& items) {
  Status status;
  std::erase_if(items, [&](const Item& item) {
    const StatusOr<bool> may_see =
        status.ok() ? Has(caller, Role::kViewer, name_space_of(item)) : status;
    status = may_see.status();
    return !may_see.ok() || !*may_see;
  });
  return status;
}

}  // namespace qalam
