#include "base/number_table.h"

#include <catch2/catch.hpp>

#include "base/files.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

constexpr uint64_t kEnough = 1000;

TEST_CASE("A table of whole numbers is read line by line", "[number_table]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("table.csv");
  const std::string text = GENERATE("0,7\n3,0\n", "0,7\n3,0");  // with and without the last break
  REQUIRE(WriteFileAtomically(path, text, false).ok());
  const auto numbers = ReadNumberTable(path, {3, 7}, kEnough);
  REQUIRE(numbers.ok());
  CHECK(*numbers == std::vector<int>{0, 7, 3, 0});
}

TEST_CASE("A wrong table is refused with file, line and column", "[number_table]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("table.csv");
  struct Case {
    std::string text, message;
  };
  const auto [text, message] = GENERATE(values<Case>({
      {"0,8\n", "table.csv:1: column 2 of 2 should be a whole number from 0 to 7"},
      {"0,7\n4,1\n", "table.csv:2: column 1 of 2"},
      {"0,7\n\n", "table.csv:2: column 1"},
      {"0\n", "table.csv:1: column 1"},
      {"0,1,2\n", "table.csv:1: column 2"},
      {"0,-1\n", "table.csv:1: column 2"},
      {"0,1.5\n", "table.csv:1: column 2"},
      {"0,99999999999\n", "table.csv:1: column 2"},
      {"", "table.csv: is empty"},
  }));
  CAPTURE(text);
  REQUIRE(WriteFileAtomically(path, text, false).ok());
  const auto numbers = ReadNumberTable(path, {3, 7}, kEnough);
  REQUIRE_FALSE(numbers.ok());
  CHECK(Message(numbers.status()).find(message) != std::string::npos);
}

TEST_CASE("A table that is too large, or not there, is refused", "[number_table]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("table.csv");
  CHECK_FALSE(ReadNumberTable(path, {3}, kEnough).ok());
  REQUIRE(WriteFileAtomically(path, std::string(kEnough + 1, '1'), false).ok());
  CHECK(ReadNumberTable(path, {3}, kEnough).status().code() == StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace qalam
