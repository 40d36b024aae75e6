#include "base/random.h"

#include <cmath>
#include <limits>

namespace qalam {

namespace {

// Multipliers and Weyl constants of the paper's table 2 and section 4.3.
constexpr uint32_t kMultiplier0 = 0xD2511F53;
constexpr uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9;
constexpr uint32_t kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;

// SplitMix64's finaliser, so that neighbouring seeds give unrelated keys.
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

double Polynomial(const double* coefficients, int degree, double x) {
  double value = coefficients[degree];
  for (int i = degree - 1; i >= 0; --i) value = value * x + coefficients[i];
  return value;
}

}  // namespace

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = static_cast<uint64_t>(kMultiplier0) * counter[0];
    const uint64_t product1 = static_cast<uint64_t>(kMultiplier1) * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

RandomStream::RandomStream(uint64_t seed, int64_t trial_number, std::string_view purpose) {
  const uint64_t key = Mix(seed ^ Mix(StableHash(purpose)));
  key_ = {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
  const auto trial = static_cast<uint64_t>(trial_number);
  counter_ = {0, 0, static_cast<uint32_t>(trial), static_cast<uint32_t>(trial >> 32)};
}

RandomStream::result_type RandomStream::operator()() {
  if (used_ == 4) {
    block_ = Philox4x32(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
  }
  return block_[used_++];
}

uint64_t RandomStream::Next64() {
  const uint64_t low = (*this)();
  return low | static_cast<uint64_t>((*this)()) << 32;
}

double RandomStream::Uniform() { return static_cast<double>(Next64() >> 11) * 0x1.0p-53; }

uint64_t RandomStream::UniformInt(uint64_t bound) {
  // Lemire's multiply-and-reject: unbiased, and almost always one draw.
  while (true) {
    const auto product = static_cast<unsigned __int128>(Next64()) * bound;
    const auto low = static_cast<uint64_t>(product);
    if (low >= bound || low >= (0 - bound) % bound) return static_cast<uint64_t>(product >> 64);
  }
}

double RandomStream::Normal() {
  return NormalQuantile((static_cast<double>(Next64() >> 12) + 0.5) * 0x1.0p-52);
}

double NormalQuantile(double p) {
  // Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied
  // Statistics 37(3), 1988: PPND16.
  static constexpr double kA[] = {3.3871328727963666080e0,  1.3314166789178437745e2,
                                  1.9715909503065514427e3,  1.3731693765509461125e4,
                                  4.5921953931549871457e4,  6.7265770927008700853e4,
                                  3.3430575583588128105e4,  2.5090809287301226727e3};
  static constexpr double kB[] = {1.0,                      4.2313330701600911252e1,
                                  6.8718700749205790830e2,  5.3941960214247511077e3,
                                  2.1213794301586595867e4,  3.9307895800092710610e4,
                                  2.8729085735721942674e4,  5.2264952788528545610e3};
  static constexpr double kC[] = {1.42343711074968357734e0, 4.63033784615654529590e0,
                                  5.76949722146069140550e0, 3.64784832476320460504e0,
                                  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double kD[] = {1.0,                      2.05319162663775882187e0,
                                  1.67638483018380384940e0, 6.89767334985100004550e-1,
                                  1.48103976427480074590e-1, 1.51986665636164571966e-2,
                                  5.47593808499534494600e-4, 1.05075007164441684324e-9};
  static constexpr double kE[] = {6.65790464350110377720e0, 5.46378491116411436990e0,
                                  1.78482653991729133580e0, 2.96560571828504891230e-1,
                                  2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double kF[] = {1.0,                      5.99832206555887937690e-1,
                                  1.36929880922735805310e-1, 1.48753612908506148525e-2,
                                  7.86869131145613259100e-4, 1.84631831751005468180e-5,
                                  1.42151175831644588870e-7, 2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * Polynomial(kA, 7, r) / Polynomial(kB, 7, r);
  }
  const double tail = q < 0 ? p : 1 - p;
  if (tail <= 0) {
    return q < 0 ? -std::numeric_limits<double>::infinity()
                 : std::numeric_limits<double>::infinity();
  }
  double r = std::sqrt(-std::log(tail));
  double value;
  if (r <= 5) {
    r -= 1.6;
    value = Polynomial(kC, 7, r) / Polynomial(kD, 7, r);
  } else {
    r -= 5;
    value = Polynomial(kE, 7, r) / Polynomial(kF, 7, r);
  }
  return q < 0 ? -value : value;
}

uint64_t StableHash(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ull;
  }
  return hash;
}

}  // namespace qalam
