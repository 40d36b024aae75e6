#include <cstdio>

#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

// Made from the app itself, so that it never goes stale.
std::string VerbNames(const CLI::App& app) {
  std::string names;
  for (const CLI::App* verb : app.get_subcommands({})) names += verb->get_name() + " ";
  return names;
}

std::string OptionNames(const CLI::App& verb) {
  std::string names;
  for (const CLI::Option* option : verb.get_options({})) {
    for (const auto& name : option->get_lnames()) names += "--" + name + " ";
  }
  return names;
}

std::string Bash(const CLI::App& app) {
  std::string text =
      "_qalam() {\n  local word=\"${COMP_WORDS[COMP_CWORD]}\"\n"
      "  case \"${COMP_WORDS[1]}\" in\n";
  for (const CLI::App* verb : app.get_subcommands({})) {
    text += fmt::format("    {}) COMPREPLY=($(compgen -f -W \"{}\" -- \"$word\"));;\n",
                        verb->get_name(), OptionNames(*verb));
  }
  return text + fmt::format(
                    "  esac\n  if [ \"$COMP_CWORD\" = 1 ]; then\n"
                    "    COMPREPLY=($(compgen -W \"{}\" -- \"$word\"))\n  fi\n}}\n"
                    "complete -F _qalam qalam\n",
                    VerbNames(app));
}

std::string Fish(const CLI::App& app) {
  std::string text;
  for (const CLI::App* verb : app.get_subcommands({})) {
    text += fmt::format("complete -c qalam -n __fish_use_subcommand -a {} -d '{}'\n",
                        verb->get_name(), verb->get_description());
    for (const CLI::Option* option : verb->get_options({})) {
      for (const auto& name : option->get_lnames()) {
        text += fmt::format("complete -c qalam -n '__fish_seen_subcommand_from {}' -l {}\n",
                            verb->get_name(), name);
      }
    }
  }
  return text;
}

}  // namespace

void AddCompletion(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "completion", "Print a completion script for a shell",
                           "source <(qalam completion bash)");
  auto shell = std::make_shared<std::string>();
  verb->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  verb->callback([chosen, shell, &app] {
    *chosen = [shell, &app](const CommonOptions&) -> StatusOr<int> {
      // zsh reads bash's completions through its own adapter.
      if (*shell == "zsh") std::fputs("autoload -U +X bashcompinit && bashcompinit\n", stdout);
      std::fputs((*shell == "fish" ? Fish(app) : Bash(app)).c_str(), stdout);
      return 0;
    };
  });
}

}  // namespace qalam
