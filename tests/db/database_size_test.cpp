#include <catch2/catch.hpp>

#include "base/random.h"
#include "db/database.h"
#include "tests/conformance/store_fixture.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

TEST_CASE("A database tells what it takes on disk", "[sqlite][postgres]") {
  const TemporaryDirectory directory;
  const bool is_postgres = GENERATE(false, true);
  const std::string text =
      is_postgres ? PostgresServer::Shared().NewDatabase() : directory.File("qalam.db");
  const auto database = OpenDatabase(*DatabaseAddress::Parse(text));
  REQUIRE(database.ok());
  const auto before = database->size();
  REQUIRE(before.ok());
  // Points that are no numbers, with texts of 500 characters that cannot be compressed away.
  constexpr int64_t kBytes = 2'000'000;
  RandomStream random(1, 0, "noise");
  TrialPoints points{"uid-a-0", {}};
  for (int64_t written = 0; written < kBytes; written += 500) {
    std::string noise;
    while (noise.size() < 500) noise += static_cast<char>('!' + random.UniformInt(90));
    points.points.push_back({.metric = "genotype", .time = absl::Now(), .text = noise});
  }
  REQUIRE(database->store
              ->Commit({.create_experiments = {MakeExperiment("a")},
                        .create_trials = {MakeTrial("a", 0)},
                        .append_points = {points}})
              .ok());
  const auto after = database->size();
  REQUIRE(after.ok());
  CHECK(*after - *before >= kBytes);
  CHECK(*after - *before < 4 * kBytes);
}

}  // namespace qalam
