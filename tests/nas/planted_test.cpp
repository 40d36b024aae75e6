// A search space in which one operation is known to be right.
#include <algorithm>
#include <catch2/catch.hpp>

#include "base/random.h"
#include "nas/training/search.h"

namespace qalam::nas {
namespace {

constexpr char kRight[] = "dilated_convolution_5x5";

// Rows of random signs, the right half repeating the left one, in class 1 with the other sign. So
// four neighbouring pixels in any place are independent coins in both classes, and only what
// compares pixels four apart tells the classes apart.
ImageSet Repetitions(int64_t count, int64_t number) {
  constexpr int64_t kSide = 8;
  constexpr int64_t kDistance = 4;
  ImageSet set{torch::zeros({count, 1, kSide, kSide}, torch::kByte),
               torch::zeros({count}, torch::kLong), 2};
  RandomStream stream(7, number, "test.planted");
  auto* pixels = set.images.data_ptr<uint8_t>();
  auto* labels = set.labels.data_ptr<int64_t>();
  for (int64_t image = 0; image < count; ++image) {
    labels[image] = static_cast<int64_t>(stream.UniformInt(2));
    for (int64_t row = 0; row < kSide; ++row, pixels += kSide) {
      for (int64_t x = 0; x < kDistance; ++x) {
        pixels[x] = static_cast<uint8_t>(stream.UniformInt(2));
        pixels[x + kDistance] = labels[image] == 1 ? 1 - pixels[x] : pixels[x];
      }
    }
  }
  return set;
}

SearchPlan PlantedPlan(const std::string& method) {
  SearchPlan plan;
  plan.method = method;
  // One edge to choose for each kind of cell: an answer is right or wrong.
  plan.space = {"planted",
                {"none", "skip_connection", "convolution_1x1", "average_pooling_3x3",
                 "max_pooling_3x3", kRight},
                1,
                1,
                1,
                CellOutput::kConcatenation,
                Reduction::kSearchedCell};
  plan.settings.epochs = 25;
  plan.settings.batch_size = 32;
  plan.settings.network = {1, 2, 3, 8, 1};
  plan.settings.candidates = 25;
  return plan;
}

bool HasRight(const std::vector<CellEdge>& cell) {
  return std::any_of(cell.begin(), cell.end(),
                     [](const CellEdge& edge) { return edge.operation == kRight; });
}

TEST_CASE("every method finds the operation that alone sees what matters",
          "[nas][search][planted][slow]") {
  const MethodRow& row = GENERATE(from_range(Methods()));
  torch::set_num_threads(1);
  const DataSet data{"planted", Repetitions(800, 0), Repetitions(200, 1)};
  // A random cell passes once in three times, since either kind of cell may have it; of four three
  // do once in nine, and for all methods never.
  int found = 0;
  std::string cells;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SearchPlan plan = PlantedPlan(row.name);
    plan.settings.seed = seed;
    const auto result = RunSearch(plan, data);
    REQUIRE(result.ok());
    // The reduction cells see the image at full size too.
    found += HasRight(result->genotype.normal) || HasRight(result->genotype.reduction);
    cells += PrintGenotype(result->genotype) + "\n";
  }
  CAPTURE(row.name, cells);
  CHECK(found >= 3);
}

}  // namespace
}  // namespace qalam::nas
