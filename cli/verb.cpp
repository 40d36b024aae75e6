#include "cli/verb.h"

#include <cstdlib>
#include <filesystem>

#include "db/database.h"

namespace qalam {

CLI::App* NewVerb(CLI::App& app, CommonOptions& common, const std::string& name,
                  const std::string& summary, const std::string& example) {
  CLI::App* verb = app.add_subcommand(name, summary);
  verb->footer("Example:\n  " + example);
  verb->add_option("--server", common.server, "Address of a server, HOST:PORT")
      ->envname("QALAM_SERVER");
  verb->add_option("--db", common.database,
                   "The database, a file or postgres://HOST/NAME; a live server on it is found")
      ->envname("QALAM_DB");
  verb->add_option("--token-file", common.token_file,
                   "File with the server's token; or set QALAM_TOKEN to the token")
      ->envname("QALAM_TOKEN_FILE");
  verb->add_option("--tls-ca", common.tls_ca,
                   "Certificates to trust a server by, a PEM file; connects with TLS")
      ->envname("QALAM_TLS_CA");
  verb->add_option("--tls-client-certificate", common.tls_client_certificate,
                   "The certificate to show to a server that wants one, a PEM file")
      ->envname("QALAM_TLS_CLIENT_CERTIFICATE");
  verb->add_option("--tls-client-key", common.tls_client_key, "Its private key, a PEM file")
      ->envname("QALAM_TLS_CLIENT_KEY");
  verb->add_option("-n,--namespace", common.name_space, "Namespace of the experiment");
  verb->add_option("-o,--output", common.output, "table, json or yaml")
      ->check(CLI::IsMember({"table", "json", "yaml"}));
  return verb;
}

std::string DefaultDatabase() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && *data != '\0') return std::string(data) + "/qalam/qalam.db";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : ".") + "/.local/share/qalam/qalam.db";
}

std::string DefaultWorkDir(const std::string& database) {
  const auto address = DatabaseAddress::Parse(database);
  const bool has_file = !address.ok() || !address->IsPostgres();
  const std::filesystem::path file = has_file ? database : DefaultDatabase();
  return (file.parent_path() / "trials").string();
}

}  // namespace qalam
