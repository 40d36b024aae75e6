#include "controller/collector/log_records.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <thread>

#include "base/files.h"
#include "controller/collector/metric_parser.h"
#include "tests/support/qalam_process.h"
#include "tests/support/temporary_directory.h"

namespace qalam::collector {
namespace {

struct ReadBack {
  std::string output, spool;
  std::optional<Result> result;
  uint64_t output_bytes = 0, spool_bytes = 0;
};

std::vector<std::string> LinesOf(const std::string& log) {
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end = log.find('\n'); end != std::string::npos; end = log.find('\n', begin)) {
    lines.push_back(log.substr(begin, end - begin));
    begin = end + 1;
  }
  // Nothing may be left over: a log's last line must be whole to be counted.
  CHECK(begin == log.size());
  return lines;
}

ReadBack Read(const std::string& log, const std::string& mark) {
  ReadBack back;
  const LogReader reader{
      .output = [&](std::string_view bytes) { back.output += bytes; },
      .spool = [&](std::string_view bytes) { back.spool += bytes; },
      .ended =
          [&](const Result& result, uint64_t output_bytes, uint64_t spool_bytes) {
            back.result = result;
            back.output_bytes = output_bytes;
            back.spool_bytes = spool_bytes;
          }};
  for (const auto& line : LinesOf(log)) {
    // Container runtimes cut longer ones.
    CHECK(line.size() < (16u << 10));
    ReadLogLine(line, mark, reader);
  }
  return back;
}

// What the sink has written after `use`.
std::string Written(const std::function<void(LogSink&)>& use) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("log");
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  LogSink sink(file.get(), "uid/0");
  use(sink);
  return *ReadFile(path);
}

}  // namespace

TEST_CASE("Lines of text stand in the log as they are", "[log_records]") {
  const std::string text = "epoch=1 loss=0.5\n\n\ttab é 漢字 🎉\n" + std::string(8000, 'x') + "\n";
  CHECK(Written([&](LogSink& sink) { sink.Output(text); }) == text);
  // However they come.
  CHECK(Written([&](LogSink& sink) {
          for (const char c : text) sink.Output({&c, 1});
        }) == text);
}

