// Parameters of a search space as JSON, the form that the ask/tell protocol, the evaluators and the
// job lines share (README.md describes it).
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "suggestion/search_space.h"

namespace qalam::bench {

using Json = nlohmann::json;

// INVALID_ARGUMENT names what is missing or of the wrong type.
StatusOr<std::vector<Parameter>> ParseParameters(const Json& array);
Json DescribeParameters(const SearchSpace& space);

// {"name": value}: numbers for double and int, the text as written for list values.
Json DescribePoint(const SearchSpace& space, const Point& point);
// The reverse. Numbers are brought into the bounds, which a peer may miss by rounding; a value that
// is not in a list, or a parameter that is missing, is OUT_OF_RANGE or NOT_FOUND.
StatusOr<Point> ParsePoint(const SearchSpace& space, const Json& object);

}  // namespace qalam::bench
