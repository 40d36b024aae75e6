#include "server/analysis/trial_filter.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/random.h"
#include "tests/server_analysis/sample_trials.h"

namespace qalam {
namespace {

// Twelve trials; 3 is running and has no objective, 4 failed; `odd name` and a metric `state` too.
TrialTable Table() {
  ExperimentSpec spec = SampleSpec();
  spec.parameters.push_back({.name = "odd name", .feasible_space = {.min = "0", .max = "20"}});
  spec.parameters.push_back({.name = "units",
                             .type = ParameterType::kCategorical,
                             .feasible_space = {.list = {"32", "64", "auto"}}});
  TrialTable table(spec);
  for (int i = 0; i < 12; ++i) {
    auto trial = SampleTrial(i);
    trial.parameters.push_back({"odd name", fmt::format("{}", i)});
    if (i > 0)
      trial.parameters.push_back({"units", i % 3 == 0 ? "32" : i % 3 == 1 ? "64" : "auto"});
    if (i == 3) {
      trial.state = TrialState::kRunning;
      trial.objective_value.reset();
      trial.completed = absl::InfinitePast();
    }
    if (i == 4) trial.state = TrialState::kFailed;
    trial.metrics.push_back(Summary("state", i, i, i));
    table.Put(trial);
  }
  return table;
}

// The numbers of those that match.
std::vector<int> Matching(const std::string& filter) {
  const TrialTable table = Table();
  const auto parsed = TrialFilter::Parse(filter, table.columns());
  INFO(filter << ": " << Message(parsed.status()));
  REQUIRE(parsed.ok());
  std::vector<int> numbers;
  for (size_t row = 0; row < table.size(); ++row) {
    if (parsed->Matches(table.columns(), row)) numbers.push_back(static_cast<int>(row));
  }
  return numbers;
}

std::string FaultOf(const std::string& filter) {
  const auto parsed = TrialFilter::Parse(filter, Table().columns());
  CHECK(parsed.status().code() == StatusCode::kInvalidArgument);
  return Message(parsed.status());
}

using Numbers = std::vector<int>;

}  // namespace

TEST_CASE("Filters let pass what they say", "[filter]") {
  CHECK(Matching("").size() == 12);
  CHECK(Matching("  ").size() == 12);
  CHECK(Matching("number < 3") == Numbers{0, 1, 2});
  CHECK(Matching("3 > number") == Numbers{0, 1, 2});
  CHECK(Matching("lr == 0.1") == Numbers{0, 4, 8});
  CHECK(Matching("lr<1e-3 and layers>=2") == Numbers{7, 11});
  CHECK(Matching("optimizer == \"adam\" and number <= 3") == Numbers{1, 3});
  CHECK(Matching("optimizer != 'adam' and number <= 3") == Numbers{0, 2});
  CHECK(Matching("state == \"Failed\" or state == \"Running\"") == Numbers{3, 4});
  CHECK(Matching("objective >= 1") == Numbers{10, 11});
  CHECK(Matching("duration > 20") == Numbers{11});
  CHECK(Matching("created >= 1010") == Numbers{10, 11});
  CHECK(Matching("`odd name` == -0 or `odd name` == +7") == Numbers{0, 7});
  CHECK(Matching("number == `odd name` and number > 10") == Numbers{11});
}

TEST_CASE("A metric counts by the objective's strategy", "[filter]") {
  CHECK(Matching("accuracy > 1.05") == Numbers{11});  // the largest
  CHECK(Matching("loss == 3").size() == 12);          // the latest
}

TEST_CASE("Not binds before and, and before or", "[filter]") {
  CHECK(Matching("number == 1 or number == 2 and layers == 1") == Numbers{1});
  CHECK(Matching("(number == 1 or number == 2) and layers == 3") == Numbers{2});
  CHECK(Matching("not number > 1 and not number == 0") == Numbers{1});
  CHECK(Matching("not (number > 1 or number == 0)") == Numbers{1});
  CHECK(Matching("not not number == 5") == Numbers{5});
}

TEST_CASE("What is missing compares with nothing", "[filter]") {
  CHECK(Matching("number == 3 and (objective < 1 or objective >= 1 or objective != 5)").empty());
  CHECK(Matching("not objective >= 0") == Numbers{3});
  CHECK(Matching("number == 0 and (units == \"32\" or units != \"32\")").empty());
}

TEST_CASE("Categories that are numbers compare as such", "[filter]") {
  CHECK(Matching("units >= 64 and number < 6") == Numbers{1, 4});
  CHECK(Matching("units == 32 and number < 6") == Numbers{3});
  CHECK(Matching("units == \"auto\" and number < 6") == Numbers{2, 5});
}

TEST_CASE("Backquotes tell a metric from a word of the language", "[filter]") {
  CHECK(Matching("`state` > 10") == Numbers{11});
}

TEST_CASE("Faults say what and where", "[filter]") {
  CHECK(FaultOf("lr <") == "at column 5: a name, number or text is expected here");
  CHECK(FaultOf("lr") == "at column 3: a comparison is expected here: ==, !=, <, <=, > or >=");
  CHECK(FaultOf("lr = 1") == "at column 4: = is not allowed; == compares");
  CHECK(FaultOf("lr < 1 && layers < 2") == "at column 8: & is not allowed; write and");
  CHECK(FaultOf("lr < 1 layers") == "at column 8: and, or or the end is expected here");
  CHECK(FaultOf("0 < lr < 1") == "at column 8: a second comparison; join them by and");
  CHECK(FaultOf("(lr < 1") == "at column 1: this parenthesis is never closed");
  CHECK(FaultOf("lr < 1)") == "at column 7: this parenthesis was never opened");
  CHECK(FaultOf("lr < and") == "at column 6: a name, number or text is expected here, not and");
  CHECK(FaultOf("lr < 1x").starts_with("at column 6: \"1x\" is no number"));
  CHECK(FaultOf("optimizer == \"ad") == "at column 14: this \" is never closed");
  CHECK(FaultOf("optimizer < \"adam\"") == "at column 11: texts are compared by == and != alone");
  CHECK(FaultOf("state == 3") == "at column 10: state is a text; compare it with one in quotes");
  CHECK(FaultOf("lr == \"0.1\"").starts_with("at column 7: this is a text"));
  CHECK(FaultOf("state == \"Succeded\"")
            .starts_with("at column 10: there is no state Succeded (did you mean \"Succeeded\"?)"));
  CHECK(FaultOf("layer > 3")
            .starts_with("at column 1: there is no parameter, metric or field "
                         "layer (did you mean \"layers\"?)"));
  CHECK(FaultOf("lr < 1 and \xc3\xa9 < 2").starts_with("at column 12: this letter"));
}

TEST_CASE("Filters are bounded", "[filter]") {
  const auto nested = [](int depth) {
    return std::string(depth, '(') + "lr < 1" + std::string(depth, ')');
  };
  CHECK(Matching(nested(50)).size() == Matching("lr < 1").size());
  CHECK(FaultOf(nested(51)) == "at column 51: more than 50 levels of parentheses and not");
  std::string negations;
  for (int i = 0; i < 800; ++i) negations += "not ";
  CHECK(FaultOf(negations + "lr < 1").find("more than 50 levels") != std::string::npos);
  std::string long_one = "lr < 1";
  while (long_one.size() < 3990) long_one += " or lr<1";
  CHECK(Matching(long_one).size() == Matching("lr < 1").size());
  CHECK(FaultOf(long_one + std::string(20, ' ')).starts_with("at column 4001: "));
}

TEST_CASE("No text makes the parser do anything but answer", "[filter]") {
  const TrialTable table = Table();
  RandomStream random(11, 0, "filter fuzz");
  static const char* const kPieces[] = {
      "lr",      "state", "(",          ")",  "and", "or", "not", "<",         "==",   "!=", "1e-3",
      "\"sgd\"", "`",     "`odd name`", "\\", "'",   " ",  "-",   "optimizer", "\xff", "nan"};
  int sound = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const int pieces = 1 + static_cast<int>(random.UniformInt(7));
    for (int k = 0; k < pieces; ++k) {
      text += std::string(kPieces[random.UniformInt(std::size(kPieces))]) + " ";
    }
    const auto parsed = TrialFilter::Parse(text, table.columns());
    if (!parsed.ok()) {
      CAPTURE(text);
      CHECK(Message(parsed.status()).starts_with("at column "));
      continue;
    }
    ++sound;
    for (size_t row = 0; row < table.size(); ++row) parsed->Matches(table.columns(), row);
  }
  CHECK(sound > 50);
}

}  // namespace qalam
