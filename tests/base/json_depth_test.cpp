#include "base/json_depth.h"

#include <catch2/catch.hpp>

namespace qalam {

TEST_CASE("Lists and maps are counted that are open at once", "[json_depth]") {
  CHECK(JsonDepth("") == 0);
  CHECK(JsonDepth("7") == 0);
  CHECK(JsonDepth("[[],{},[]]") == 2);
  CHECK(JsonDepth(R"({"a":[{"b":[]}],"c":{}})") == 4);
  // Not within texts, of which one ends with a backslash and one has a quotation mark.
  CHECK(JsonDepth(R"(["[[[", "\\", "\"[[["])") == 1);
  CHECK(JsonDepth(R"({"a\\":[1]})") == 2);
  CHECK(JsonDepth("]]]][[") == 2);
  CHECK(JsonDepth(std::string(1000, '[')) == 1000);
}

}  // namespace qalam
