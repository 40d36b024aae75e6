// What a trial prints: the first byte chooses the format; a filter, a NUL, the lines.

#include "controller/collector/metric_parser.h"
#include "controller/collector/spool.h"
#include "tests/fuzz/fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qalam;
  if (size == 0) return 0;
  std::string_view rest = AsText(data + 1, size - 1);
  collector::Job job;
  job.format = (data[0] & 1) != 0 ? collector::Format::kJson : collector::Format::kText;
  job.metrics = {"loss", "accuracy", "Best-Genotype"};
  const std::string filter = TakeText(rest);
  if (!filter.empty()) job.filters = {filter};
  const auto parser = collector::MakeMetricParser(job);
  if (!parser.ok()) return 0;
  std::vector<collector::SpooledPoint> points;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    (*parser)->Parse(rest.substr(0, end), 1, points);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return 0;
}
