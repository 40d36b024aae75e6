// Counter-based random numbers: every draw is a pure function of (seed, trial number, purpose,
// index), so a restart continues the same stream and parallel trials never share one.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace qalam {

// One block of Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011, section 4.3.
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// A stream of draws. Cheap to make; copying one copies its position. Satisfies
// UniformRandomBitGenerator, but prefer the members: the standard library's distributions differ
// between implementations and would make runs machine-dependent.
class RandomStream {
 public:
  // `purpose` keeps uses of one trial apart, e.g. "tpe.candidates".
  RandomStream(uint64_t seed, int64_t trial_number, std::string_view purpose);

  using result_type = uint32_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xffffffffu; }
  result_type operator()();

  uint64_t Next64();
  // In [0, 1), a multiple of 2^-53.
  double Uniform();
  // In [0, bound), each equally likely. bound > 0.
  uint64_t UniformInt(uint64_t bound);
  // Standard normal, by inversion: one draw each, so the count of draws is predictable.
  double Normal();

 private:
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;
  std::array<uint32_t, 4> block_;
  int used_ = 4;
};

// The inverse of the standard normal's distribution function, for 0 < p < 1 (Wichura's AS241,
// relative error about 1e-16).
double NormalQuantile(double p);

// FNV-1a, 64 bits: a hash that is the same on every machine and in every version.
uint64_t StableHash(std::string_view bytes);

}  // namespace qalam
