#include "base/utf8.h"

#include <catch2/catch.hpp>

namespace qalam {

TEST_CASE("The beginning of a character is told from a whole one", "[utf8]") {
  CHECK(UnfinishedBytes("") == 0);
  CHECK(UnfinishedBytes("abc") == 0);
  CHECK(UnfinishedBytes("\xc3") == 1);
  CHECK(UnfinishedBytes("a\xc3\xbc") == 0);
  CHECK(UnfinishedBytes("a\xe2\x82") == 2);
  CHECK(UnfinishedBytes("a\xf0\x9f\x98") == 3);
  CHECK(UnfinishedBytes("a\xf0\x9f\x98\x80") == 0);
  CHECK(UnfinishedBytes("\x80\x80\x80\x80") == 0);
}

TEST_CASE("Text is cut where a character ends", "[utf8]") {
  const std::string text = "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80";  // of 1, 2, 3 and 4 bytes
  const size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t most = 0; most < std::size(ends); ++most) {
    CAPTURE(most);
    CHECK(WholeCharacters(text, most) == text.substr(0, ends[most]));
  }
}

}  // namespace qalam
