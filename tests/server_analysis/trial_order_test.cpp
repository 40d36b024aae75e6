#include "server/analysis/trial_order.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "base/random.h"
#include "tests/server_analysis/sample_trials.h"

namespace qalam {
namespace {

std::vector<int64_t> NumbersInOrder(const TrialTable& table, const TrialSelection& selection) {
  const auto page = SelectTrials(table.columns(), selection);
  INFO(Message(page.status()));
  REQUIRE(page.ok());
  return page->numbers;
}

std::string OrderFault(const TrialSelection& selection) {
  const auto page = SelectTrials(SampleTable(9).columns(), selection);
  CHECK(page.status().code() == StatusCode::kInvalidArgument);
  return Message(page.status());
}

using List = std::vector<int64_t>;

}  // namespace

TEST_CASE("Trials are sorted by any field, either way, equals by number", "[order]") {
  const TrialTable table = SampleTable(6);
  CHECK(NumbersInOrder(table, {}) == List{0, 1, 2, 3, 4, 5});
  CHECK(NumbersInOrder(table, {.sort = "number", .order = "desc"}) == List{5, 4, 3, 2, 1, 0});
  CHECK(NumbersInOrder(table, {.sort = "objective", .order = "desc"}) == List{5, 4, 3, 2, 1, 0});
  CHECK(NumbersInOrder(table, {.sort = "duration", .order = "desc"}) == List{5, 4, 3, 2, 1, 0});
  CHECK(NumbersInOrder(table, {.sort = "lr"}) == List{3, 2, 1, 5, 0, 4});
  CHECK(NumbersInOrder(table, {.sort = "lr", .order = "desc"}) == List{0, 4, 1, 5, 2, 3});
  CHECK(NumbersInOrder(table, {.sort = "layers"}) == List{0, 3, 1, 4, 2, 5});
  CHECK(NumbersInOrder(table, {.sort = "optimizer"}) == List{1, 3, 5, 0, 2, 4});
  CHECK(NumbersInOrder(table, {.sort = "accuracy"}) == List{0, 1, 2, 3, 4, 5});
  CHECK(NumbersInOrder(table, {.sort = "`accuracy`"}) == List{0, 1, 2, 3, 4, 5});
}

TEST_CASE("States stand in the order of a trial's life", "[order]") {
  TrialTable table = SampleTable(4);
  auto running = SampleTrial(2), pending = SampleTrial(3);
  running.state = TrialState::kRunning;
  pending.state = TrialState::kPending;
  table.Put(running);
  table.Put(pending);
  CHECK(NumbersInOrder(table, {.sort = "state"}) == List{3, 2, 0, 1});
}

TEST_CASE("Trials without a value come last either way", "[order]") {
  TrialTable table = SampleTable(4);
  for (const int number : {0, 2}) {
    auto trial = SampleTrial(number);
    trial.objective_value.reset();
    table.Put(trial);
  }
  CHECK(NumbersInOrder(table, {.sort = "objective"}) == List{1, 3, 0, 2});
  CHECK(NumbersInOrder(table, {.sort = "objective", .order = "desc"}) == List{3, 1, 0, 2});
}

TEST_CASE("State and filter choose, and the total is of what they choose", "[order]") {
  TrialTable table = SampleTable(10);
  auto failed = SampleTrial(3);
  failed.state = TrialState::kFailed;
  table.Put(failed);
  const auto page =
      *SelectTrials(table.columns(), {.states = {TrialState::kFailed, TrialState::kSucceeded},
                                      .filter = "optimizer == 'adam'",
                                      .limit = 2});
  CHECK(page.numbers == List{1, 3});
  CHECK(page.total == 5);
  CHECK(NumbersInOrder(table, {.states = {TrialState::kFailed}}) == List{3});
}

TEST_CASE("Pages go on where the last one ended, and the last has no cursor", "[order]") {
  const TrialTable table = SampleTable(23);
  const std::string sort = GENERATE("number", "lr", "optimizer", "state", "objective");
  const std::string order = GENERATE("asc", "desc");
  CAPTURE(sort, order);
  TrialSelection selection{.sort = sort, .order = order, .limit = 5};
  List seen;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = *SelectTrials(table.columns(), selection);
    CHECK(page.total == 23);
    seen.insert(seen.end(), page.numbers.begin(), page.numbers.end());
    selection.cursor = page.next_cursor;
    if (selection.cursor.empty()) break;
    CHECK(page.numbers.size() == 5);
  }
  selection.cursor.clear();
  selection.limit = 100;
  CHECK(seen == NumbersInOrder(table, selection));
}

TEST_CASE("No trial is shown twice or left out while others come and change", "[order]") {
  const std::string sort = GENERATE("number", "lr", "optimizer", "objective", "state");
  const std::string order = GENERATE("asc", "desc");
  const uint64_t seed = GENERATE(1, 2, 3);
  CAPTURE(sort, order, seed);
  RandomStream random(seed, 0, "pages");
  TrialTable table = SampleTable(40);
  TrialSelection selection{.sort = sort, .order = order, .limit = 7};
  std::multiset<int64_t> seen;
  int next = 40;
  std::set<int64_t> changed;
  do {
    const auto page = *SelectTrials(table.columns(), selection);
    seen.insert(page.numbers.begin(), page.numbers.end());
    selection.cursor = page.next_cursor;
    // The last one shown among them: its cursor is in use.
    if (!page.numbers.empty()) changed.insert(page.numbers.back());
    for (int i = 0; i < 3; ++i) table.Put(SampleTrial(next++));
    for (const int64_t number : changed) {
      auto trial = SampleTrial(number);
      trial.objective_value = random.Normal();
      trial.state = TrialState::kFailed;
      table.Put(trial);
    }
    if (next > 400) break;
  } while (!selection.cursor.empty());
  for (int64_t number = 0; number < 40; ++number) {
    CAPTURE(number);
    if (!changed.contains(number)) CHECK(seen.count(number) == 1);
  }
}

TEST_CASE("What is wrong with a selection is said", "[order]") {
  CHECK(
      OrderFault({.sort = "lrr"}).starts_with("sort: there is no parameter, metric or field lrr"));
  CHECK(OrderFault({.order = "up"}) == "order: should be asc or desc, not up");
  CHECK(OrderFault({.filter = "lr <"}) ==
        "filter: at column 5: a name, number or text is expected here");
  CHECK(OrderFault({.limit = 0}) == "limit: should be above 0");
}

TEST_CASE("A broken cursor, or one of another list, is refused", "[order]") {
  const TrialTable table = SampleTable(9);
  const auto page = *SelectTrials(table.columns(), {.sort = "lr", .limit = 3});
  const std::string& cursor = page.next_cursor;
  for (const auto& broken :
       {std::string("x"), cursor + "0", cursor.substr(0, cursor.size() - 20),
        "v2" + cursor.substr(2), std::string(100000, '.'), cursor + ".1", std::string("v1...")}) {
    CHECK(OrderFault({.sort = "lr", .cursor = broken}).starts_with("cursor: "));
  }
  CHECK(OrderFault({.sort = "layers", .cursor = cursor}).starts_with("cursor: belongs to another"));
  CHECK(OrderFault({.filter = "lr < 1", .sort = "lr", .cursor = cursor})
            .starts_with("cursor: belongs to another"));
  CHECK(NumbersInOrder(table, {.sort = "lr", .limit = 3, .cursor = cursor}).size() == 3);
}

}  // namespace qalam
