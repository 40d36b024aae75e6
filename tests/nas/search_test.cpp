#include "nas/training/search.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

#include "base/files.h"
#include "nas/data/digits.h"
#include "nas/data/open_data.h"
#include "tests/nas/program_run.h"

namespace qalam::nas {
namespace {

// A few digits, since these cases are about bookkeeping.
DataSet FewDigits() {
  static const ImageSet all = *ReadDigits(QALAM_SOURCE "/examples/digits/data/digits.csv");
  const auto few = SplitImages(all.Select(torch::arange(120)), 0.6, 1);
  return {"digits", few.first, few.second};
}

CellSpace SmallSearchSpace(const std::string& base) {
  CellSpace space = *FindCellSpace(base);
  space.computed_nodes = 2;
  space.operations = {"none", "skip_connection", "convolution_1x1", "average_pooling_3x3"};
  return space;
}

SearchPlan SmallPlan(const std::string& method, const std::string& space) {
  SearchPlan plan;
  plan.space = SmallSearchSpace(space);
  plan.method = method;
  plan.settings.epochs = 4;
  plan.settings.batch_size = 12;
  plan.settings.network = {1, 10, 3, 4, 1};
  plan.settings.candidates = 5;
  plan.settings.controller_steps = 2;
  plan.settings.controller_samples = 2;
  return plan;
}

std::string EmptyFolder(const std::string& name) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("qalam-search-{}-{}", getpid(), name);
  std::filesystem::remove_all(folder);
  return folder.string();
}

// All numbers that a search shows, as text that keeps every bit.
struct SearchTrace {
  std::vector<std::string> epochs;
  std::string genotype;
};

StatusOr<SearchTrace> Trace(SearchPlan plan, const DataSet& data) {
  SearchTrace trace;
  plan.on_epoch = [&, before = plan.on_epoch](const SearchReport& report) {
    trace.epochs.push_back(fmt::format("{} {:a} {:a} {:a}", report.epoch, report.training_loss,
                                       report.validation_accuracy, report.dominant_eigenvalue));
    if (before) before(report);
  };
  ASSIGN_OR_RETURN(const SearchResult result, RunSearch(plan, data));
  trace.genotype = PrintGenotype(result.genotype);
  return trace;
}

std::vector<std::string> MethodNames() {
  std::vector<std::string> names;
  for (const MethodRow& row : Methods()) names.push_back(row.name);
  return names;
}

TEST_CASE("every method ends in a sound cell and goes on from a checkpoint bit for bit",
          "[nas][search]") {
  const std::string method = GENERATE(from_range(MethodNames()));
  const std::string space = GENERATE(as<std::string>{}, "darts", "nas-bench-201");
  CAPTURE(method, space);
  const DataSet data = FewDigits();
  SearchPlan plan = SmallPlan(method, space);
  if (method == "darts") plan.settings.eigenvalue_ratio = 0.01;  // watched, but no reason to stop
  if (method == "gdas") plan.settings.augmentation = {.crop_padding = 1, .flip = true, .cutout = 2};
  plan.checkpoint = EmptyFolder("whole");
  const std::string copy = EmptyFolder("resumed");
  // What a kill in the third epoch leaves behind.
  plan.on_epoch = [&](const SearchReport& report) {
    if (report.epoch == 1) std::filesystem::copy(plan.checkpoint, copy);
  };
  const auto whole = Trace(plan, data);
  REQUIRE(whole.ok());
  REQUIRE(whole->epochs.size() == 4);
  const auto genotype = ParseGenotype(whole->genotype);
  CAPTURE(whole->genotype);
  CHECK(genotype.ok());

  plan.checkpoint = copy;
  plan.on_epoch = nullptr;
  const auto resumed = Trace(plan, data);
  REQUIRE(resumed.ok());
  CHECK(resumed->epochs ==
        std::vector<std::string>(whole->epochs.begin() + 2, whole->epochs.end()));
  CHECK(resumed->genotype == whole->genotype);
  // What is over stays over.
  const auto again = Trace(plan, data);
  REQUIRE(again.ok());
  CHECK(again->epochs.empty());
  CHECK(again->genotype == whole->genotype);
  std::filesystem::remove_all(EmptyFolder("whole"));
  std::filesystem::remove_all(copy);
}

TEST_CASE("a search depends on its seed", "[nas][search]") {
  const DataSet data = FewDigits();
  SearchPlan plan = SmallPlan("darts", "darts");
  plan.settings.epochs = 1;
  const auto first = Trace(plan, data);
  plan.settings.seed = 2;
  const auto second = Trace(plan, data);
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(first->epochs != second->epochs);
}

TEST_CASE("a search sees changed copies of the images that train its weights", "[nas][search]") {
  const DataSet data = FewDigits();
  SearchPlan plan = SmallPlan("random-ws", "nas-bench-201");
  plan.settings.epochs = 1;
  const auto plain = Trace(plan, data);
  plan.settings.augmentation.crop_padding = 3;
  const auto cropped = Trace(plan, data);
  REQUIRE(plain.ok());
  REQUIRE(cropped.ok());
  CHECK(plain->epochs != cropped->epochs);
  plan.settings.augmentation.crop_padding = 9;
  CHECK(Message(RunSearch(plan, data).status()).find("should be 0 to 8, not 9") !=
        std::string::npos);
}

TEST_CASE("a search warms up as long as its method needs where nothing is said", "[nas][search]") {
  const auto [method, needed] =
      GENERATE(table<std::string, int64_t>({{"pc-darts", 3}, {"enas", 1}, {"darts", 0}}));
  CAPTURE(method);
  const DataSet data = FewDigits();
  SearchPlan plan = SmallPlan(method, "nas-bench-201");
  plan.settings.epochs = 10;
  const auto unsaid = Trace(plan, data);
  plan.settings.warm_up_epochs = needed;
  const auto said = Trace(plan, data);
  plan.settings.warm_up_epochs = 0;
  const auto cold = Trace(plan, data);
  REQUIRE(unsaid.ok());
  REQUIRE(said.ok());
  REQUIRE(cold.ok());
  CHECK(unsaid->epochs == said->epochs);
  CHECK((unsaid->epochs == cold->epochs) == (needed == 0));
}

TEST_CASE("the least learning rate is no more than the learning rate where nothing is said",
          "[nas][search]") {
  const DataSet data = FewDigits();
  SearchPlan plan = SmallPlan("random-ws", "nas-bench-201");
  const auto traced = [&](double least) {
    plan.settings.minimum_learning_rate = least;
    return Trace(plan, data);
  };
  const double unsaid = SearchSettings().minimum_learning_rate;
  plan.settings.learning_rate = 0.0005;
  const auto slow = traced(unsaid);
  REQUIRE(slow.ok());
  CHECK(slow->epochs == traced(0.0005)->epochs);
  CHECK(Message(traced(0.001).status()) ==
        "the minimum learning rate should be 0 to 0.0005, not 0.001");
  CHECK(traced(-0.5).status().code() == StatusCode::kInvalidArgument);
  plan.settings.learning_rate = 0.05;
  CHECK(traced(unsaid)->epochs == traced(0.001)->epochs);
}

TEST_CASE("a search that has diverged fails and leaves the shared weights alone", "[nas][search]") {
  const std::string method = GENERATE(as<std::string>{}, "darts", "random-ws", "enas");
  CAPTURE(method);
  const DataSet data = FewDigits();
  const TemporaryDirectory shared;
  SearchPlan plan = SmallPlan(method, "nas-bench-201");
  plan.shared = shared.path();
  REQUIRE(RunSearch(plan, data).ok());
  const std::string sound = *ReadFile(shared.File("shared.checkpoint"));
  plan.settings.learning_rate = 1e9;
  plan.settings.epochs = 10;
  const Status diverged = RunSearch(plan, data).status();
  CHECK(diverged.code() == StatusCode::kOutOfRange);
  CHECK(Message(diverged).find("a smaller learning rate may help") != std::string::npos);
  CHECK((*ReadFile(shared.File("shared.checkpoint")) == sound));
}

TEST_CASE("a search that ends well leaves weights that another can go on from", "[nas][search]") {
  const DataSet data = FewDigits();
  SearchPlan plan = SmallPlan("random-ws", "nas-bench-201");
  plan.settings.batch_size = data.training.size() / 2;  // a step an epoch
  plan.settings.momentum = 0;
  int well = 0;
  // The weights explode; one of these is the last step with a finite loss before it.
  for (int64_t epochs = 1; epochs <= 12; ++epochs) {
    CAPTURE(epochs);
    const TemporaryDirectory shared;
    plan.shared = shared.path();
    plan.settings.epochs = epochs;
    plan.settings.learning_rate = plan.settings.minimum_learning_rate = 1e9;
    if (!RunSearch(plan, data).ok()) continue;
    ++well;
    plan.settings.epochs = 1;
    plan.settings.learning_rate = plan.settings.minimum_learning_rate = 0.001;
    CHECK(RunSearch(plan, data).ok());
  }
  CHECK(well > 0);
  CHECK(well < 12);
}

TEST_CASE("a checkpoint of other data of the same size is refused", "[nas][search]") {
  const TemporaryDirectory folder;
  const std::string digits = *ReadFile(QALAM_SOURCE "/examples/digits/data/digits.csv");
  const std::string few = digits.substr(0, digits.find('\n', digits.size() / 10) + 1);
  std::string other_pixel = few, other_label = few;
  other_pixel[0] = few[0] == '0' ? '1' : '0';
  other_label[few.find('\n') - 1] = few[few.find('\n') - 1] == '0' ? '1' : '0';
  const auto opened = [&](const std::string& name, const std::string& content) {
    REQUIRE(WriteFileAtomically(folder.File(name), content, false).ok());
    return *OpenData(folder.File(name), {});
  };
  SearchPlan plan = SmallPlan("random-ws", "nas-bench-201");
  plan.settings.epochs = 1;
  plan.checkpoint = folder.File("state");
  REQUIRE(RunSearch(plan, opened("one.csv", few)).ok());
  CHECK(RunSearch(plan, opened("same.csv", few)).ok());
  for (const std::string& other : {other_pixel, other_label}) {
    const Status refused = RunSearch(plan, opened("other.csv", other)).status();
    CHECK(refused.code() == StatusCode::kInvalidArgument);
    CHECK(Message(refused).find("of another run: its data is [\"digits\",") != std::string::npos);
  }
}

TEST_CASE("a checkpoint of another search, or a broken one, is refused and left alone",
          "[nas][search]") {
  const DataSet data = FewDigits();
  SearchPlan plan = SmallPlan("gdas", "darts");
  plan.settings.epochs = 1;
  plan.checkpoint = EmptyFolder("refused");
  REQUIRE(RunSearch(plan, data).ok());
  const std::string path = plan.checkpoint + "/search.checkpoint";
  const std::string good = *ReadFile(path);

  SearchPlan other = plan;
  other.space = SmallSearchSpace("nas-bench-201");
  const Status space = RunSearch(other, data).status();
  CHECK(Message(space).find("space") != std::string::npos);
  other = plan;
  other.method = "darts";
  CHECK(Message(RunSearch(other, data).status()).find("method") != std::string::npos);
  other = plan;
  other.settings.seed = 9;
  CHECK(Message(RunSearch(other, data).status()).find("seed is 1, not 9") != std::string::npos);
  CHECK(*ReadFile(path) == good);

  for (const size_t size : {size_t{0}, size_t{10}, good.size() / 2, good.size() - 1}) {
    CAPTURE(size);
    REQUIRE(WriteFileAtomically(path, good.substr(0, size), false).ok());
    CHECK(RunSearch(plan, data).status().code() == StatusCode::kDataLoss);
    CHECK(ReadFile(path)->size() == size);
  }
  std::string flipped = good;
  flipped[good.size() - 100] ^= 1;
  REQUIRE(WriteFileAtomically(path, flipped, false).ok());
  CHECK(RunSearch(plan, data).status().code() == StatusCode::kDataLoss);
  std::filesystem::remove_all(plan.checkpoint);
}

TEST_CASE("trials share weights through a folder", "[nas][search]") {
  const DataSet data = FewDigits();
  SearchPlan plan = SmallPlan("enas", "darts");
  plan.settings.epochs = 16;
  const std::string folder = EmptyFolder("shared");
  plan.shared = folder;
  const auto first = Trace(plan, data);
  plan.settings.seed = 2;
  const auto second = Trace(plan, data);
  plan.shared.clear();
  const auto alone = Trace(plan, data);
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  REQUIRE(alone.ok());
  const auto first_loss = [](const SearchTrace& trace) {
    return std::strtod(trace.epochs[0].substr(2).c_str(), nullptr);
  };
  // It begins where the first trial was, not from nothing.
  CHECK(first_loss(*second) < 0.9 * first_loss(*alone));
  // But not those of another method.
  SearchPlan other = SmallPlan("random-ws", "darts");
  other.shared = folder;
  CHECK(Message(RunSearch(other, data).status()).find("method") != std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a search waits for another that trains the same weights", "[nas][search]") {
  SearchPlan plan = SmallPlan("random-ws", "nas-bench-201");
  plan.settings.epochs = 1;
  const TemporaryDirectory folder;
  plan.shared = folder.path();
  FileDescriptor held(open(folder.File("shared.lock").c_str(), O_RDWR | O_CREAT, 0600));
  REQUIRE(flock(held.get(), LOCK_EX) == 0);
  std::vector<std::string> notes;
  plan.on_note = [&](const std::string& note) {
    notes.push_back(note);
    held.Close();
  };
  REQUIRE(RunSearch(plan, FewDigits()).ok());
  REQUIRE(notes.size() == 1);
  CHECK(notes.front().find("waiting for") != std::string::npos);
}

TEST_CASE("of two searches at once neither loses the other's steps", "[nas][slow]") {
  const TemporaryDirectory folder;
  const std::vector<std::string> arguments = {
      ProgramPath(), "search", "--method",   "random-ws", "--space",  "nas-bench-201",
      "--cells",     "3",      "--epochs",   "1",         "--shared", folder.path(),
      "--threads",   "1",      "--channels", "4"};
  {
    ProgramRun one(arguments), other(arguments);
    CHECK(one.Wait() == 0);
    CHECK(other.Wait() == 0);
  }
  const std::string state = *ReadFile(folder.File("shared.checkpoint"));
  CHECK(state.substr(0, state.find('\n')).find("\"searches\":2") != std::string::npos);
}

TEST_CASE("a search that goes on late leaves the weights that others have trained since",
          "[nas][search]") {
  const DataSet data = FewDigits();
  const TemporaryDirectory whole, interrupted, shared;
  SearchPlan plan = SmallPlan("random-ws", "nas-bench-201");
  plan.shared = shared.path();
  plan.checkpoint = whole.path();
  plan.on_epoch = [&](const SearchReport& report) {
    if (report.epoch == 1) {
      std::filesystem::copy(whole.File("search.checkpoint"), interrupted.File("search.checkpoint"));
    }
  };
  REQUIRE(RunSearch(plan, data).ok());
  const std::string left = *ReadFile(shared.File("shared.checkpoint"));
  plan.checkpoint = interrupted.path();
  std::vector<std::string> notes;
  plan.on_note = [&](const std::string& note) { notes.push_back(note); };
  REQUIRE(RunSearch(plan, data).ok());
  REQUIRE(notes.size() == 1);
  CHECK(notes.front().find("they stay") != std::string::npos);
  CHECK(*ReadFile(shared.File("shared.checkpoint")) == left);
}

TEST_CASE("a search that cannot be is refused in a sentence", "[nas][search]") {
  const DataSet data = FewDigits();
  const auto refused = [&](auto change) {
    SearchPlan plan = SmallPlan("darts", "darts");
    change(plan);
    const auto result = RunSearch(plan, data);
    REQUIRE_FALSE(result.ok());
    CHECK(result.status().code() == StatusCode::kInvalidArgument);
    return Message(result.status());
  };
  CHECK(refused([](SearchPlan& plan) { plan.method = "magic"; }).find("random-ws") !=
        std::string::npos);
  refused([](SearchPlan& plan) { plan.settings.network.cells = 0; });
  refused([](SearchPlan& plan) { plan.settings.network.cells = 200; });
  refused([](SearchPlan& plan) { plan.space.operations = {}; });
  refused([](SearchPlan& plan) { plan.space.operations = {"none"}; });
  refused([](SearchPlan& plan) { plan.space.operations = {"warp_3x3"}; });
  refused([](SearchPlan& plan) { plan.settings.epochs = -1; });
  refused([](SearchPlan& plan) { plan.settings.learning_rate = std::nan(""); });
  refused([](SearchPlan& plan) {
    plan.method = "pc-darts";
    plan.settings.partial_channels = 3;
  });
  refused([](SearchPlan& plan) {
    plan.method = "enas";
    plan.settings.eigenvalue_ratio = 0.75;
  });
}

}  // namespace
}  // namespace qalam::nas
