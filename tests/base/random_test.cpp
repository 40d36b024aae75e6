#include "base/random.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace qalam {

TEST_CASE("Philox4x32-10 gives the published known answers", "[random]") {
  // Random123's kat_vectors file: zero, all ones, and digits of pi.
  CHECK(Philox4x32({0, 0, 0, 0}, {0, 0}) ==
        std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(Philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("A stream is a function of seed, trial and purpose", "[random]") {
  RandomStream first(7, 3, "a");
  RandomStream same(7, 3, "a");
  const uint64_t draw = first.Next64();
  CHECK(draw == same.Next64());
  CHECK(draw != RandomStream(8, 3, "a").Next64());
  CHECK(draw != RandomStream(7, 4, "a").Next64());
  CHECK(draw != RandomStream(7, 3, "b").Next64());
}

TEST_CASE("Uniform integers are unbiased", "[random]") {
  RandomStream stream(1, 0, "test");
  std::array<int, 3> counts{};
  constexpr int kDraws = 30000;
  for (int i = 0; i < kDraws; ++i) ++counts[stream.UniformInt(3)];
  // Five standard deviations of a binomial(30000, 1/3).
  for (const int count : counts) CHECK(std::abs(count - kDraws / 3) < 5 * 82);
}

TEST_CASE("The normal quantile matches published values", "[random]") {
  CHECK(NormalQuantile(0.5) == 0);
  // AS 241's own check values.
  CHECK(NormalQuantile(0.25) == Approx(-0.6744897501960817).epsilon(1e-15));
  CHECK(NormalQuantile(0.001) == Approx(-3.090232306167814).epsilon(1e-15));
  CHECK(NormalQuantile(1e-20) == Approx(-9.262340089798408).epsilon(1e-15));
}

}  // namespace qalam
