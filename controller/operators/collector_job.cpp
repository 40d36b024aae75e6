#include "controller/operators/collector_job.h"

#include "controller/operators/collector_source.h"
#include "controller/operators/process_files.h"
#include "controller/operators/process_slots.h"
#include "controller/operators/replace_path.h"

namespace qalam {

namespace {

std::map<std::string, std::string> TrialEnvironment(const TrialJob& job,
                                                    const ContainerCommand& command,
                                                    const CollectorJobOptions& options) {
  auto changes = options.environment;
  for (const auto& [name, value] : job.environment) changes[name] = value;
  changes["QALAM_TRIAL_NAME"] = job.name;
  changes["QALAM_TRIAL_UID"] = job.uid;
  changes["QALAM_EXPERIMENT_NAME"] = job.experiment_name;
  changes["QALAM_TRIAL_DIR"] = job.directory;
  changes["QALAM_TERMINATION_MESSAGE_PATH"] = job.directory + "/" + kTerminationMessageFile;
  if (!job.checkpoint_directory.empty()) {
    changes["QALAM_CHECKPOINT_DIR"] = job.checkpoint_directory;
  }
  for (const auto& variable : command.environment) changes[variable.name] = variable.value;
  return changes;
}

// A process has no mounts: the command is told where its folder really is.
void LeadToCheckpoint(const TrialJob& job, ContainerCommand& command) {
  if (job.checkpoint_mount.empty()) return;
  const auto lead = [&](std::string& text) {
    text = ReplacePath(text, job.checkpoint_mount, job.checkpoint_directory);
  };
  for (auto& argument : command.arguments) lead(argument);
  for (auto& variable : command.environment) lead(variable.value);
}

collector::StopRule StopRuleOf(const OwnStoppingRule& given) {
  collector::StopRule rule{
      .name = given.rule.algorithm_name, .metric = given.metric, .maximize = given.maximize};
  for (const auto& setting : given.rule.settings) rule.settings[setting.name] = setting.value;
  return rule;
}

collector::Command CollectorCommand(const TrialJob& job, ContainerCommand command,
                                    const CollectorJobOptions& options) {
  LeadToCheckpoint(job, command);
  return {command.arguments, TrialEnvironment(job, command, options),
          WorkingDirectory(command, job.directory)};
}

}  // namespace

StatusOr<collector::Job> MakeCollectorJob(const TrialJob& job, const TrialCommands& commands,
                                          const CollectorJobOptions& options) {
  collector::Job result;
  for (size_t i = 0; i < commands.commands.size(); ++i) {
    const auto& [name, command, needed, serves] = commands.commands[i];
    auto started = CollectorCommand(job, command, options);
    if (i == 0) {
      static_cast<collector::Command&>(result) = std::move(started);
      result.name = name;
    } else {
      result.replicas.push_back({name, std::move(started), needed, serves});
    }
  }
  RETURN_IF_ERROR(SetMetricSource(job, result));
  result.format = job.collector.format == FileFormat::kJson ? collector::Format::kJson
                                                            : collector::Format::kText;
  result.filters = job.collector.metric_formats;
  result.metrics = job.metric_names;
  if (job.stopping) result.stop_rule = StopRuleOf(*job.stopping);
  result.timeout_seconds = job.timeout_seconds.value_or(0);
  result.grace_seconds = options.grace_seconds;
  return result;
}

void AddRoom(const Room& room, const TrialCommands& commands, collector::Job& collector_job) {
  for (size_t i = 0; i < commands.commands.size(); ++i) {
    collector::Command& process = i == 0 ? collector_job : collector_job.replicas[i - 1].command;
    const Room share = ShareOf(room, i, commands.commands.size());
    auto threads = ThreadEnvironment(share);
    for (const auto& variable : commands.commands[i].command.environment) {
      threads.erase(variable.name);
    }
    for (auto& [name, value] : threads) process.environment[name] = value;
    for (auto& [name, value] : GpuEnvironment(share)) process.environment[name] = value;
  }
}

}  // namespace qalam
