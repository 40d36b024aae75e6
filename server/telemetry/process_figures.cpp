#include "server/telemetry/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "base/files.h"
#include "server/telemetry/telemetry.h"

namespace qalam {

namespace {

// Of /proc/self/stat, from the third field on: the second, the program's name, may hold spaces.
std::vector<std::string> StatFields() {
  const auto text = ReadFile("/proc/self/stat", 1 << 16);
  if (!text.ok()) return {};
  std::istringstream rest(text->substr(text->rfind(')') + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double BootTime() {
  const auto text = ReadFile("/proc/stat", 1 << 20);
  const size_t at = text.ok() ? text->find("btime ") : std::string::npos;
  return at == std::string::npos ? 0 : std::strtod(text->c_str() + at + 6, nullptr);
}

double CountOpenFiles() {
  std::error_code error;
  double count = 0;
  for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    ++count;
  }
  return count - 1;  // the one that looks
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessFigures() {
  std::vector<prometheus::MetricFamily> families;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    prometheus::MetricFamily cpu{
        "process_cpu_seconds_total", "Processor time used", prometheus::MetricType::Counter, {}};
    cpu.metric.emplace_back();
    cpu.metric[0].counter.value = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    families.push_back(std::move(cpu));
  }
  // The numbers in proc(5), less the two that come before.
  constexpr size_t kThreads = 17, kStartTime = 19, kVirtualBytes = 20, kResidentPages = 21;
  const auto fields = StatFields();
  if (fields.size() > kResidentPages) {
    const auto number = [&](size_t i) { return std::strtod(fields[i].c_str(), nullptr); };
    families.push_back(GaugeFamily("process_threads", "Threads of the process", number(kThreads)));
    families.push_back(
        GaugeFamily("process_virtual_memory_bytes", "Address space in use", number(kVirtualBytes)));
    families.push_back(
        GaugeFamily("process_resident_memory_bytes", "Memory in use",
                    number(kResidentPages) * static_cast<double>(sysconf(_SC_PAGESIZE))));
    families.push_back(
        GaugeFamily("process_start_time_seconds", "When the process began, in seconds since 1970",
                    BootTime() + number(kStartTime) / static_cast<double>(sysconf(_SC_CLK_TCK))));
  }
  families.push_back(GaugeFamily("process_open_fds", "Open files and sockets", CountOpenFiles()));
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families.push_back(GaugeFamily("process_max_fds", "How many files may be open",
                                   static_cast<double>(limit.rlim_cur)));
  }
  return families;
}

}  // namespace qalam
