#include "suggestion/registry.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/suggestion/conformance/support.h"

namespace qalam {
namespace {

TEST_CASE("No two algorithms answer to one name, and validation knows every name", "[registry]") {
  std::set<std::string> names;
  for (const auto& entry : AlgorithmRegistry()) {
    CAPTURE(entry.name);
    CHECK(names.insert(entry.name).second);
    for (const auto& alias : entry.aliases) {
      CAPTURE(alias);
      CHECK(names.insert(alias).second);
      CHECK(FindAlgorithm(alias) == &entry);
    }
  }
  const auto known = RegisteredAlgorithms().Names();
  CHECK(std::set<std::string>(known.begin(), known.end()) == names);
  CHECK(known.size() == names.size());
}

TEST_CASE("regularized-evolution is evolution, settings and proposals alike", "[registry]") {
  Bench bench = MakeBench("evolution", MixedSpace());
  bench.spec.algorithm.settings = {{"population_size", "5"}};
  const auto history = History(*bench.space, 12);
  const SampleRequest request{.count = 4, .first_trial_number = 12};
  const auto proposals = ProposalsAfter(bench, history, request);
  bench.spec.algorithm.name = "regularized-evolution";
  CHECK(RegisteredAlgorithms().Check(bench.spec).empty());
  CHECK(Same(ProposalsAfter(bench, history, request), proposals));
}

}  // namespace
}  // namespace qalam
