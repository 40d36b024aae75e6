#include <catch2/catch.hpp>

#include "db/postgres/postgres_access_store.h"
#include "tests/conformance/access_store_fixture.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

class SqliteAccessFixture final : public AccessStoreFixture {
 public:
  std::unique_ptr<AccessStore> Open() override {
    auto store = OpenSqliteAccessStore(directory_.File("qalam.db"));
    INFO(Message(store.status()));
    REQUIRE(store.ok());
    return *std::move(store);
  }

 private:
  const TemporaryDirectory directory_;
};

class PostgresAccessFixture final : public AccessStoreFixture {
 public:
  std::unique_ptr<AccessStore> Open() override {
    auto store = OpenPostgresAccessStore(*DatabaseAddress::Parse(address_));
    INFO(Message(store.status()));
    REQUIRE(store.ok());
    return *std::move(store);
  }

 private:
  const std::string address_ = PostgresServer::Shared().NewDatabase();
};

}  // namespace

const std::vector<AccessStoreBackEnd>& AccessStoreBackEnds() {
  static const std::vector<AccessStoreBackEnd> back_ends = {
      {"sqlite",
       []() -> std::unique_ptr<AccessStoreFixture> {
         return std::make_unique<SqliteAccessFixture>();
       }},
      {"postgres",
       []() -> std::unique_ptr<AccessStoreFixture> {
         return std::make_unique<PostgresAccessFixture>();
       }},
  };
  return back_ends;
}

}  // namespace qalam
