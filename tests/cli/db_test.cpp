// `qalam db`: experiments out of one database and into another, by the program.

#include <catch2/catch.hpp>

#include "tests/support/qalam_shell.h"

namespace qalam {

TEST_CASE("qalam db moves a finished experiment to another database", "[cli]") {
  Shell shell;
  const std::string document = shell.Write("moved", "echo loss=$0", 2);
  REQUIRE(shell.Run({"run", document}).status == 0);
  const std::string lines = shell.File("lines"), copy = shell.File("copy.db");
  auto outcome = shell.Run({"db", "export", lines});
  INFO(outcome.text);
  CHECK(outcome.status == 0);
  CHECK(Has(outcome.text, "exported 1 experiments with 2 trials, 2 metric points"));
  CHECK(Has(shell.Run({"db", "export", lines}).text, "there is a file"));
  CHECK(Has(shell.Run({"db", "export", lines + "2", "--experiment", "none"}).text,
            "there is no experiment none"));
  CHECK(shell.Run({"db", "import", "--db", copy, lines}).status == 0);
  outcome = shell.Run({"db", "import", "--db", copy, lines});
  CHECK(outcome.status == 1);
  CHECK(Has(outcome.text, "not imported: default/moved"));
  CHECK(shell.Run({"best", "moved", "--db", copy}).text == shell.Run({"best", "moved"}).text);
  CHECK(shell.Run({"db", "compact", "--db", copy}).status == 0);
  CHECK(shell.Run({"db", "migrate", "--db", copy}).status == 0);
  CHECK(shell.Run({"db", "backup", "--db", copy, shell.File("backup.db")}).status == 0);
  CHECK(shell.Run({"best", "moved", "--db", shell.File("backup.db")}).status == 0);
}

}  // namespace qalam
