#pragma once

#include <ctime>

namespace qalam::bench {

// This thread's processor time in seconds: other work on the machine does not count.
inline double ThreadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace qalam::bench
