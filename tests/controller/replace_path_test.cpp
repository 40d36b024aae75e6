#include "controller/operators/replace_path.h"

#include <catch2/catch.hpp>

namespace qalam {

TEST_CASE("A path is replaced where it is mentioned, and nowhere else", "[operator]") {
  const std::string from = GENERATE("/a/b", "/a/b/", "/a/b//");
  const auto replaced = [&](const char* text) { return ReplacePath(text, from, "/new"); };
  CHECK(replaced("/a/b") == "/new");
  CHECK(replaced("--dir=/a/b") == "--dir=/new");
  CHECK(replaced("ls '/a/b/c' /a/b; x:/a/b:/a/b/") == "ls '/new/c' /new; x:/new:/new/");
  for (const char* other : {"/a/bc", "/a/b.d", "/a/b-c", "/x/a/b", "x/a/b", "/a", "", "a/b"}) {
    CHECK(replaced(other) == other);
  }
}

TEST_CASE("No path is replaced by nothing or by itself for ever", "[operator]") {
  CHECK(ReplacePath("a / b", "/", "/new") == "a / b");
  CHECK(ReplacePath("a", "", "/new") == "a");
  CHECK(ReplacePath("/a /a", "/a", "/a/a") == "/a/a /a/a");
}

}  // namespace qalam
