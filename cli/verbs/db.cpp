#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "cli/standard_output.h"
#include "cli/verbs/verbs.h"
#include "db/database.h"
#include "db/maintenance.h"
#include "db/transfer/transfer.h"
#include "server/database_lock.h"

namespace qalam {

namespace {

constexpr char kStandard[] = "-";

struct FileOptions {
  std::string file;
  std::string experiment;  // export: this one alone
};

StatusOr<DatabaseAddress> AddressOf(const CommonOptions& common) {
  if (!common.server.empty()) {
    return InvalidArgument("this verb works on the database itself: give --db, not --server");
  }
  return DatabaseAddress::Parse(common.database);
}

// Of an SQLite file, which one process at a time may write; held as long as it lives.
StatusOr<std::optional<DatabaseLock>> LockDatabase(const DatabaseAddress& address) {
  if (address.IsPostgres()) return std::optional<DatabaseLock>();
  auto lock = DatabaseLock::Acquire(address.text());
  if (lock.ok()) return std::optional<DatabaseLock>(*std::move(lock));
  return WithContext(lock.status(), "stop the server first");
}

std::string TransferSummary(const TransferCounts& counts) {
  return fmt::format("{} experiments with {} trials, {} metric points and {} events",
                     counts.experiments, counts.trials, counts.points, counts.events);
}

StatusOr<int> Export(const CommonOptions& common, const FileOptions& options) {
  ASSIGN_OR_RETURN(const auto address, AddressOf(common));
  if (!address.IsPostgres() && !std::filesystem::exists(address.text())) {
    return NotFound("there is no database {}", address.text());
  }
  ASSIGN_OR_RETURN(const auto database, OpenDatabase(address));
  ExperimentQuery query;
  if (!options.experiment.empty()) {
    query.name_space = common.name_space;
    query.name = options.experiment;
    ASSIGN_OR_RETURN(const int64_t count, database.store->CountExperiments(query));
    if (count == 0) {
      return NotFound("there is no experiment {} in the namespace {}", options.experiment,
                      common.name_space);
    }
  }
  if (options.file == kStandard) {
    const auto counts = ExportExperiments(*database.store, query, std::cout);
    // Nobody reads on, or a disk is full; the end of the program tells which.
    if (FlushStandardOutput().ok()) {
      RETURN_IF_ERROR(counts.status());
      std::fprintf(stderr, "exported %s\n", TransferSummary(*counts).c_str());
    }
    return 0;
  }
  if (std::filesystem::exists(options.file)) {
    return AlreadyExists("there is a file {} already", options.file);
  }
  std::ofstream file(options.file);
  if (!file) return PermissionDenied("cannot write {}", options.file);
  const auto counts = ExportExperiments(*database.store, query, file);
  if (!counts.ok()) {
    std::error_code ignored;
    std::filesystem::remove(options.file, ignored);
    return WithContext(counts.status(), options.file);
  }
  std::printf("exported %s to %s\n", TransferSummary(*counts).c_str(), options.file.c_str());
  return 0;
}

StatusOr<int> Import(const CommonOptions& common, const FileOptions& options) {
  ASSIGN_OR_RETURN(const auto address, AddressOf(common));
  ASSIGN_OR_RETURN(const auto lock, LockDatabase(address));
  ASSIGN_OR_RETURN(const auto database, OpenDatabase(address));
  if (database.leases != nullptr) database.leases->TellOthers();
  std::ifstream file;
  if (options.file != kStandard) {
    file.open(options.file);
    if (!file) return NotFound("cannot read {}", options.file);
  }
  const auto counts =
      ImportExperiments(options.file == kStandard ? std::cin : file, *database.store);
  if (!counts.ok()) return WithContext(counts.status(), options.file);
  std::printf("imported %s\n", TransferSummary(*counts).c_str());
  for (const auto& refused : counts->refused) {
    std::fprintf(stderr, "qalam: not imported: %s\n", refused.c_str());
  }
  return counts->refused.empty() ? 0 : 1;
}

StatusOr<int> MigrateSchema(const CommonOptions& common) {
  ASSIGN_OR_RETURN(const auto address, AddressOf(common));
  ASSIGN_OR_RETURN(const auto database, OpenDatabase(address));
  std::printf("%s is as this version has it\n", address.Shown().c_str());
  return 0;
}

StatusOr<int> CompactIt(const CommonOptions& common) {
  ASSIGN_OR_RETURN(const auto address, AddressOf(common));
  ASSIGN_OR_RETURN(const auto lock, LockDatabase(address));
  RETURN_IF_ERROR(CompactDatabase(address));
  std::printf("%s is compact\n", address.Shown().c_str());
  return 0;
}

StatusOr<int> BackItUp(const CommonOptions& common, const FileOptions& options) {
  ASSIGN_OR_RETURN(const auto address, AddressOf(common));
  RETURN_IF_ERROR(BackUpDatabase(address, options.file));
  std::printf("%s is backed up to %s\n", address.Shown().c_str(), options.file.c_str());
  return 0;
}

// One with a FILE that it is about.
CLI::App* NewFileVerb(CLI::App& group, CommonOptions& common, Action* chosen, const char* name,
                      const char* summary, const char* example, const char* file_help,
                      StatusOr<int> (*act)(const CommonOptions&, const FileOptions&)) {
  CLI::App* verb = NewVerb(group, common, name, summary, example);
  auto options = std::make_shared<FileOptions>();
  verb->add_option("FILE", options->file, file_help)->required();
  if (act == &Export) {
    verb->add_option("--experiment", options->experiment, "This one alone, by its name");
  }
  verb->callback([chosen, options, act] {
    *chosen = [options, act](const CommonOptions& common) { return act(common, *options); };
  });
  return verb;
}

void AddPlainVerb(CLI::App& group, CommonOptions& common, Action* chosen, const char* name,
                  const char* summary, const char* example,
                  StatusOr<int> (*act)(const CommonOptions&)) {
  NewVerb(group, common, name, summary, example)->callback([chosen, act] { *chosen = act; });
}

}  // namespace

void AddDb(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* group = app.add_subcommand("db", "Move, keep and tend the database");
  group->require_subcommand(1);
  group->footer("Example:\n  qalam db backup qalam.db.bak");
  NewFileVerb(*group, common, chosen, "export", "Write experiments as lines of JSON",
              "qalam db export experiments.jsonl", "Where to; - writes to standard output", Export);
  NewFileVerb(*group, common, chosen, "import", "Add the experiments of an export",
              "qalam db import --db postgres://db.example/qalam experiments.jsonl",
              "An export; - reads standard input", Import);
  AddPlainVerb(*group, common, chosen, "migrate", "Bring an older database to this version",
               "qalam db migrate", MigrateSchema);
  AddPlainVerb(*group, common, chosen, "compact", "Give the room of what was deleted back",
               "qalam db compact", CompactIt);
  NewFileVerb(*group, common, chosen, "backup", "Copy an SQLite database while a server writes it",
              "qalam db backup qalam.db.bak", "Where to", BackItUp);
}

}  // namespace qalam
