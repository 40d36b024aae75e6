// The contract of db/access_store.h, sentence by sentence, over every back end.

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "tests/conformance/access_store_fixture.h"

namespace qalam {
namespace {

Time At(int64_t seconds) { return absl::FromUnixSeconds(1'700'000'000 + seconds); }

TokenRecord MakeToken(const std::string& id) {
  return {.id = id,
          .secret_hash = std::string(64, 'a'),
          .role = Role::kEditor,
          .namespaces = {"team-a", "team-b"},
          .description = "Ann's \"laptop\" \xc3\xa9\n",
          .created = At(0),
          .expires = At(1000)};
}

AuditRecord MakeAudit(int64_t seconds, const std::string& name_space) {
  return {.time = At(seconds),
          .caller = "token abc",
          .address = "127.0.0.1",
          .action = "/qalam.v1.ExperimentService/StopExperiment",
          .name_space = name_space,
          .object = "tune",
          .outcome = "OK"};
}

std::vector<int64_t> SecondsOf(const std::vector<AuditRecord>& records) {
  std::vector<int64_t> seconds;
  for (const auto& record : records) seconds.push_back((record.time - At(0)) / absl::Seconds(1));
  return seconds;
}

}  // namespace

TEST_CASE("A token comes back as it was written, also after reopening", "[access store]") {
  const auto back_end = GENERATE(from_range(AccessStoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store->CreateToken(MakeToken("one")).ok());
  auto endless = MakeToken("endless");
  endless.expires = absl::InfinitePast();
  endless.namespaces = {kEveryNamespace};
  endless.role = Role::kAdmin;
  REQUIRE(store->CreateToken(endless).ok());
  if (GENERATE(false, true)) {
    store.reset();
    store = fixture->Open();
  }
  const auto found = *store->FindToken("one");
  REQUIRE(found);
  CHECK(found->secret_hash == std::string(64, 'a'));
  CHECK(found->role == Role::kEditor);
  CHECK(found->namespaces == std::vector<std::string>{"team-a", "team-b"});
  CHECK(found->description == "Ann's \"laptop\" \xc3\xa9\n");
  CHECK(found->created == At(0));
  CHECK(found->expires == At(1000));
  CHECK(found->revoked == absl::InfinitePast());
  CHECK(found->last_used == absl::InfinitePast());
  const auto other = *store->FindToken("endless");
  REQUIRE(other);
  CHECK(other->expires == absl::InfinitePast());
  CHECK(other->namespaces == std::vector<std::string>{"*"});
  CHECK(other->role == Role::kAdmin);
  CHECK_FALSE(*store->FindToken("two"));
  CHECK_FALSE(*store->FindToken(""));
}

TEST_CASE("A token's id is given once", "[access store]") {
  const auto back_end = GENERATE(from_range(AccessStoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  const auto store = fixture->Open();
  REQUIRE(store->CreateToken(MakeToken("one")).ok());
  auto again = MakeToken("one");
  again.role = Role::kAdmin;
  CHECK(store->CreateToken(again).code() == StatusCode::kAlreadyExists);
  CHECK((*store->FindToken("one"))->role == Role::kEditor);
}

TEST_CASE("Tokens are listed in pages, the oldest first", "[access store]") {
  const auto back_end = GENERATE(from_range(AccessStoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  const auto store = fixture->Open();
  CHECK(store->ListTokens("", 0)->empty());
  for (const char* id : {"c", "a", "b"}) REQUIRE(store->CreateToken(MakeToken(id)).ok());
  const auto ids = [&](const std::string& after, int limit) {
    std::string text;
    const auto tokens = *store->ListTokens(after, limit);
    for (const auto& token : tokens) text += token.id;
    return text;
  };
  CHECK(ids("", 0) == "cab");
  CHECK(ids("", 2) == "ca");
  CHECK(ids("a", 2) == "b");
  CHECK(ids("b", 2).empty());
}

TEST_CASE("A revoked token stays revoked, and another process sees it at once", "[access store]") {
  const auto back_end = GENERATE(from_range(AccessStoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  const auto store = fixture->Open();
  const auto other = fixture->Open();
  REQUIRE(store->CreateToken(MakeToken("one")).ok());
  REQUIRE(store->CreateToken(MakeToken("two")).ok());
  CHECK((*other->FindToken("one"))->revoked == absl::InfinitePast());
  REQUIRE(store->RevokeToken("one", At(5)).ok());
  CHECK((*other->FindToken("one"))->revoked == At(5));
  REQUIRE(other->RevokeToken("one", At(9)).ok());
  CHECK((*store->FindToken("one"))->revoked == At(5));
  CHECK((*store->FindToken("two"))->revoked == absl::InfinitePast());
  CHECK(store->RevokeToken("three", At(5)).code() == StatusCode::kNotFound);
}

TEST_CASE("A token's last use goes forward only", "[access store]") {
  const auto back_end = GENERATE(from_range(AccessStoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  const auto store = fixture->Open();
  REQUIRE(store->CreateToken(MakeToken("one")).ok());
  REQUIRE(store->NoteTokenUse("one", At(7)).ok());
  REQUIRE(store->NoteTokenUse("one", At(3)).ok());
  CHECK((*store->FindToken("one"))->last_used == At(7));
  CHECK(store->NoteTokenUse("gone", At(3)).ok());
}

TEST_CASE("All who ask for the server's key get the same", "[access store]") {
  const auto back_end = GENERATE(from_range(AccessStoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  constexpr int kAskers = 4;
  std::vector<std::unique_ptr<AccessStore>> stores;
  for (int i = 0; i < kAskers; ++i) stores.push_back(fixture->Open());
  std::vector<StatusOr<std::string>> keys(kAskers, Internal("not asked"));
  std::vector<std::thread> threads;
  for (int i = 0; i < kAskers; ++i) {
    threads.emplace_back([&, i] { keys[i] = stores[i]->ServerKey(); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& key : keys) {
    INFO(Message(key.status()));
    REQUIRE(key.ok());
    CHECK(*key == *keys[0]);
  }
  CHECK(keys[0]->size() == 64);
  CHECK(keys[0]->find_first_not_of("0123456789abcdef") == std::string::npos);
  // Of another database it is another.
  CHECK(*back_end.make()->Open()->ServerKey() != *keys[0]);
}

TEST_CASE("The audit log is read in pages, the newest first", "[access store]") {
  const auto back_end = GENERATE(from_range(AccessStoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  for (int i = 0; i < 5; ++i) {
    REQUIRE(store->AppendAudit(MakeAudit(i, i % 2 == 0 ? "even" : "odd"), {}).ok());
  }
  REQUIRE(store->AppendAudit(MakeAudit(5, ""), {}).ok());
  store = fixture->Open();
  const auto all = *store->ListAudit({});
  CHECK(SecondsOf(all) == std::vector<int64_t>{5, 4, 3, 2, 1, 0});
  CHECK(all[1].caller == "token abc");
  CHECK(all[1].address == "127.0.0.1");
  CHECK(all[1].action == "/qalam.v1.ExperimentService/StopExperiment");
  CHECK(all[1].name_space == "even");
  CHECK(all[1].object == "tune");
  CHECK(all[1].outcome == "OK");
  const auto page = *store->ListAudit({.before_sequence = all[1].sequence, .limit = 2});
  CHECK(SecondsOf(page) == std::vector<int64_t>{3, 2});
  CHECK(SecondsOf(*store->ListAudit({.name_space = "even"})) == std::vector<int64_t>{4, 2, 0});
  CHECK(SecondsOf(*store->ListAudit({.name_space = "even", .limit = 1})) ==
        std::vector<int64_t>{4});
  CHECK(SecondsOf(*store->ListAudit({.name_space = ""})) == std::vector<int64_t>{5});
  CHECK(store->ListAudit({.name_space = "none"})->empty());
}

TEST_CASE("The audit log keeps within its bounds", "[access store]") {
  const auto back_end = GENERATE(from_range(AccessStoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  const auto store = fixture->Open();
  const AuditBounds few{.most_records = 3};
  for (int i = 0; i < 5; ++i) REQUIRE(store->AppendAudit(MakeAudit(i, "a"), few).ok());
  CHECK(SecondsOf(*store->ListAudit({})) == std::vector<int64_t>{4, 3, 2});
  const AuditBounds young{.longest_age = absl::Seconds(10)};
  REQUIRE(store->AppendAudit(MakeAudit(13, "a"), young).ok());
  CHECK(SecondsOf(*store->ListAudit({})) == std::vector<int64_t>{13, 4, 3});
}

}  // namespace qalam
