#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "controller/collector/http_get.h"
#include "controller/collector/prometheus_text.h"
#include "controller/collector/sources.h"

namespace qalam::collector {

namespace {

constexpr std::chrono::seconds kScrapePeriod(1);
// A program that does not answer by then is asked anew.
constexpr std::chrono::seconds kScrapeLimit(5);
// The last scrape, with the trial's command ended already.
constexpr std::chrono::seconds kLastScrapeLimit(1);

class ScrapeSource final : public MetricSource {
 public:
  explicit ScrapeSource(const Job& job) : endpoint_(job.endpoint), metrics_(job.metrics) {}

  void CommandBegan() override { next_scrape_ = SteadyClock::now(); }
  int descriptor() const override { return get_ ? get_->descriptor() : -1; }
  short events() const override { return get_ ? get_->events() : short{0}; }
  SteadyClock::time_point next_look() const override { return get_ ? give_up_at_ : next_scrape_; }

  bool Look(int64_t now, std::vector<SpooledPoint>& points) override {
    const auto at = SteadyClock::now();
    if (!get_ && !is_done_ && at >= next_scrape_) Begin(at);
    if (!get_) return false;
    if (get_->Advance()) {
      if (at < give_up_at_) return false;
      NoteError("it did not answer in time");
    } else if (get_->error().empty()) {
      has_answered_ = true;
      error_.clear();
      Take(get_->content(), now, points);
    } else if (!get_->is_absent()) {
      NoteError(get_->error());
    }
    get_.reset();
    if (is_last_) is_done_ = true;
    return false;
  }

  void CommandEnded() override {
    // One that is under way is the last. Else one more: it finds what a child of the command still
    // serves, and is refused at once when nobody does.
    is_last_ = true;
    const auto at = SteadyClock::now();
    if (get_) {
      give_up_at_ = std::min(give_up_at_, at + kLastScrapeLimit);
    } else {
      Begin(at);
    }
  }

  bool IsDone() const override { return is_done_; }

  std::string complaint() const override {
    const std::string where =
        fmt::format("{}:{}{}", endpoint_.host, endpoint_.port, endpoint_.path);
    if (!error_.empty()) return fmt::format("{} could not be read: {}", where, error_);
    return has_answered_ ? "" : fmt::format("nobody answered at {}", where);
  }

 private:
  struct Last {
    double value;
    int64_t step;
  };

  void Begin(SteadyClock::time_point at) {
    get_.emplace(endpoint_);
    next_scrape_ = at + kScrapePeriod;
    give_up_at_ = at + (is_last_ ? SteadyClock::duration(kLastScrapeLimit)
                                 : SteadyClock::duration(kScrapeLimit));
  }

  // At its end a program may well be gone in the middle of an answer.
  void NoteError(std::string error) {
    if (!is_last_ || !has_answered_) error_ = std::move(error);
  }

  // A program is asked more often than it reports: what has not changed is no new point.
  void Take(std::string_view text, int64_t now, std::vector<SpooledPoint>& points) {
    const size_t first = points.size();
    int64_t step = -1;
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      const auto sample = ParsePrometheusLine(line);
      if (!sample) continue;
      const bool is_step =
          sample->name == "step" || sample->name == "epoch" || sample->name == "iteration";
      if (is_step && step < 0 && sample->value >= 0 && sample->value < 9e18) {
        step = static_cast<int64_t>(sample->value);
      }
      if (std::find(metrics_.begin(), metrics_.end(), sample->name) != metrics_.end()) {
        points.push_back({sample->time_microseconds.value_or(now), -1, sample->value,
                          std::string(sample->name), ""});
      }
    }
    const auto is_known = [&](SpooledPoint& point) {
      point.step = step;
      const auto [last, is_new] = last_.try_emplace(point.metric, Last{point.value, step});
      const bool is_same = last->second.step == step &&
                           (last->second.value == point.value ||
                            (std::isnan(last->second.value) && std::isnan(point.value)));
      last->second = {point.value, step};
      return !is_new && is_same;
    };
    points.erase(
        std::remove_if(points.begin() + static_cast<std::ptrdiff_t>(first), points.end(), is_known),
        points.end());
  }

  const Endpoint endpoint_;
  const std::vector<std::string> metrics_;
  std::map<std::string, Last> last_;
  std::optional<HttpGet> get_;
  SteadyClock::time_point next_scrape_, give_up_at_;
  bool has_answered_ = false;
  bool is_last_ = false;
  bool is_done_ = false;
  std::string error_;  // of the latest scrape, unless nobody was there
};

}  // namespace

StatusOr<std::unique_ptr<MetricSource>> MakeScrapeSource(const Job& job) {
  return std::unique_ptr<MetricSource>(new ScrapeSource(job));
}

}  // namespace qalam::collector
