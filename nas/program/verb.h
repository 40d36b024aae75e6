// A verb of `qalam-nas`: adds itself to the command line; what it does runs once that is parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"

namespace qalam::nas {

// What the chosen verb does. Metrics go to standard output, one NAME=VALUE a word, so that the
// default collector reads them.
using Action = std::function<Status()>;
// Adds the verb to `app`; its callback stores the action in `*chosen`.
using AddVerb = void (*)(CLI::App& app, Action* chosen);

// In the order of --help. One row a verb, in verbs.cpp.
const std::vector<AddVerb>& Verbs();

// A subcommand with an example at the end of its help.
CLI::App* NewVerb(CLI::App& app, const std::string& name, const std::string& summary,
                  const std::string& example);

}  // namespace qalam::nas
