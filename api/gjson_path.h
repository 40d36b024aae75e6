// Paths into JSON in the syntax of GJSON, which Katib's conditions are written in:
//   status.conditions.#(type=="Complete")#|#(status=="True")#
// What there is of it: keys (with * and ?, and \ before a special character), indices, # (the
// length of an array, or with something after it each element), queries #(...) and #(...)# with ==
// != < <= > >= % !%, a dot or a pipe between parts, [a,b] and the modifiers @this, @reverse, @keys,
// @values and @flatten. Neither {} nor literals nor ~ in queries.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace qalam {

class GjsonPath {
 public:
  using Json = nlohmann::ordered_json;

  // INVALID_ARGUMENT, "column 12: ...", for a text that is no path.
  static StatusOr<GjsonPath> Parse(const std::string& text);

  // nullopt when there is nothing there. A query for all that match gives an array in any case.
  std::optional<Json> Find(const Json& value) const;

 private:
  friend class GjsonParser;

  struct Query;
  struct Part {
    enum class Kind { kKey, kEach, kFirst, kAll, kModifier, kList } kind = Kind::kKey;
    std::string text;  // of a key, with \ before what is to be taken as it is; of a modifier
    std::shared_ptr<const Query> query;
    std::vector<GjsonPath> list;
  };
  using Segment = std::vector<Part>;  // with dots between them

  static std::optional<Json> FindInSegment(const Segment& segment, size_t first, const Json& value);
  static std::optional<Json> FindPart(const Part& part, const Json& value);
  static std::optional<Json> FindKey(const std::string& key, const Json& value);
  static bool Matches(const Query& query, const Json& value);

  std::vector<Segment> segments_;  // with pipes between them
};

}  // namespace qalam
