// TensorBoard's Event message, as far as scalars go. Read by hand from protobuf's wire format: the
// collector runs beside every trial, and the library would be many times as large as the rest of
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qalam::collector {

struct EventScalar {
  std::string tag;
  double value = 0;
};

struct EventMessage {
  double wall_time = 0;  // seconds since 1970
  int64_t step = 0;
  // Simple values, and tensors of one number. Whatever else a summary holds is passed over.
  std::vector<EventScalar> scalars;
};

// False when `data` is no such message.
bool DecodeEvent(std::string_view data, EventMessage& event);

}  // namespace qalam::collector
