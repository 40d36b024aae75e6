// A brace that closed too early made one small document take all memory, without end.

#include <catch2/catch.hpp>

#include "api/experiment.h"
#include "suggestion/registry.h"

namespace qalam {

TEST_CASE("Text after a brace that closes too early is a fault at its place", "[regression]") {
  const auto [text, line, column] = GENERATE(table<std::string, int, int>({
      {R"({"kind":e":"a"},"spec":{"constraints":["x <= 2*y"]}})", 1, 16},
      {"kind: Experiment\n---\n{a: b}}\n", 3, 7},
      {"[1]]", 1, 4},
      {"{a: b}, c", 1, 7},
  }));
  CAPTURE(text);
  const auto result = ParseDocuments(text, "fuzz.yaml", RegisteredAlgorithms());
  REQUIRE(result.faults.size() == 1);
  CHECK(result.documents.empty());
  CHECK(result.faults[0].line == line);
  CHECK(result.faults[0].column == column);
  CHECK(result.faults[0].message.find("is not YAML") == 0);
}

TEST_CASE("Documents that begin, end or are empty in any way are no stray text", "[regression]") {
  const std::string text = GENERATE("---\n---\n---\n", "---\n...\n---\n...\n", "...\n", "\n\n",
                                    "# nothing\n", "%YAML 1.2\n---\n...\n");
  CAPTURE(text);
  const auto result = ParseDocuments(text, "empty.yaml", RegisteredAlgorithms());
  REQUIRE(result.faults.size() == 1);
  CHECK(result.faults[0].message.find("holds no document") == 0);
}

}  // namespace qalam
