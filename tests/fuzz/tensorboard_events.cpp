// TensorBoard's event files, in two pieces; and messages as they would stand in a sound record.

#include "controller/collector/event_message.h"
#include "controller/collector/event_names.h"
#include "controller/collector/event_records.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

void Decode(std::string_view record) {
  qalam::collector::EventMessage event;
  if (!qalam::collector::DecodeEvent(record, event)) return;
  for (const auto& scalar : event.scalars) {
    qalam::collector::MetricsOfTag({"loss", "run/loss"}, "logs/run", scalar.tag);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = qalam::AsText(data, size);
  Decode(text);
  qalam::collector::EventRecords records;
  for (const auto piece : {text.substr(0, size / 2), text.substr(size / 2)}) {
    records.Feed(piece);
    while (const auto record = records.Next()) Decode(*record);
  }
  FUZZ_CHECK(records.offset() <= size || records.is_damaged() || records.offset() > 0);
  return 0;
}
