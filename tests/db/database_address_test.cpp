#include <catch2/catch.hpp>

#include "db/database.h"

namespace qalam {

TEST_CASE("A database's address is shown without what may be a password") {
  const std::pair<const char*, const char*> addresses[] = {
      {"postgres://ada:s3cret@db.example:5432/qalam", "postgres://ada@db.example:5432/qalam"},
      {"postgresql:///qalam?host=/run/postgresql&password=s3cret", "postgresql:///qalam"},
      {"postgres://ada:s3cr/et@db/qalam", "postgres://ada@db/qalam"},
      {"postgres://ada:s3cr?et@db/qalam?sslpassword=s3cret", "postgres://ada@db/qalam"},
      {"postgres://db", "postgres://db"},
      {"/data/qalam.db", "/data/qalam.db"}};
  for (const auto& [given, shown] : addresses) {
    const auto address = DatabaseAddress::Parse(given);
    REQUIRE(address.ok());
    CHECK(address->Shown() == shown);
    CHECK(address->text() == given);
    CHECK(address->IsPostgres() == std::string(given).starts_with("postgres"));
  }
}

TEST_CASE("A database's address that is none is refused with what is allowed") {
  for (const char* given :
       {"", "mysql://ada:s3cret@db/qalam", "postgres://ada:s3cret@s3cret@db/x"}) {
    const auto address = DatabaseAddress::Parse(given);
    CHECK(address.status().code() == StatusCode::kInvalidArgument);
    CHECK_FALSE(Message(address.status()).empty());
    CHECK(Message(address.status()).find("s3cret") == std::string::npos);
  }
}

}  // namespace qalam
