// Each fault of spec.nasConfig that validation promises to find, with its field.

#include <catch2/catch.hpp>

#include "api/experiment.h"
#include "base/files.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

// A Katib document with one part of it replaced.
ParseResult ParseChanged(const std::string& name, const std::string& from, const std::string& to) {
  std::string text = *ReadFile(std::string(QALAM_TESTDATA) + "/experiments/" + name + ".yaml");
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  return ParseDocuments(text, name, RegisteredAlgorithms());
}

const std::string kPool =
    "        parameters:\n"
    "          - name: pool_size\n"
    "            parameterType: int\n"
    "            feasibleSpace: {min: \"2\", max: \"3\", step: \"1\"}\n";

}  // namespace

TEST_CASE("Faults of a nasConfig come with their field", "[nas]") {
  struct Case {
    std::string from, to;
    const char* field;  // below spec.nasConfig
    const char* message;
  };
  const std::vector<Case> cases = {
      {"numLayers: 3", "numLayers: 0", ".graphConfig.numLayers", "1 to 100"},
      {"numLayers: 3", "numLayers: 200", ".graphConfig.numLayers", "1 to 100"},
      {"      numLayers: 3\n", "", ".graphConfig.numLayers", "missing"},
      {kPool, "", ".operations[1]", "reduction has no parameters"},
      {kPool, "        parameters: []\n", ".operations[1]", "reduction has no parameters"},
      {"operationType: reduction", "operationType: \"it's\"", ".operations[1]", "no quote"},
      {"{list: [\"3\", \"5\"]}", "{list: []}", ".operations[0].parameters[0].feasibleSpace.list",
       "is empty"},
      {"max: \"3\"", "max: \"3000\"", ".operations[1]", "more than 1000 values"}};
  const std::string name = GENERATE("enas", "darts");
  for (const auto& one : cases) {
    CAPTURE(name, one.from, one.to);
    const auto parsed = ParseChanged(name, one.from, one.to);
    for (const auto& fault : parsed.faults) UNSCOPED_INFO(fault.ToString());
    REQUIRE(parsed.faults.size() == 1);
    CHECK(parsed.faults[0].field == std::string("spec.nasConfig") + one.field);
    CHECK(parsed.faults[0].line > 0);
    CHECK_THAT(parsed.faults[0].message, Catch::Contains(one.message));
  }
}

TEST_CASE("A chain must say what it takes and gives", "[nas]") {
  const auto parsed = ParseChanged("enas", "inputSizes: [32, 32, 3]", "inputSizes: []");
  REQUIRE(parsed.faults.size() == 1);
  CHECK(parsed.faults[0].field == "spec.nasConfig");
  CHECK_THAT(parsed.faults[0].message, Catch::Contains("input sizes"));
}

TEST_CASE("trialParameters refer to what the algorithm gives", "[nas]") {
  CHECK(ParseChanged("enas",
                     "algorithmName: enas\n    algorithmSettings:\n      - name: "
                     "\"controller_hidden_size\"\n        value: \"64\"\n      - name: "
                     "\"controller_temperature\"\n        value: \"None\"\n",
                     "algorithmName: random\n")
            .faults.empty());
  const auto parsed = ParseChanged("enas", "reference: nn_config", "reference: search-space");
  REQUIRE(parsed.faults.size() == 1);
  CHECK(parsed.faults[0].field == "spec.trialTemplate.trialParameters[1].reference");
  CHECK(ParseChanged("darts", "reference: num-layers", "reference: architecture").faults.size() ==
        1);
}

}  // namespace qalam
