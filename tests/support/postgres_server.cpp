#include "tests/support/postgres_server.h"

#include <absl/time/clock.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "base/files.h"
#include "base/process.h"
#include "base/run_program.h"
#include "db/postgres/connection.h"

namespace qalam {

namespace {

namespace fs = std::filesystem;

// Debian's place, the newest version.
std::string Programs() {
  std::string found;
  std::error_code none;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
    const std::string folder = (version.path() / "bin").string();
    if (FileExists(folder + "/postgres")) found = std::max(found, folder);
  }
  if (found.empty()) {
    throw std::runtime_error(
        "PostgreSQL is not installed: scripts/install-packages scripts/packages-tests.txt");
  }
  return found;
}

// What makes a program run as the server must, and end when this process does.
std::vector<std::string> AsServer() {
  std::vector<std::string> prefix = {"setpriv", "--pdeathsig=QUIT"};
  if (geteuid() == 0) {
    prefix.insert(prefix.end(), {"--reuid=postgres", "--regid=postgres", "--clear-groups"});
  }
  return prefix;
}

std::vector<std::string> Join(std::vector<std::string> first,
                              const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

void GiveToServer(const std::string& path) {
  if (geteuid() != 0) return;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr || chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) {
    throw std::runtime_error("cannot give " + path + " to the user postgres");
  }
}

}  // namespace

PostgresServer& PostgresServer::Shared() {
  static PostgresServer server;
  return server;
}

void PostgresServer::Run(std::vector<std::string> arguments) const {
  const auto outcome = RunProgram(
      {.arguments = arguments, .environment = EnvironmentWith({}), .longest = absl::Seconds(120)});
  if (!outcome.ok()) throw std::runtime_error(Message(outcome.status()));
  if (outcome->exit_code != 0) throw std::runtime_error(arguments[0] + ": " + outcome->errors);
}

PostgresServer::PostgresServer(Options options) : options_(std::move(options)) {
  GiveToServer(directory_.path());
  const std::string data = directory_.File("data");
  // Made once, since it costs more than all else together, and copied by each.
  const std::string made = fs::path(QALAM_BIN).parent_path() / "tests-postgres";
  if (!FileExists(made)) {
    Run(Join(AsServer(), {Programs() + "/initdb", "--pgdata=" + data, "--no-sync", "--auth=trust",
                          "--username=qalam", "--encoding=UTF8", "--locale=C", "--wal-segsize=1"}));
    const std::string copy = made + "." + std::to_string(getpid());
    Run({"cp", "-a", data, copy});
    // Another test may have been first.
    std::error_code taken;
    fs::rename(copy, made, taken);
    if (taken) fs::remove_all(copy);
  } else {
    Run({"cp", "-a", made, data});
  }
  Start();
}

PostgresServer::~PostgresServer() { StopAtOnce(); }

void PostgresServer::Start() {
  std::vector<std::string> arguments =
      Join(AsServer(),
           {Programs() + "/postgres", "-D", directory_.File("data"), "-k", directory_.path()});
  std::vector<std::string> settings = {"listen_addresses=", "shared_buffers=16MB",
                                       "max_wal_size=64MB", "max_connections=60"};
  if (!options_.syncs) settings.push_back("fsync=off");
  for (const auto& setting : Join(settings, options_.settings)) {
    arguments.insert(arguments.end(), {"-c", setting});
  }
  const auto deadline = absl::Now() + absl::Seconds(60);
  // More than once after a kill -9, until what that has left behind is gone.
  while (pid_ <= 0 || !postgres::Connection::Open(*DatabaseAddress::Parse(Address())).ok()) {
    if (absl::Now() > deadline) {
      throw std::runtime_error("PostgreSQL does not start:\n" +
                               ReadFile(directory_.File("log")).value_or(""));
    }
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == 0) {
      absl::SleepFor(absl::Milliseconds(10));
      continue;
    }
    const FileDescriptor log(
        open(directory_.File("log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
    const auto pid = Spawn({.arguments = arguments,
                            .environment = EnvironmentWith({}),
                            .standard_output = log.get(),
                            .standard_error = log.get()});
    if (!pid.ok()) throw std::runtime_error(Message(pid.status()));
    pid_ = *pid;
  }
}

void PostgresServer::Signal(int signal) {
  if (pid_ <= 0) return;
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PostgresServer::StopAtOnce() { Signal(SIGQUIT); }
void PostgresServer::Kill() { Signal(SIGKILL); }

std::string PostgresServer::Address() const {
  return "postgres:///postgres?user=qalam&host=" + directory_.path();
}

std::string PostgresServer::NewDatabase() {
  const std::string schema = "s" + std::to_string(++databases_);
  Query("CREATE SCHEMA " + schema);
  return Address() + "&options=-csearch_path%3D" + schema;
}

std::string PostgresServer::Query(const std::string& sql, const std::string& address) {
  auto connection =
      postgres::Connection::Open(*DatabaseAddress::Parse(address.empty() ? Address() : address));
  if (!connection.ok()) throw std::runtime_error(Message(connection.status()));
  const auto value = (*connection)->QueryText(sql);
  if (!value.ok()) throw std::runtime_error(Message(value.status()));
  return *value;
}

}  // namespace qalam
