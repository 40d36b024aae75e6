// A verb of the command line: adds itself to the app; what it does runs once the line is parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"

namespace qalam {

// Flags that every verb shares.
struct CommonOptions {
  std::string server;                                  // --server; empty: the local store
  std::string database;                                // --db
  std::string token_file;                              // --token-file; empty: QALAM_TOKEN, if any
  std::string tls_ca;                                  // --tls-ca; empty: no TLS
  std::string tls_client_certificate, tls_client_key;  // what is shown to the server; empty: none
  std::string name_space = "default";
  std::string output = "table";  // table, json or yaml
};

// What the chosen verb does; returns the program's exit status.
using Action = std::function<StatusOr<int>(const CommonOptions&)>;
// Adds the verb to `app`; its callback stores the action in `*chosen`.
using AddVerb = void (*)(CLI::App& app, CommonOptions& common, Action* chosen);

// In the order of --help. One row a verb.
const std::vector<AddVerb>& Verbs();

// Helpers for verbs: a subcommand with the shared flags and an example at the end of its help.
CLI::App* NewVerb(CLI::App& app, CommonOptions& common, const std::string& name,
                  const std::string& summary, const std::string& example);
std::string DefaultDatabase();
// Where trials have their folders unless said: beside the database's file, or, where it has none,
// beside the default one.
std::string DefaultWorkDir(const std::string& database);

}  // namespace qalam
