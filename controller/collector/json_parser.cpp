#include <cmath>
#include <nlohmann/json.hpp>

#include "controller/collector/metric_parser.h"
#include "controller/collector/number.h"
#include "controller/collector/parsers.h"

namespace qalam::collector {

namespace {

using nlohmann::json;

// A number, or a string that holds one, as Katib allows.
bool ReadValue(const json& value, double& number) {
  if (value.is_number()) {
    number = value.get<double>();
    return true;
  }
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && ReadNumber(text, number) == text.size();
}

// Each line an object: {"epoch": 3, "loss": 0.2, "timestamp": "2026-11-24T10:31:46Z"}.
class JsonParser final : public MetricParser {
 public:
  explicit JsonParser(const Job& job) : metrics_(job.metrics) {}

  void Parse(std::string_view line, int64_t now, std::vector<SpooledPoint>& points) override {
    if (line.find('{') == std::string_view::npos) return;
    const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return;
    const int64_t time = TimeOf(object, now);
    double step = -1;
    for (const char* name : {"step", "epoch", "iteration"}) {
      if (step < 0 && object.contains(name)) ReadValue(object[name], step);
    }
    for (const auto& metric : metrics_) {
      const auto entry = object.find(metric);
      double value = 0;
      if (entry == object.end()) continue;
      std::string text;
      if (!ReadValue(*entry, value)) {
        if (!entry->is_string() || entry->get_ref<const std::string&>().empty()) continue;
        value = NAN;
        text = entry->get<std::string>();
      }
      points.push_back({time, step >= 0 && step < 9e18 ? static_cast<int64_t>(step) : -1, value,
                        metric, std::move(text)});
    }
  }

 private:
  // Text in RFC 3339, or seconds since 1970.
  static int64_t TimeOf(const json& object, int64_t now) {
    const auto entry = object.find("timestamp");
    if (entry == object.end()) return now;
    if (entry->is_number()) {
      const double seconds = entry->get<double>();
      return seconds > 0 && seconds < 1e12 ? static_cast<int64_t>(seconds * 1e6) : now;
    }
    int64_t time = now;
    if (entry->is_string()) ReadTimestamp(entry->get_ref<const std::string&>(), time);
    return time;
  }

  const std::vector<std::string> metrics_;
};

}  // namespace

StatusOr<std::unique_ptr<MetricParser>> MakeJsonParser(const Job& job) {
  return std::unique_ptr<MetricParser>(new JsonParser(job));
}

}  // namespace qalam::collector
