// What a search must keep to go on as if it had not been interrupted.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "nas/methods/search_method.h"

namespace qalam::nas {

// Everything that the numbers of a search depend on, and what may share a network with it.
nlohmann::json SearchIdentity(const std::string& method, const SearchContext& context,
                              const DataSet& data);
nlohmann::json SharedIdentity(const std::string& method, const SearchContext& context);

// The network, the method and, `with_optimizer`, the optimiser of the network's weights.
std::string PackSearch(const SearchContext& context, const SearchMethod& method,
                       bool with_optimizer);
// DATA_LOSS when `state` holds something else.
Status UnpackSearch(const std::string& state, bool with_optimizer, const SearchContext& context,
                    SearchMethod& method);

}  // namespace qalam::nas
