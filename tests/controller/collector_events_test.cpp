// Event files of TensorBoard, written here byte by byte.

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "controller/collector/event_message.h"
#include "controller/collector/event_names.h"
#include "controller/collector/event_records.h"
#include "controller/collector/metric_source.h"
#include "tests/support/collected_trial.h"

namespace qalam::collector {
namespace {

std::string LittleEndian(uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> 8 * i & 0xFF);
  return text;
}

std::string Varint(uint64_t number) {
  std::string text;
  for (; number >= 0x80; number >>= 7) text += static_cast<char>(number | 0x80);
  return text + static_cast<char>(number);
}

std::string NumberField(int field, uint64_t number) { return Varint(field << 3) + Varint(number); }
std::string BytesField(int field, const std::string& bytes) {
  return Varint(field << 3 | 2) + Varint(bytes.size()) + bytes;
}
std::string FloatField(int field, float value) {
  return Varint(field << 3 | 5) + LittleEndian(std::bit_cast<uint32_t>(value), 4);
}
std::string DoubleField(int field, double value) {
  return Varint(field << 3 | 1) + LittleEndian(std::bit_cast<uint64_t>(value), 8);
}

std::string SimpleValue(const std::string& tag, float value) {
  return BytesField(1, BytesField(1, tag) + FloatField(2, value));
}
// `tensor` without its shape, which is `dimensions`.
std::string TensorValue(const std::string& tag, const std::string& tensor,
                        const std::vector<int>& dimensions = {}) {
  std::string shape;
  for (const int size : dimensions) shape += BytesField(2, NumberField(1, size));
  return BytesField(1, BytesField(1, tag) + BytesField(8, tensor + BytesField(2, shape)));
}

std::string EventBytes(double wall_time, int64_t step, const std::string& values) {
  return DoubleField(1, wall_time) + NumberField(2, step) + BytesField(5, values);
}

std::string Record(const std::string& data) {
  const std::string length = LittleEndian(data.size(), 8);
  return length + LittleEndian(MaskedCrc32c(length), 4) + data +
         LittleEndian(MaskedCrc32c(data), 4);
}

std::string LossRecord(int64_t step, float value) {
  return Record(EventBytes(1000 + static_cast<double>(step), step, SimpleValue("loss", value)));
}

// What begins every file.
std::string VersionRecord() { return Record(DoubleField(1, 1) + BytesField(3, "brain.Event:2")); }

std::vector<EventScalar> Scalars(const std::string& values) {
  EventMessage event;
  REQUIRE(DecodeEvent(EventBytes(12.5, 7, values), event));
  CHECK(event.wall_time == 12.5);
  CHECK(event.step == 7);
  return event.scalars;
}

void AppendBytes(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::app | std::ios::binary) << bytes;
}

// A trial's log folder and who reads it.
class EventFolder {
 public:
  explicit EventFolder(std::vector<std::string> metrics = {"loss"}) {
    job_.source = Source::kEvents;
    job_.file = directory_.File("logs");
    job_.metrics = std::move(metrics);
  }
  std::string File(const std::string& name) const { return directory_.File("logs/" + name); }
  MetricSource& source() {
    if (!source_) source_ = *MakeMetricSource(job_, directory_.path());
    return *source_;
  }
  // With a search of the folder.
  std::vector<SpooledPoint> All() {
    source().CommandEnded();
    std::vector<SpooledPoint> points;
    while (source().Look(42, points)) {
    }
    return points;
  }

 private:
  const TemporaryDirectory directory_;
  Job job_;
  std::unique_ptr<MetricSource> source_;
};

}  // namespace

TEST_CASE("Checksums are those that TensorFlow writes", "[collector]") {
  // The catalogue's check value of CRC-32C, masked; and the head of TensorFlow's own files.
  constexpr uint32_t kCheck = 0xE3069283;
  CHECK(MaskedCrc32c("123456789") == (kCheck >> 15 | kCheck << 17) + 0xA282EAD8);
  CHECK(LittleEndian(MaskedCrc32c(LittleEndian(0x18, 8)), 4) == "\xa3\x7f\x4b\x22");
}

TEST_CASE("A record comes when its last byte has come", "[collector]") {
  const std::string bytes = Record("first") + Record("") + Record("third");
  EventRecords records;
  std::vector<std::string> found;
  for (size_t i = 0; i < bytes.size(); ++i) {
    records.Feed(bytes.substr(i, 1));
    while (const auto record = records.Next()) {
      found.emplace_back(*record);
      CHECK(records.offset() == i + 1);
    }
  }
  CHECK(found == std::vector<std::string>{"first", "", "third"});
  CHECK_FALSE(records.is_damaged());
}

