#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/files.h"
#include "nas/networks/cell_network.h"
#include "nas/program/metric_lines.h"
#include "nas/program/search_flags.h"
#include "nas/program/verbs/verbs.h"

namespace qalam::nas {

namespace {

// A long search must not fail in its end for want of a folder.
Status PrepareOutput(const std::string& path) {
  if (path.empty()) return {};
  std::error_code error;
  const auto there = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(there)) {
    return InvalidArgument("--output {} is a folder; should be a file", path);
  }
  if (there.type() == std::filesystem::file_type::none) {
    return InvalidArgument("--output {}: {}", path, error.message());
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? Status() : MakeDirectories(folder);
}

void ReportTo(SearchPlan& plan) {
  plan.on_note = [](const std::string& note) {
    fmt::print("{}\n", note);
    std::fflush(stdout);
  };
  plan.on_step = PrintStep;
  plan.on_epoch = [](const SearchReport& report) {
    PrintEpoch(report.epoch, report.training_loss, report.validation_accuracy,
               report.dominant_eigenvalue);
  };
}

Status PrintFound(const SearchResult& result, const DataSet& data) {
  if (!result.stopped_because.empty()) {
    fmt::print("stopped after {} epochs: {}\n", result.epochs, result.stopped_because);
  }
  ASSIGN_OR_RETURN(const auto network, MakeCellNetwork(result.genotype, result.network, false));
  PrintCost(MeasureCost(*network, data.training.images.sizes().slice(1)));
  fmt::print("Best-Genotype={}\n", PrintKatibGenotype(result.genotype));
  return {};
}

Status Search(const SearchFlags& flags) {
  ASSIGN_OR_RETURN(SearchPlan plan, MakeSearchPlan(flags));
  RETURN_IF_ERROR(PrepareOutput(flags.output));
  ASSIGN_OR_RETURN(plan.device, PrepareDevice(flags.compute));
  ASSIGN_OR_RETURN(const DataSet data, ReadData(flags.data, flags.compute.seed));
  ReportTo(plan);
  ASSIGN_OR_RETURN(const SearchResult result, RunSearch(plan, data));
  RETURN_IF_ERROR(PrintFound(result, data));
  if (flags.output.empty()) return {};
  return WriteFileAtomically(flags.output, PrintGenotype(result.genotype) + "\n", true);
}

}  // namespace

void AddSearch(CLI::App& app, Action* chosen) {
  CLI::App* verb = NewVerb(app, "search", "Search a cell by weights that all cells share",
                           "qalam-nas search --method pc-darts --data digits --output cell.json");
  const auto flags = std::make_shared<SearchFlags>();
  AddSearchFlags(verb, *flags);
  verb->callback([chosen, flags] { *chosen = [flags] { return Search(*flags); }; });
}

}  // namespace qalam::nas
