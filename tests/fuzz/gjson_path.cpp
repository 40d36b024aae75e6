// Conditions over objects of a cluster: a path, a NUL, the object.

#include "api/gjson_path.h"

#include "tests/fuzz/fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qalam;
  std::string_view rest = AsText(data, size);
  const auto path = GjsonPath::Parse(TakeText(rest));
  if (!path.ok()) return 0;
  const auto value = GjsonPath::Json::parse(rest, nullptr, /*allow_exceptions=*/false);
  if (!value.is_discarded()) path->Find(value);
  return 0;
}
