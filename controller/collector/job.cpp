#include "controller/collector/job.h"

#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/process.h"
#include "controller/collector/byte_text.h"

namespace qalam::collector {

namespace {

using nlohmann::json;

json EncodeList(const std::vector<std::string>& list) {
  json array = json::array();
  for (const auto& item : list) array.push_back(BytesToText(item));
  return array;
}

std::vector<std::string> DecodeList(const json& array) {
  std::vector<std::string> list;
  for (const auto& item : array) list.push_back(TextToBytes(item.get<std::string>()));
  return list;
}

json EncodeMap(const std::map<std::string, std::string>& map) {
  json object = json::object();
  for (const auto& [name, value] : map) object[BytesToText(name)] = BytesToText(value);
  return object;
}

std::map<std::string, std::string> DecodeMap(const json& object) {
  std::map<std::string, std::string> map;
  for (const auto& [name, value] : object.items()) map[TextToBytes(name)] = TextToBytes(value);
  return map;
}

json EncodeEndpoint(const Endpoint& endpoint) {
  json headers = json::array();
  for (const auto& [name, value] : endpoint.headers) headers.push_back(EncodeList({name, value}));
  return {{"host", endpoint.host},
          {"port", endpoint.port},
          {"path", BytesToText(endpoint.path)},
          {"headers", headers}};
}

Endpoint DecodeEndpoint(const json& object) {
  Endpoint endpoint{object.at("host"), object.at("port"), TextToBytes(object.at("path")), {}};
  for (const auto& header : object.at("headers")) {
    endpoint.headers.emplace_back(TextToBytes(header.at(0)), TextToBytes(header.at(1)));
  }
  return endpoint;
}

json EncodeStopRule(const StopRule& rule) {
  return {{"name", rule.name},
          {"settings", EncodeMap(rule.settings)},
          {"metric", BytesToText(rule.metric)},
          {"maximize", rule.maximize}};
}

StopRule DecodeStopRule(const json& object) {
  return {object.at("name"), DecodeMap(object.at("settings")), TextToBytes(object.at("metric")),
          object.at("maximize")};
}

json EncodeCommand(const Command& command) {
  return {{"arguments", EncodeList(command.arguments)},
          {"environment", EncodeMap(command.environment)},
          {"working_directory", BytesToText(command.working_directory)}};
}

Command DecodeCommand(const json& object) {
  Command command;
  command.arguments = DecodeList(object.at("arguments"));
  command.environment = DecodeMap(object.at("environment"));
  command.working_directory = TextToBytes(object.at("working_directory"));
  return command;
}

json EncodeReplica(const Replica& replica) {
  json object = EncodeCommand(replica.command);
  object["name"] = BytesToText(replica.name);
  object["needed"] = replica.needed;
  object["serves"] = replica.serves;
  return object;
}

Replica DecodeReplica(const json& object) {
  return {TextToBytes(object.at("name")), DecodeCommand(object), object.at("needed"),
          object.at("serves")};
}

json IdentityToJson(const ProcessIdentity& identity) {
  return {
      {"pid", identity.pid}, {"start_ticks", identity.start_ticks}, {"boot_id", identity.boot_id}};
}

ProcessIdentity IdentityFromJson(const json& object) {
  return {object.at("pid"), object.at("start_ticks"), object.at("boot_id")};
}

template <typename Value, typename Read>
StatusOr<Value> Decode(const std::string& text, std::string_view what, Read read) {
  try {
    return read(json::parse(text));
  } catch (const json::exception& error) {
    return DataLoss("{} is damaged: {}", what, error.what());
  }
}

}  // namespace

bool ProcessIdentity::IsAlive() const {
  if (boot_id != BootId()) return false;
  const auto ticks = ProcessStartTicks(pid);
  return ticks.ok() && *ticks == start_ticks;
}

std::string Encode(const Job& job) {
  json object = EncodeCommand(job);
  if (!job.replicas.empty()) {
    object["name"] = BytesToText(job.name);
    for (const auto& replica : job.replicas) object["replicas"].push_back(EncodeReplica(replica));
  }
  object.update({{"source", static_cast<int>(job.source)},
                 {"format", static_cast<int>(job.format)},
                 {"file", BytesToText(job.file)},
                 {"custom", EncodeCommand(job.custom)},
                 {"endpoint", EncodeEndpoint(job.endpoint)},
                 {"filters", EncodeList(job.filters)},
                 {"metrics", EncodeList(job.metrics)},
                 {"stop_rule", EncodeStopRule(job.stop_rule)},
                 {"timeout_seconds", job.timeout_seconds},
                 {"grace_seconds", job.grace_seconds}});
  return object.dump(1);
}

StatusOr<Job> DecodeJob(const std::string& text) {
  return Decode<Job>(text, kJobFile, [](const json& object) {
    Job job;
    static_cast<Command&>(job) = DecodeCommand(object);
    if (object.contains("replicas")) {
      job.name = TextToBytes(object.at("name"));
      for (const auto& replica : object["replicas"]) job.replicas.push_back(DecodeReplica(replica));
    }
    job.source = static_cast<Source>(object.at("source").get<int>());
    job.format = static_cast<Format>(object.at("format").get<int>());
    job.file = TextToBytes(object.at("file"));
    job.custom = DecodeCommand(object.at("custom"));
    job.endpoint = DecodeEndpoint(object.at("endpoint"));
    job.filters = DecodeList(object.at("filters"));
    job.metrics = DecodeList(object.at("metrics"));
    job.stop_rule = DecodeStopRule(object.at("stop_rule"));
    job.timeout_seconds = object.at("timeout_seconds");
    job.grace_seconds = object.at("grace_seconds");
    return job;
  });
}

std::string Encode(const Result& result) {
  return json{{"ending", static_cast<int>(result.ending)},
              {"code", result.code},
              {"message", BytesToText(result.message)}}
      .dump();
}

StatusOr<Result> DecodeResult(const std::string& text) {
  return Decode<Result>(text, kResultFile, [](const json& object) {
    return Result{static_cast<Ending>(object.at("ending").get<int>()), object.at("code"),
                  TextToBytes(object.at("message"))};
  });
}

StatusOr<ProcessIdentity> IdentifyProcess(int pid) {
  ASSIGN_OR_RETURN(const uint64_t ticks, ProcessStartTicks(pid));
  return ProcessIdentity{pid, ticks, BootId()};
}

std::string Encode(const ProcessIdentity& identity) { return IdentityToJson(identity).dump(); }

StatusOr<ProcessIdentity> DecodeIdentity(const std::string& text) {
  return Decode<ProcessIdentity>(text, "the identity of a process", IdentityFromJson);
}

std::string EncodeGroups(const std::vector<ProcessIdentity>& leaders) {
  json list = json::array();
  for (const auto& leader : leaders) list.push_back(IdentityToJson(leader));
  return list.dump();
}

StatusOr<std::vector<ProcessIdentity>> DecodeGroups(const std::string& text) {
  return Decode<std::vector<ProcessIdentity>>(text, kRunningFile, [](const json& list) {
    std::vector<ProcessIdentity> leaders;
    for (const auto& item : list) leaders.push_back(IdentityFromJson(item));
    return leaders;
  });
}

std::string OutputFile(const std::string& name) { return "output-" + name + ".log"; }

Status WriteClaim(const std::string& directory, const ProcessIdentity& identity) {
  const std::string path = directory + "/" + kClaimFile;
  if (symlink(Encode(identity).c_str(), path.c_str()) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, fmt::format("cannot create {}", path));
}

StatusOr<ProcessIdentity> ReadClaim(const std::string& directory) {
  const std::string path = directory + "/" + kClaimFile;
  char text[512];
  const ssize_t size = readlink(path.c_str(), text, sizeof(text));
  if (size < 0) return ErrnoStatus(errno, fmt::format("cannot read {}", path));
  return DecodeIdentity({text, static_cast<size_t>(size)});
}

}  // namespace qalam::collector
