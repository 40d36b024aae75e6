#include <cstdio>
#include <memory>

#include "base/files.h"
#include "nas/architecture/architecture_graph.h"
#include "nas/program/architecture_flags.h"
#include "nas/program/verbs/verbs.h"

namespace qalam::nas {

namespace {

struct ShowFlags {
  ArchitectureFlags architecture;
  std::string format = "svg";
  std::string output;
};

Status Show(const ShowFlags& flags) {
  ASSIGN_OR_RETURN(const Architecture architecture, ReadArchitecture(flags.architecture));
  const auto* genotype = std::get_if<Genotype>(&architecture);
  const std::vector<ArchitectureGraph> graphs =
      genotype != nullptr
          ? GraphsOf(*genotype)
          : std::vector<ArchitectureGraph>{GraphOf(std::get<ChainNetwork>(architecture))};
  const std::string text = flags.format == "dot"    ? PrintDot(graphs)
                           : flags.format == "json" ? PrintGraphJson(graphs)
                                                    : PrintSvg(graphs);
  if (!flags.output.empty()) return WriteFileAtomically(flags.output, text, /*durable=*/false);
  std::fputs(text.c_str(), stdout);
  return {};
}

}  // namespace

void AddShow(CLI::App& app, Action* chosen) {
  CLI::App* verb = NewVerb(app, "show", "Draw an architecture",
                           "qalam-nas show --genotype genotype.json --output cells.svg");
  const auto flags = std::make_shared<ShowFlags>();
  AddArchitectureFlags(verb, flags->architecture);
  verb->add_option("--format", flags->format, "svg, dot (for Graphviz) or json")
      ->check(CLI::IsMember({"svg", "dot", "json"}))
      ->capture_default_str();
  verb->add_option("--output", flags->output, "A file; standard output by default");
  verb->callback([chosen, flags] { *chosen = [flags] { return Show(*flags); }; });
}

}  // namespace qalam::nas