TEST_CASE("A damaged record ends its file, whichever byte it is", "[collector]") {
  const std::string good = Record("good");
  const std::string bytes = good + Record("bad") + good;
  for (size_t at = good.size(); at < 2 * good.size() - 1; ++at) {
    CAPTURE(at);
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EventRecords records;
    records.Feed(damaged);
    CHECK(records.Next() == "good");
    CHECK(records.Next() == std::nullopt);
    CHECK(records.is_damaged());
    CHECK(records.offset() == good.size());
    records.Feed(good);
    CHECK(records.Next() == std::nullopt);
  }
}

TEST_CASE("A record too large for a scalar is passed over", "[collector]") {
  EventRecords records;
  const std::string bytes = Record(std::string(10 << 20, 'x')) + Record("next");
  std::vector<std::string> found;
  for (size_t at = 0; at < bytes.size(); at += 100'000) {
    records.Feed(bytes.substr(at, 100'000));
    while (const auto record = records.Next()) found.emplace_back(*record);
  }
  CHECK(found == std::vector<std::string>{"next"});
}

TEST_CASE("Scalars are read as simple values and as tensors of every type", "[collector]") {
  struct Case {
    const char* what;
    std::string values;
    double expected;
  };
  const auto one = GENERATE(values<Case>({
      {"simple", SimpleValue("loss", 0.5f), 0.5},
      {"float", TensorValue("loss", NumberField(1, 1) + FloatField(5, -2.5f)), -2.5},
      {"float, packed",
       TensorValue("loss", NumberField(1, 1) + BytesField(5, LittleEndian(0x40200000, 4))), 2.5},
      {"double", TensorValue("loss", NumberField(1, 2) + DoubleField(6, 0.1)), 0.1},
      {"double, content",
       TensorValue("loss", NumberField(1, 2) +
                               BytesField(4, LittleEndian(std::bit_cast<uint64_t>(0.1), 8))),
       0.1},
      {"int32", TensorValue("loss", NumberField(1, 3) + NumberField(7, -3)), -3},
      {"int32, content",
       TensorValue("loss", NumberField(1, 3) + BytesField(4, LittleEndian(-3, 4))), -3},
      {"int64, packed", TensorValue("loss", NumberField(1, 9) + BytesField(10, Varint(1 << 20))),
       1 << 20},
      {"half", TensorValue("loss", NumberField(1, 19) + NumberField(13, 0xC100)), -2.5},
      {"bfloat16", TensorValue("loss", NumberField(1, 14) + NumberField(13, 0x4020)), 2.5},
      {"one in a shape of ones",
       TensorValue("loss", NumberField(1, 1) + FloatField(5, 3.f), {1, 1}), 3},
      {"a zero that is left out", TensorValue("loss", NumberField(1, 1)), 0},
  }));
  CAPTURE(one.what);
  const auto scalars = Scalars(one.values);
  REQUIRE(scalars.size() == 1);
  CHECK(scalars[0].tag == "loss");
  CHECK(scalars[0].value == one.expected);
}

TEST_CASE("What is no scalar is passed over", "[collector]") {
  const std::string values =
      TensorValue("many", NumberField(1, 1) + FloatField(5, 1.f) + FloatField(5, 2.f), {2}) +
      TensorValue("filled", NumberField(1, 1) + FloatField(5, 1.f), {10}) +
      TensorValue("text", NumberField(1, 7) + BytesField(8, "hello")) +
      BytesField(1, BytesField(1, "picture") + BytesField(4, "png")) + SimpleValue("loss", 1);
  const auto scalars = Scalars(values);
  REQUIRE(scalars.size() == 1);
  CHECK(scalars[0].tag == "loss");
  EventMessage event;
  CHECK_FALSE(DecodeEvent(BytesField(5, "whole").substr(0, 4), event));
}

TEST_CASE("A tag is named by itself or by its folder, as Katib does", "[collector]") {
  using Names = std::vector<std::string>;
  const Names metrics = {"accuracy", "train/accuracy", "Loss/val", "loss_1"};
  CHECK(MetricsOfTag(metrics, "/logs/train", "accuracy") == Names{"accuracy", "train/accuracy"});
  CHECK(MetricsOfTag(metrics, "/logs/test", "accuracy") == Names{"accuracy"});
  CHECK(MetricsOfTag(metrics, "/logs/mytrain", "accuracy") == Names{"accuracy"});
  CHECK(MetricsOfTag(metrics, "train", "accuracy_2") == Names{"accuracy", "train/accuracy"});
  CHECK(MetricsOfTag(metrics, "/logs", "Loss/val") == Names{"Loss/val"});
  CHECK(MetricsOfTag(metrics, "/logs/Loss", "val") == Names{"Loss/val"});
  CHECK(MetricsOfTag(metrics, "/logs", "loss_1") == Names{"loss_1"});
  CHECK(MetricsOfTag(metrics, "/logs", "accuracy_top").empty());
}

TEST_CASE("Event files of several folders are read as they grow", "[collector]") {
  EventFolder folder({"train/loss", "test/loss"});
  const std::string train = folder.File("train/events.out.tfevents.1.host");
  std::vector<SpooledPoint> points;
  folder.source().Look(42, points);
  AppendBytes(train, VersionRecord() + LossRecord(1, 0.5f));
  points = folder.All();
  REQUIRE(points.size() == 1);
  CHECK(points[0].metric == "train/loss");
  CHECK(points[0].step == 1);
  CHECK(points[0].value == 0.5);
  CHECK(points[0].time_microseconds == 1001'000'000);

  const std::string second = LossRecord(2, 0.25f);
  AppendBytes(train, second.substr(0, second.size() - 1));
  AppendBytes(folder.File("test/run/../events.out.tfevents.2.host"), LossRecord(1, 4));
  AppendBytes(folder.File("test/notes.txt"), "no events");
  points = folder.All();
  REQUIRE(points.size() == 1);
  CHECK(points[0].metric == "test/loss");
  AppendBytes(train, second.substr(second.size() - 1));
  AppendBytes(folder.File("train/events.out.tfevents.3.host"), LossRecord(3, 0.125f));
  points = folder.All();
  REQUIRE(points.size() == 2);
  CHECK(points[0].value == 0.25);
  CHECK(points[1].value == 0.125);
  CHECK(folder.source().complaint().empty());
}

TEST_CASE("A damaged event file is told once and the others are read", "[collector]") {
  EventFolder folder;
  std::string damaged = LossRecord(1, 1) + LossRecord(2, 2);
  damaged[damaged.size() - 6] ^= 1;
  folder.source();
  AppendBytes(folder.File("a.tfevents"), damaged);
  AppendBytes(folder.File("b.tfevents"), LossRecord(3, 3));
  const auto points = folder.All();
  REQUIRE(points.size() == 2);
  CHECK(points[0].value == 1);
  CHECK(points[1].value == 3);
  CHECK(folder.source().complaint() ==
        fmt::format("the event file {} is damaged at byte {}, and its rest was not read",
                    folder.File("a.tfevents"), LossRecord(1, 1).size()));
  AppendBytes(folder.File("a.tfevents"), LossRecord(4, 4));
  CHECK(folder.All().empty());
}

TEST_CASE("Event files of before the trial are not the trial's", "[collector]") {
  EventFolder folder;
  AppendBytes(folder.File("old.tfevents"), LossRecord(1, 1));
  CHECK(folder.All().empty());
  AppendBytes(folder.File("new.tfevents"), LossRecord(2, 2));
  CHECK(folder.All().size() == 1);
}

TEST_CASE("A trial's event files become its points", "[collector]") {
  // The trial finds the bytes in a file beside it, and copies them as its event file.
  CollectedTrial trial(
      "mkdir -p \"$QALAM_METRICS_PATH/train\" && cp ../source "
      "\"$QALAM_METRICS_PATH/train/events.out.tfevents.1\"");
  AppendBytes(trial.File("source"), VersionRecord() + LossRecord(3, 0.5f) + LossRecord(4, NAN));
  trial.job().metric_names = {"train/loss"};
  trial.job().collector.kind = CollectorKind::kTensorFlowEvent;
  trial.job().collector.path = "$(QALAM_TRIAL_DIR)/logs";
  trial.Submit();
  CHECK(trial.WaitForEnd().state == JobState::kSucceeded);
  const auto points = trial.Points();
  REQUIRE(points.size() == 2);
  CHECK(points[0].metric == "train/loss");
  CHECK(points[0].step == 3);
  CHECK(points[0].time == absl::FromUnixSeconds(1003));
  CHECK(std::isnan(points[1].value));
}

}  // namespace qalam::collector
