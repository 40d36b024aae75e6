#include "base/utf8.h"

#include <catch2/catch.hpp>

namespace qalam {

TEST_CASE("A character has its code and length, and what is none has none", "[utf8]") {
  struct Case {
    const char* text;
    size_t length;
    uint32_t code;
  };
  const auto one = GENERATE(values<Case>({{"a", 1, 'a'},
                                          {"\xc3\xbc", 2, 0xfc},
                                          {"\xe2\x82\xacx", 3, 0x20ac},
                                          {"\xf0\x9f\x98\x80", 4, 0x1f600},
                                          {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
                                          {"\x85", 0, 0},
                                          {"\xc1\x81", 0, 0},
                                          {"\xe0\x80\x80", 0, 0},
                                          {"\xed\xa0\x80", 0, 0},
                                          {"\xf4\x90\x80\x80", 0, 0},
                                          {"\xe2\x82", 0, 0},
                                          {"\xc3x", 0, 0}}));
  CAPTURE(one.text);
  uint32_t code = 0;
  CHECK(CharacterAt(one.text, 0, &code) == one.length);
  if (one.length > 0) CHECK(code == one.code);
}

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
