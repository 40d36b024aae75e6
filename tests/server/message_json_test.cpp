#include "server/http/message_json.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "api/proto/qalam_v1.pb.h"

namespace qalam::http {

TEST_CASE("Messages become the JSON that the API promises", "[server]") {
  v1::Trial trial;
  trial.set_name("t");
  trial.set_number(int64_t{1} << 40);
  trial.set_state(v1::TRIAL_EARLY_STOPPED);
  trial.mutable_created()->set_seconds(1'795'852'800);
  trial.mutable_created()->set_nanos(123'900'000);
  trial.add_violations(NAN);
  trial.add_violations(-HUGE_VAL);
  (*trial.mutable_labels())["b"] = "2";
  (*trial.mutable_labels())["a"] = "1";
  auto* metric = trial.add_metrics();
  metric->set_name("<b>");
  metric->set_max(HUGE_VAL);
  const Json json = MessageToJson(trial);
  CHECK(json["number"] == int64_t{1} << 40);
  CHECK(json["state"] == "EarlyStopped");
  CHECK(json["created"] == "2026-11-28T08:00:00.123Z");
  CHECK(json["violations"] == Json::array({"NaN", "-Infinity"}));
  CHECK(json["labels"].dump() == R"({"a":"1","b":"2"})");
  CHECK(json["metrics"][0]["max"] == "Infinity");
  CHECK(json["metrics"][0]["min"] == 0.0);
  CHECK(json["reason"] == "");
  CHECK(json["feasible"] == false);
  CHECK(json["parameters"] == Json::array());
  CHECK_FALSE(json.contains("objectiveValue"));
  CHECK_FALSE(json.contains("completed"));

  v1::Experiment experiment;
  experiment.set_seed(~uint64_t{0});
  experiment.set_objective_type(::api::v1::beta1::MAXIMIZE);
  experiment.set_state(v1::EXPERIMENT_RESTARTING);
  const Json other = MessageToJson(experiment);
  CHECK(other["seed"] == "18446744073709551615");
  CHECK(other["objectiveType"] == "maximize");
  CHECK(other["state"] == "Restarting");
}

TEST_CASE("JSON becomes a message, and every fault of it is named", "[server]") {
  v1::EditBudgetRequest request;
  REQUIRE(JsonToMessage({{"maxTrialCount", 7}}, request).ok());
  CHECK(request.max_trial_count() == 7);
  CHECK_FALSE(request.has_parallel_trial_count());
  const auto status =
      JsonToMessage({{"maxTrialCount", "7"}, {"odd", 1}, {"experiment", Json::object()}}, request);
  const std::string message = Message(status);
  CAPTURE(message);
  CHECK(message.find("maxTrialCount") != std::string::npos);
  CHECK(message.find("odd") != std::string::npos);
  CHECK(message.find("experiment") != std::string::npos);
}

TEST_CASE("Times before 1970 have milliseconds too", "[server]") {
  CHECK(TimeToText(0) == "1970-01-01T00:00:00.000Z");
  CHECK(TimeToText(-1) == "1969-12-31T23:59:59.999Z");
}

}  // namespace qalam::http
