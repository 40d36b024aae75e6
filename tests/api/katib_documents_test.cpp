// Katib's kinds of experiments, written for these tests: each is read without a fault, and what
// cannot be run yet is refused by name.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "api/experiment.h"
#include "base/files.h"
#include "suggestion/registry.h"

namespace qalam {

namespace {

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(QALAM_TESTDATA) + "/experiments")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

ParseResult ParseKatibFile(const std::string& name) {
  const auto text = ReadFile(std::string(QALAM_TESTDATA) + "/experiments/" + name + ".yaml");
  REQUIRE(text.ok());
  return ParseDocuments(*text, name, RegisteredAlgorithms());
}

}  // namespace

TEST_CASE("Katib's experiments are read unchanged and survive printing", "[katib]") {
  REQUIRE(Names().size() >= 30);
  for (const auto& name : Names()) {
    CAPTURE(name);
    const auto parsed = ParseKatibFile(name);
    for (const auto& fault : parsed.faults) UNSCOPED_INFO(fault.ToString());
    CHECK(parsed.faults.empty());
    CHECK(parsed.documents.size() == (name == "several" ? 2 : 1));
    for (const auto& document : parsed.documents) {
      const auto again = ParseDocuments(ToYaml(document), "again", RegisteredAlgorithms());
      for (const auto& fault : again.faults) UNSCOPED_INFO(fault.ToString());
      REQUIRE(again.documents.size() == 1);
      CHECK(ToJson(again.documents[0]) == ToJson(document));
    }
  }
}

TEST_CASE("Of Katib's experiments those are run that this version can", "[katib]") {
  const std::set<std::string> runnable = {"random",
                                          "grid",
                                          "sobol",
                                          "tpe",
                                          "multivariate-tpe",
                                          "hyperband",
                                          "cma-es",
                                          "bayesian-optimization",
                                          "pbt",
                                          "enas",
                                          "darts",
                                          "distributions",
                                          "file-collector",
                                          "file-collector-json",
                                          "tfevent-collector",
                                          "median-stop",
                                          "push-collector",
                                          "metric-strategies",
                                          "resume-never",
                                          "resume-longrunning",
                                          "resume-fromvolume",
                                          "metadata-substitution",
                                          "pytorchjob",
                                          "tfjob",
                                          "mpijob",
                                          "xgboostjob",
                                          "several"};
  for (const auto& name : Names()) {
    CAPTURE(name);
    const auto parsed = ParseKatibFile(name);
    REQUIRE_FALSE(parsed.documents.empty());
    const auto faults = CheckExecutable(parsed.documents[0], RegisteredAlgorithms());
    CHECK(faults.empty() == runnable.contains(name));
    for (const auto& fault : faults) CHECK(fault.field.starts_with("spec."));
  }
}

}  // namespace qalam
