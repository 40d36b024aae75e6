#include <re2/re2.h>

#include <algorithm>
#include <cmath>

#include "controller/collector/metric_parser.h"
#include "controller/collector/number.h"
#include "controller/collector/parsers.h"

namespace qalam::collector {

namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '|' || c == '-';
}

// Katib's default filter, ([\w|-]+)\s*=\s*(number), by hand: most trials need no other, and a
// regular expression would cost ten times as much a line. Also takes nan and inf, so that a
// diverged run is seen for what it is, and names with any other character when they are wanted.
class DefaultScanner {
 public:
  explicit DefaultScanner(const std::vector<std::string>& metrics) : metrics_(metrics) {}

  template <typename Found>
  void Scan(std::string_view line, Found found) const {
    bool has_text = false;
    for (size_t equals = line.find('='); equals != std::string_view::npos;
         equals = line.find('=', equals + 1)) {
      size_t value_begin = equals + 1;
      while (value_begin < line.size() && (line[value_begin] == ' ' || line[value_begin] == '\t')) {
        ++value_begin;
      }
      size_t name_end = equals;
      while (name_end > 0 && (line[name_end - 1] == ' ' || line[name_end - 1] == '\t')) --name_end;
      const std::string_view name = NameBefore(line.substr(0, name_end));
      double value = 0;
      if (ReadNumber(line.substr(value_begin), value) > 0) {
        found(name, value, std::string_view());
      } else if (!has_text && value_begin < line.size() && IsWanted(name)) {
        // No number, as Best-Genotype has none: the value is all that the line goes on to say, with
        // whatever looks like another such value in it.
        found(name, NAN, line.substr(value_begin));
        has_text = true;
      }
    }
  }

 private:
  bool IsWanted(std::string_view name) const {
    return std::find(metrics_.begin(), metrics_.end(), name) != metrics_.end();
  }

  // The longest wanted name that ends the text, else the longest run of name characters.
  std::string_view NameBefore(std::string_view text) const {
    size_t begin = text.size();
    while (begin > 0 && IsNameCharacter(text[begin - 1])) --begin;
    for (const auto& metric : metrics_) {
      if (metric.size() > text.size() - begin && text.ends_with(metric)) {
        const size_t at = text.size() - metric.size();
        if (at == 0 || !IsNameCharacter(text[at - 1])) begin = at;
      }
    }
    return text.substr(begin);
  }

  const std::vector<std::string>& metrics_;
};

class TextParser final : public MetricParser {
 public:
  TextParser(const Job& job, std::vector<std::unique_ptr<RE2>> filters)
      : metrics_(job.metrics), filters_(std::move(filters)), scanner_(metrics_) {}

  void Parse(std::string_view line, int64_t now, std::vector<SpooledPoint>& points) override {
    if (line.find('=') == std::string_view::npos && filters_.empty()) return;
    int64_t time = now;
    ReadTimestamp(line, time);
    const size_t first = points.size();
    double step = -1;
    // `text` is the value where it is no number.
    const auto found = [&](std::string_view name, double value, std::string_view text) {
      if (step < 0 && text.empty() && (name == "step" || name == "epoch" || name == "iteration"))
        step = value;
      if (std::find(metrics_.begin(), metrics_.end(), name) != metrics_.end()) {
        points.push_back({time, -1, value, std::string(name), std::string(text)});
      }
    };
    if (filters_.empty()) {
      scanner_.Scan(line, found);
    } else {
      for (const auto& filter : filters_) ScanFilter(*filter, line, found);
    }
    // A line's step holds for the whole line, wherever it stands.
    if (step >= 0 && step < 9e18 && std::floor(step) == step) {
      for (size_t i = first; i < points.size(); ++i) points[i].step = static_cast<int64_t>(step);
    }
  }

 private:
  // All matches from left to right that do not overlap.
  template <typename Found>
  static void ScanFilter(const RE2& filter, std::string_view line, Found found) {
    const re2::StringPiece text(line.data(), line.size());
    re2::StringPiece groups[3];  // the match, the name, the value
    size_t at = 0;
    while (at <= line.size() &&
           filter.Match(text, at, line.size(), RE2::UNANCHORED, groups, std::size(groups))) {
      const std::string_view name(groups[1].data(), groups[1].size());
      const std::string_view value_text(groups[2].data(), groups[2].size());
      double value = 0;
      if (value_text.empty()) {
        // Katib's filter matches a name without a value too.
      } else if (ReadNumber(value_text, value) == value_text.size()) {
        found(name, value, std::string_view());
      } else {
        found(name, NAN, value_text);
      }
      const size_t end = static_cast<size_t>(groups[0].data() - line.data()) + groups[0].size();
      // A filter may match nothing, which would be found there again for ever.
      at = end > at ? end : at + 1;
    }
  }

  const std::vector<std::string> metrics_;
  const std::vector<std::unique_ptr<RE2>> filters_;
  const DefaultScanner scanner_;
};

}  // namespace

StatusOr<std::unique_ptr<MetricParser>> MakeTextParser(const Job& job) {
  std::vector<std::unique_ptr<RE2>> filters;
  for (const auto& text : job.filters) {
    RE2::Options options;
    options.set_log_errors(false);
    // Output need not be UTF-8.
    options.set_encoding(RE2::Options::EncodingLatin1);
    auto filter = std::make_unique<RE2>(text, options);
    if (!filter->ok()) {
      return InvalidArgument("the metrics filter {} is not a regular expression: {}", text,
                             filter->error());
    }
    if (filter->NumberOfCapturingGroups() < 2) {
      return InvalidArgument("the metrics filter {} needs two groups, the name and the value",
                             text);
    }
    filters.push_back(std::move(filter));
  }
  return std::unique_ptr<MetricParser>(new TextParser(job, std::move(filters)));
}

}  // namespace qalam::collector
