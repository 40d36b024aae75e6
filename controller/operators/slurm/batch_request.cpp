#include "controller/operators/slurm/batch_request.h"

#include <cmath>

#include "api/slurm_job.h"

namespace qalam::slurm {

namespace {

// So that the collector's own time limit comes first, also after a slow start.
constexpr double kTimeMarginSeconds = 60;

constexpr char kRunCollector[] =
    "# Arguments: the collector and the trial's folder. The collector takes the shell's place, so\n"
    "# that what Slurm tells the job's script reaches it.\n"
    "PATH=${1%/*}:$PATH\n"
    "export PATH\n"
    "exec \"$1\" \"$2\"\n";

// In a file's name sbatch takes %j and its like for the job's number.
std::string Escaped(const std::string& path) {
  std::string escaped;
  for (const char c : path) {
    escaped += c;
    if (c == '%') escaped += c;
  }
  return escaped;
}

StatusOr<SlurmJobSpec> SpecOf(const TrialJob& job) {
  SlurmJobSpec spec;
  if (!IsSlurmJob(job.manifest)) return spec;
  std::vector<Fault> faults;
  spec = ReadSlurmJob(job.manifest, faults);
  if (faults.empty()) return spec;
  std::string text;
  for (const auto& fault : faults) {
    text += fmt::format("{}trialSpec.{}: {}", text.empty() ? "" : "; ", fault.field, fault.message);
  }
  return MakeStatus(StatusCode::kInvalidArgument, text);
}

void AddResources(const Resources& resources, std::vector<std::string>& arguments) {
  if (resources.cpu > 0) {
    arguments.push_back(
        fmt::format("--cpus-per-task={}", static_cast<int64_t>(std::ceil(resources.cpu))));
  }
  if (resources.memory_bytes > 0) {
    const uint64_t mebibytes = (resources.memory_bytes + (1 << 20) - 1) >> 20;
    arguments.push_back(fmt::format("--mem={}M", mebibytes));
  }
  if (resources.gpu > 0) arguments.push_back(fmt::format("--gres=gpu:{}", resources.gpu));
}

std::string TimeLimit(const TrialJob& job, const SlurmJobSpec& spec, double grace_seconds) {
  if (!spec.time.empty()) return spec.time;
  if (!job.timeout_seconds) return "";
  const double seconds = *job.timeout_seconds + grace_seconds + kTimeMarginSeconds;
  return std::to_string(static_cast<int64_t>(std::ceil(seconds / 60)));
}

}  // namespace

std::string JobName(const std::string& trial_uid, int retries) {
  return fmt::format("qalam-{}-run-{}", trial_uid, retries + 1);
}

StatusOr<BatchRequest> MakeBatchRequest(const TrialJob& job, const SlurmOptions& options) {
  ASSIGN_OR_RETURN(const SlurmJobSpec spec, SpecOf(job));
  BatchRequest request;
  request.job_name = JobName(job.uid, job.retries);
  auto& arguments = request.arguments;
  arguments = {"--parsable",
               "--no-requeue",
               "--job-name=" + request.job_name,
               "--comment=" + job.experiment_name + "/" + job.name,
               "--input=/dev/null",
               "--output=" + Escaped(job.directory + "/" + kScriptLog),
               "--open-mode=append",
               "--chdir=" + job.directory,
               "--export=ALL",
               fmt::format("--nodes={}", spec.nodes > 0 ? spec.nodes : 1),
               fmt::format("--ntasks={}", spec.tasks > 0 ? spec.tasks : std::max(1, spec.nodes))};
  AddResources(job.resources, arguments);
  const auto add = [&](const char* option, const std::string& value,
                       const std::string& otherwise = "") {
    const std::string& said = value.empty() ? otherwise : value;
    if (!said.empty()) arguments.push_back(fmt::format("--{}={}", option, said));
  };
  add("time", TimeLimit(job, spec, options.grace_seconds));
  add("partition", spec.partition, options.defaults.partition);
  add("account", spec.account, options.defaults.account);
  add("qos", spec.qos, options.defaults.qos);
  add("constraint", spec.constraint);
  arguments.insert(arguments.end(), spec.options.begin(), spec.options.end());
  arguments.insert(arguments.end(),
                   {job.directory + "/" + kScriptFile, options.collector_path, job.directory});
  if (spec.setup.empty()) {
    request.script = std::string("#!/bin/sh\n") + kRunCollector;
    return request;
  }
  // A login shell, since there "module load" and the like are known.
  request.script = "#!/bin/bash -l\n";
  for (const auto& line : spec.setup) request.script += line + "\n";
  request.script += kRunCollector;
  return request;
}

}  // namespace qalam::slurm
