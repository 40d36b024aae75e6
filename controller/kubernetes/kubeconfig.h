#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "controller/kubernetes/cluster_access.h"

namespace qalam::kubernetes {

// The access that the files describe for a context of theirs, or for the current one where
// `context` is empty. The first file that has an entry of a name counts. A file that is not there
// is passed over, unless none is. Paths in a file are taken from its folder.
StatusOr<ClusterAccess> ReadKubeconfig(const std::vector<std::string>& paths,
                                       const std::string& context, const Clock& clock);

}  // namespace qalam::kubernetes
