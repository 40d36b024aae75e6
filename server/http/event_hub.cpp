#include "server/http/event_hub.h"

#include <absl/time/clock.h>

#include <algorithm>
#include <charconv>

namespace qalam::http {

namespace {

constexpr Duration kTick = absl::Milliseconds(100);
constexpr Duration kReportingTick = absl::Seconds(1);
constexpr Duration kLogTick = absl::Milliseconds(200);
constexpr Duration kSystemTick = absl::Seconds(1);
constexpr Duration kKeepAlive = absl::Seconds(15);
// Of the time, making events takes at most one part in so many, beyond the first tick.
constexpr int kIdleShare = 4;
// A stream that has so much unread gets no more of a log for now.
constexpr size_t kMostUnreadLog = 512 << 10;
constexpr int kMostLogPartsPerTick = 16;

// "EPOCH-SEQUENCE" or "EPOCH-SEQUENCE-LOGOFFSET".
struct EventId {
  std::string epoch;
  uint64_t sequence = 0;
  std::optional<uint64_t> log_offset;
};

bool ParseNumber(std::string_view text, uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

StatusOr<EventId> ParseEventId(const std::string& text) {
  EventId id;
  const size_t first = text.find('-');
  const size_t second = first == std::string::npos ? first : text.find('-', first + 1);
  bool sound = first != std::string::npos && first > 0;
  if (sound) {
    id.epoch = text.substr(0, first);
    const std::string_view rest(text);
    sound = ParseNumber(
        rest.substr(first + 1, second == std::string::npos ? second : second - first - 1),
        id.sequence);
    if (sound && second != std::string::npos) {
      uint64_t offset = 0;
      sound = ParseNumber(rest.substr(second + 1), offset);
      id.log_offset = offset;
    }
  }
  if (!sound) {
    return InvalidArgument("\"{}\" is no event id that this server gave", text.substr(0, 100));
  }
  return id;
}

}  // namespace

struct EventHub::Tick {
  ChangeSet changes;
  ChangeSet reporting;
  std::map<Topic, std::vector<Event>> events;  // made when a stream first asks
};

EventHub::EventHub(Store& store, ChangeLog& changes, Summaries& summaries,
                   TrialOperator& trial_operator)
    : changes_(changes), frames_(store, summaries), logs_(store, trial_operator) {}

EventHub::~EventHub() { Stop(); }

void EventHub::SetSystemInfo(std::function<StatusOr<Json>()> system_info) {
  system_info_ = std::move(system_info);
}

void EventHub::Start() {
  seen_ = seen_reporting_ = changes_.Sequence();
  thread_ = std::thread([this] { Run(); });
}

void EventHub::Stop() {
  stopping_ = true;
  changes_.Wake();
  if (thread_.joinable()) thread_.join();
  TakeNewStreams();
  for (const auto& stream : streams_) stream.subscription->Close();
}

StatusOr<std::shared_ptr<EventSubscription>> EventHub::Subscribe(std::vector<Topic> topics,
                                                                 const std::string& last_event_id,
                                                                 uint64_t log_offset,
                                                                 Visible visible) {
  Stream stream{.topics = std::move(topics), .since = changes_.Sequence()};
  for (const auto& topic : stream.topics) {
    if (topic.kind == Topic::Kind::kLogs) stream.log_topic = topic;
    stream.shows_system =
        stream.shows_system || (topic.kind == Topic::Kind::kSystem && visible == nullptr);
  }
  stream.log_offset = log_offset;
  if (!last_event_id.empty()) {
    ASSIGN_OR_RETURN(const auto id, ParseEventId(last_event_id));
    if (id.epoch == changes_.epoch() && id.sequence <= stream.since) {
      stream.since = id.sequence;
    } else {
      stream.must_reset = true;
    }
    if (id.log_offset) stream.log_offset = *id.log_offset;
  }
  stream.subscription = std::make_shared<EventSubscription>(std::move(visible));
  auto subscription = stream.subscription;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return Unavailable("the server is stopping");
    if (CountOpen() >= kMostStreams) {
      return ResourceExhausted("{} pages are open already; close some", kMostStreams);
    }
    open_.push_back(subscription);
    new_streams_.push_back(std::move(stream));
  }
  changes_.Wake();
  return subscription;
}

EventText EventHub::IdLine(const Stream& stream) const {
  const bool shows_trials =
      std::any_of(stream.topics.begin(), stream.topics.end(),
                  [](const Topic& topic) { return topic.kind == Topic::Kind::kExperiment; });
  const uint64_t sequence = shows_trials ? seen_reporting_ : seen_;
  const std::string offset = stream.log_topic ? fmt::format("-{}", stream.log_offset) : "";
  return std::make_shared<const std::string>(
      fmt::format("id: {}-{}{}\n\n", changes_.epoch(), sequence, offset));
}

// The id comes with the last event alone: whoever has it has them all.
void EventHub::Send(const Stream& stream, std::vector<Event> events) {
  if (events.empty()) return;
  events.back().id = IdLine(stream);
  stream.subscription->Push(events);
}

size_t EventHub::CountOpen() {
  std::erase_if(open_, [](const auto& subscription) { return subscription->is_closed(); });
  return open_.size();
}

int64_t EventHub::stream_count() {
  absl::MutexLock lock(&mutex_);
  return static_cast<int64_t>(CountOpen());
}

bool EventHub::TakeNewStreams() {
  std::erase_if(streams_, [](const Stream& stream) { return stream.subscription->is_closed(); });
  absl::MutexLock lock(&mutex_);
  const bool came = !new_streams_.empty();
  for (auto& stream : new_streams_) streams_.push_back(std::move(stream));
  new_streams_.clear();
  return came;
}

std::vector<Event> EventHub::EventsFor(Stream& stream, Tick& tick) {
  std::vector<Event> events;
  if (stream.is_new) {
    stream.is_new = false;
    events.push_back({std::make_shared<const std::string>("retry: 1000\n")});
    if (!stream.must_reset && stream.since < seen_) {
      // Up to where the others are.
      const ChangeSet missed = CollectChanges(changes_, stream.since, tick.changes.last);
      stream.must_reset = !missed.is_complete;
      for (const auto& topic : stream.topics) {
        if (stream.must_reset) break;
        for (auto& event : frames_.Build(topic, missed, missed)) {
          events.push_back(std::move(event));
        }
      }
      if (!stream.must_reset) return events;
    }
  }
  if (stream.must_reset || !tick.changes.is_complete || !tick.reporting.is_complete) {
    stream.must_reset = false;
    events.push_back({MakeEvent("reset", Json::object())});
    return events;
  }
  if (tick.changes.empty() && tick.reporting.empty()) return events;
  for (const auto& topic : stream.topics) {
    const auto [entry, is_first] = tick.events.try_emplace(topic);
    if (is_first) entry->second = frames_.Build(topic, tick.changes, tick.reporting);
    events.insert(events.end(), entry->second.begin(), entry->second.end());
  }
  return events;
}

void EventHub::SendChanges(Tick& tick) {
  std::vector<std::vector<Event>> events;
  for (auto& stream : streams_) events.push_back(EventsFor(stream, tick));
  // The ids say that all of it is sent.
  seen_ = tick.changes.last;
  if (tick.reporting.last > 0) seen_reporting_ = tick.reporting.last;  // 0: not this time
  for (size_t i = 0; i < streams_.size(); ++i) Send(streams_[i], std::move(events[i]));
}

bool EventHub::SendLogs() {
  logs_.BeginRound();
  bool goes_on = false;
  for (auto& stream : streams_) {
    if (!stream.log_topic || stream.log_has_ended) continue;
    for (int i = 0; i < kMostLogPartsPerTick; ++i) {
      if (stream.subscription->bytes() > kMostUnreadLog) break;
      const auto part = logs_.Read(*stream.log_topic, stream.log_offset);
      stream.log_offset = part.next_offset;
      stream.log_has_ended = part.is_last;
      if (part.event == nullptr) break;
      Send(stream, {{part.event}});
    }
    goes_on = goes_on || !stream.log_has_ended;
  }
  return goes_on;
}

bool EventHub::SendSystem() {
  const bool wanted = std::any_of(streams_.begin(), streams_.end(),
                                  [](const Stream& stream) { return stream.shows_system; });
  if (!wanted || !system_info_) return false;
  const auto info = system_info_();
  if (!info.ok()) return true;
  auto event = MakeEvent("system", *info);
  if (system_event_ == nullptr || *system_event_ != *event) system_event_ = std::move(event);
  for (auto& stream : streams_) {
    if (!stream.shows_system || stream.system_event == system_event_) continue;
    stream.system_event = system_event_;
    Send(stream, {{system_event_}});
  }
  return true;
}

void EventHub::SendKeepAlives() {
  const auto comment = std::make_shared<const std::string>(": still here\n");
  for (const auto& stream : streams_) Send(stream, {{comment}});
}

void EventHub::Run() {
  Time next_tick = absl::InfinitePast();
  Time next_logs = absl::InfiniteFuture(), next_system = absl::InfiniteFuture();
  Time next_keep_alive = absl::Now() + kKeepAlive;
  while (!stopping_) {
    const bool has_reporting = seen_reporting_ < seen_;
    const Time deadline = std::min({next_keep_alive, next_logs, next_system,
                                    has_reporting ? next_reporting_ : absl::InfiniteFuture()});
    changes_.WaitPast(seen_, deadline);
    absl::SleepFor(std::min(next_tick - absl::Now(), absl::Seconds(1)));
    if (stopping_) break;

    const Time begin = absl::Now();
    const bool has_new_streams = TakeNewStreams();
    const uint64_t last = changes_.Sequence();
    Tick tick{.changes = CollectChanges(changes_, seen_, last)};
    if (begin >= next_reporting_) {
      tick.reporting = CollectChanges(changes_, seen_reporting_, last);
      next_reporting_ = begin + kReportingTick;
    }
    SendChanges(tick);
    if (begin >= next_logs || has_new_streams) {
      next_logs = SendLogs() ? absl::Now() + kLogTick : absl::InfiniteFuture();
    }
    if (begin >= next_system || has_new_streams) {
      next_system = SendSystem() ? begin + kSystemTick : absl::InfiniteFuture();
    }
    if (begin >= next_keep_alive) {
      SendKeepAlives();
      next_keep_alive = begin + kKeepAlive;
    }
    const Time end = absl::Now();
    next_tick = std::max(begin + kTick, end + std::min(kIdleShare * (end - begin), kReportingTick));
  }
}

}  // namespace qalam::http
