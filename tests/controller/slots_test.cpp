#include "controller/operators/slots.h"

#include <catch2/catch.hpp>

namespace qalam {
namespace {

const Time kAskedAt = absl::FromUnixSeconds(1'700'000'000);

Room FourCores() { return {4000, int64_t{8} << 30, {"0", "3"}}; }

}  // namespace

TEST_CASE("Room is handed out until there is none, and again once it is given back", "[slots]") {
  Slots slots(FourCores());
  CHECK(slots.Ask("a", {.cpu = 1.5}, kAskedAt)->millicpus == 1500);
  CHECK(slots.Ask("b", {.cpu = 1.5}, kAskedAt).ok());
  const auto waits = slots.Ask("c", {.cpu = 2}, kAskedAt);
  CHECK(waits.status().code() == StatusCode::kResourceExhausted);
  CHECK(Message(waits.status()) == "waiting for 2 cpus; 1 of 4 is free");
  CHECK(slots.Ready().empty());
  // Asking again takes nothing more.
  CHECK(slots.Ask("a", {.cpu = 1.5}, kAskedAt).ok());
  slots.Release("a");
  CHECK(slots.Ready() == std::vector<std::string>{"c"});
  CHECK(slots.Ask("c", {.cpu = 2}, kAskedAt).ok());
  CHECK(slots.Ready().empty());
  CHECK(slots.Holds("c"));
  CHECK_FALSE(slots.Holds("a"));
}

TEST_CASE("Each GPU is one holder's, the first free ones first", "[slots]") {
  Slots slots(FourCores());
  CHECK(slots.Ask("a", {.gpu = 1}, kAskedAt)->gpus == std::vector<std::string>{"0"});
  CHECK(slots.Ask("b", {.gpu = 1}, kAskedAt)->gpus == std::vector<std::string>{"3"});
  CHECK(Message(slots.Ask("c", {.gpu = 1}, kAskedAt).status()) ==
        "waiting for 1 gpu; 0 of 2 are free");
  slots.Release("a");
  CHECK(slots.Ask("c", {.gpu = 1}, kAskedAt)->gpus == std::vector<std::string>{"0"});
}

TEST_CASE("What somebody has of old is taken", "[slots]") {
  Slots slots(FourCores());
  // Of a machine that had more, too.
  slots.Hold("old", {6000, 0, {"3", "7"}});
  CHECK(slots.Ask("a", {.gpu = 1}, kAskedAt)->gpus == std::vector<std::string>{"0"});
  CHECK(Message(slots.Ask("b", {.cpu = 1}, kAskedAt).status()) ==
        "waiting for 1 cpu; 0 of 4 are free");
  CHECK(slots.Ask("old", {.cpu = 1}, kAskedAt)->millicpus == 6000);
  slots.Release("old");
  CHECK(slots.Ask("b", {.cpu = 1}, kAskedAt).ok());
}

TEST_CASE("A small need does not pass a big one that came before", "[slots]") {
  Slots slots(FourCores());
  REQUIRE(slots.Ask("first", {.cpu = 3}, kAskedAt).ok());
  REQUIRE_FALSE(slots.Ask("big", {.cpu = 4}, kAskedAt).ok());
  const auto small = slots.Ask("small", {.cpu = 1}, kAskedAt);
  CHECK(Message(small.status()) ==
        "waiting for 1 cpu; 1 of 4 is free, kept for a trial that came before");
  // What the big one does not want may go to anybody.
  CHECK(slots.Ask("other", {.gpu = 1}, kAskedAt).ok());
  slots.Release("first");
  CHECK(slots.Ready() == std::vector<std::string>{"big"});
  CHECK_FALSE(slots.Ask("small", {.cpu = 1}, kAskedAt).ok());
  CHECK(slots.Ask("big", {.cpu = 4}, kAskedAt).ok());
  slots.Release("big");
  CHECK(slots.Ask("small", {.cpu = 1}, kAskedAt).ok());
}

TEST_CASE("One that has several wants is kept all of them", "[slots]") {
  Slots slots(FourCores());
  REQUIRE(slots.Ask("cores", {.cpu = 4}, kAskedAt).ok());
  REQUIRE_FALSE(slots.Ask("both", {.cpu = 4, .gpu = 2}, kAskedAt).ok());
  CHECK_FALSE(slots.Ask("gpu", {.gpu = 1}, kAskedAt).ok());
  slots.Release("cores");
  CHECK_FALSE(slots.Ask("cores again", {.cpu = 1}, kAskedAt).ok());
  CHECK(slots.Ask("both", {.cpu = 4, .gpu = 2}, kAskedAt)->gpus.size() == 2);
}

TEST_CASE("What never fits is refused at once", "[slots]") {
  Slots slots(FourCores());
  const auto refused = slots.Ask("a", {.cpu = 5, .memory_bytes = 1ull << 40, .gpu = 3}, kAskedAt);
  CHECK(refused.status().code() == StatusCode::kFailedPrecondition);
  CHECK(
      Message(refused.status()) ==
      "a trial takes 5 cpus, and all there is to hand out is 4 (--cpus); a trial takes 1024 "
      "GiB of memory, and all there is to hand out is 8 GiB (--memory); a trial takes 3 gpus, and "
      "all there is to hand out is 2 (--gpus)");
  CHECK(slots.Ask("b", {.cpu = 4, .memory_bytes = 8ull << 30, .gpu = 2}, kAskedAt).ok());
}

TEST_CASE("One that waits and is not heard of any more loses its place", "[slots]") {
  Slots slots(FourCores());
  REQUIRE(slots.Ask("a", {.cpu = 2}, kAskedAt).ok());
  REQUIRE_FALSE(slots.Ask("gone", {.cpu = 4}, kAskedAt).ok());
  CHECK_FALSE(slots.Ask("b", {.cpu = 1}, kAskedAt + absl::Seconds(59)).ok());
  CHECK(slots.Ask("b", {.cpu = 1}, kAskedAt + absl::Seconds(61)).ok());
  REQUIRE_FALSE(slots.Ask("withdrawn", {.cpu = 4}, kAskedAt).ok());
  slots.Release("withdrawn");
  CHECK(slots.Ask("c", {.cpu = 1}, kAskedAt).ok());
}

}  // namespace qalam