TEST_CASE("Output comes back from the log to the last byte", "[log_records]") {
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  std::string random(300'000, '\0');
  uint32_t state = 1;
  for (auto& byte : random)
    byte = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  const std::string output = GENERATE_REF(values<std::string>({
      "",
      "no line end",
      "\n",
      "progress 1\rprogress 2\r\n",
      std::string("zero\0byte\n", 10),
      "\x1e{\"qalam\":\"uid/0\",\"result\":{}}\n",
      "\x1e\n",
      "half a character \xe6\xbc\n",
      "not UTF-8 \xff\xc0\xaf\xed\xa0\x80\xf5\n",
      std::string(100'000, 'a') + "\nnext\n",
      every,
      random,
  }));
  const size_t piece = GENERATE(1, 7, 4096, 1 << 20);
  const std::string log = Written([&](LogSink& sink) {
    for (size_t i = 0; i < output.size(); i += piece) {
      sink.Output(std::string_view(output).substr(i, piece));
      // A pause in mid-line.
      if (i == 3 * piece) sink.Flush();
    }
    sink.WriteResult({Ending::kExited, 3, "the command exited with status 3"});
  });
  const auto back = Read(log, "uid/0");
  CHECK((back.output == output));
  CHECK(back.output_bytes == output.size());
  REQUIRE(back.result.has_value());
  CHECK(back.result->code == 3);
  CHECK(back.result->message == "the command exited with status 3");
}

TEST_CASE("Points and the result come back from the log, whatever bytes they hold",
          "[log_records]") {
  std::string spool = "1 -1 0.5 loss\n2 3 nan odd \xff name\n3 4 \"";
  spool += std::string(20'000, '\x01') + "\" x\n";
  const auto back = Read(Written([&](LogSink& sink) {
                           sink.Output("held back");
                           sink.Spool(spool);
                           sink.WriteResult({Ending::kStartFailed, 0, "no \xff program"});
                         }),
                         "uid/0");
  CHECK((back.spool == spool));
  CHECK(back.spool_bytes == spool.size());
  CHECK(back.output == "held back");
  REQUIRE(back.result.has_value());
  CHECK(back.result->ending == Ending::kStartFailed);
  CHECK(back.result->message == "no \xff program");
}

TEST_CASE("Records of another run are output like all else", "[log_records]") {
  const std::string log = Written([](LogSink& sink) { sink.WriteResult({}); });
  const auto back = Read(log, "uid/1");
  CHECK_FALSE(back.result.has_value());
  CHECK(back.output == log);
  for (const char* line : {"\x1e{", "\x1e", "\x1e[1]", "\x1e{\"qalam\":\"uid/1\",\"output\":\"%\"}",
                           "\x1e{\"qalam\":\"uid/1\",\"output\":1}"}) {
    CAPTURE(line);
    CHECK(Read(std::string(line) + "\n", "uid/1").output == std::string(line) + "\n");
  }
  // Whoever reads a log may get lines in one piece that the runtime had cut.
  const std::string deep = "\x1e{\"qalam\":\"uid/1\",\"result\":" + std::string(1'000'000, '[') +
                           std::string(1'000'000, ']') + "}";
  std::string output;
  ReadLogLine(deep, "uid/1", {.output = [&](std::string_view bytes) { output += bytes; }});
  CHECK((output == deep + "\n"));
}

TEST_CASE("A line that is not whole is held back for a moment only", "[log_records]") {
  Written([](LogSink& sink) {
    CHECK_FALSE(sink.flush_at());
    sink.Output("whole\n");
    CHECK_FALSE(sink.flush_at());
    sink.Output("begun");
    REQUIRE(sink.flush_at());
    const auto due = *sink.flush_at();
    CHECK(due <= std::chrono::steady_clock::now() + std::chrono::seconds(1));
    // More of it does not put that off.
    sink.Output(" and more");
    CHECK(*sink.flush_at() == due);
    sink.Flush();
    CHECK_FALSE(sink.flush_at());
  });
}

namespace {

struct ContainerRun {
  int exit_status;
  ReadBack back;
  std::string log;
};

ContainerRun RunInContainer(const std::vector<std::string>& command, Job job = {}) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("log");
  int status = 0;
  {
    const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    job.metrics = {"loss"};
    job.grace_seconds = 0.2;
    std::vector<std::string> arguments = {QALAM_BIN "/qalam-collector", "--container", "uid/0",
                                          Encode(job), "--"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    status = ChildProcess(arguments, {}, file.get()).Wait();
  }
  const std::string log = *ReadFile(path);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, Read(log, "uid/0"), log};
}

}  // namespace

TEST_CASE("A container's exit status is its command's, and its log tells the rest",
          "[log_records]") {
  struct Case {
    const char* program;
    int exit_status;
    Ending ending;
  };
  const auto test = GENERATE(values<Case>({
      {"echo loss=1; exit 0", 0, Ending::kExited},
      {"echo loss=1; exit 3", 3, Ending::kExited},
      {"echo loss=1; kill -9 $$", 137, Ending::kSignaled},
  }));
  CAPTURE(test.program);
  const auto run = RunInContainer({"sh", "-c", test.program});
  CHECK(run.exit_status == test.exit_status);
  CHECK(run.back.output == "loss=1\n");
  CHECK(run.log.starts_with("loss=1\n"));
  CHECK_THAT(run.back.spool, Catch::EndsWith(" -1 1 loss\n"));
  REQUIRE(run.back.result.has_value());
  CHECK(run.back.result->ending == test.ending);
}

TEST_CASE("A container whose command cannot be started says which", "[log_records]") {
  const auto run = RunInContainer({"no-such-program"});
  CHECK(run.exit_status == 127);
  REQUIRE(run.back.result.has_value());
  CHECK(run.back.result->ending == Ending::kStartFailed);
  CHECK_THAT(run.back.result->message, Catch::Contains("no-such-program"));
}

TEST_CASE("In a container the time limit and the rule of the trial hold, too", "[log_records]") {
  Job job;
  job.timeout_seconds = 0.1;
  auto run = RunInContainer({"sleep", "1000"}, job);
  CHECK(run.exit_status == 124);
  CHECK(run.back.result->ending == Ending::kTimeout);
  job = {};
  job.stop_rule = {.name = "threshold", .settings = {{"upper", "5"}}, .metric = "loss"};
  run = RunInContainer({"sh", "-c", "echo loss=9; exec sleep 1000"}, job);
  // Nobody is to run it again.
  CHECK(run.exit_status == 0);
  CHECK(run.back.result->ending == Ending::kEarlyStopped);
}

TEST_CASE("The collector puts itself into a folder that containers share", "[log_records]") {
  const TemporaryDirectory directory;
  CHECK(ChildProcess({QALAM_BIN "/qalam-collector", "--install", directory.path()}, {}).Wait() ==
        0);
  CHECK(
      ChildProcess(
          {directory.File("qalam-collector"), "--container", "m", Encode(Job{}), "--", "true"}, {})
          .Wait() == 0);
  CHECK(ChildProcess({QALAM_BIN "/qalam-collector", "--install", directory.File("none")}, {})
            .Wait() != 0);
}

}  // namespace qalam::collector
