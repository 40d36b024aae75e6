// Who a caller is: the parts that need no server.

#include <catch2/catch.hpp>

#include "server/identity/authority.h"
#include "server/identity/digest.h"
#include "server/identity/trial_tokens.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

struct Keys {
  TemporaryDirectory directory;
  ManualClock clock{absl::FromUnixSeconds(1'800'000'000)};
  std::unique_ptr<Store> store = *OpenSqliteStore(directory.File("qalam.db"));
  std::unique_ptr<AccessStore> access = *OpenSqliteAccessStore(directory.File("qalam.db"));
};

TrialRecord TrialAtWork() {
  TrialRecord trial;
  trial.uid = "uid-a-0";
  trial.experiment_uid = "uid-a";
  trial.name = "a-t0";
  trial.state = TrialState::kRunning;
  trial.created = absl::FromUnixSeconds(1'800'000'000);
  return trial;
}

ExperimentRecord ItsExperiment() {
  ExperimentRecord record;
  record.uid = "uid-a";
  record.name_space = "team";
  record.name = "a";
  record.document_json = "{}";
  record.created = absl::FromUnixSeconds(1'800'000'000);
  return record;
}

StatusCode CodeOf(const StatusOr<IdentityPtr>& identity) { return identity.status().code(); }

}  // namespace

TEST_CASE("Digests are those of the standards", "[identity]") {
  // FIPS 180-2, appendix B.1; RFC 4231, test case 2.
  CHECK(Sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(KeyedHash("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("A bucket fills with time and holds a burst", "[identity]") {
  RateLimit limit({.per_second = 2, .burst = 3});
  const Time start = absl::FromUnixSeconds(1000);
  for (int i = 0; i < 3; ++i) CHECK(limit.Take("a", start) == absl::ZeroDuration());
  CHECK(limit.Take("a", start) == absl::Milliseconds(500));
  CHECK(limit.Peek("b", start) == absl::ZeroDuration());
  CHECK(limit.Take("a", start + absl::Milliseconds(500)) == absl::ZeroDuration());
  CHECK(limit.Take("a", start) > absl::ZeroDuration());  // the clock has stepped back
  for (int i = 0; i < 3; ++i)
    CHECK(limit.Take("a", start + absl::Hours(1)) == absl::ZeroDuration());
  CHECK(limit.Take("a", start + absl::Hours(1)) > absl::ZeroDuration());
  RateLimit none({});
  for (int i = 0; i < 100; ++i) CHECK(none.Take("a", start) == absl::ZeroDuration());
}

TEST_CASE("A stored token is good until it is revoked or expires", "[identity]") {
  Keys keys;
  StoredTokens tokens(*keys.access, keys.clock);
  const auto made = tokens.Create({.role = Role::kEditor,
                                   .namespaces = {"team-a", "team-b"},
                                   .expires = keys.clock.Now() + absl::Hours(1)});
  REQUIRE(made.ok());
  const auto identity = tokens.Identify(made->secret);
  REQUIRE(identity.ok());
  CHECK(*Has(**identity, Role::kViewer, "team-a"));
  CHECK(*Has(**identity, Role::kEditor, "team-b"));
  CHECK_FALSE(*Has(**identity, Role::kAdmin, "team-a"));
  CHECK_FALSE(*Has(**identity, Role::kViewer, "team-c"));
  CHECK_FALSE(*Has(**identity, Role::kViewer, kEveryNamespace));

  for (size_t place : {size_t{6}, size_t{18}, made->secret.size() - 1}) {
    std::string wrong = made->secret;
    wrong[place] = wrong[place] == '0' ? '1' : '0';
    CHECK(CodeOf(tokens.Identify(wrong)) == StatusCode::kUnauthenticated);
  }
  CHECK(CodeOf(tokens.Identify(made->secret + "0")) == StatusCode::kUnauthenticated);
  CHECK(CodeOf(tokens.Identify(made->record.id)) == StatusCode::kUnauthenticated);

  keys.clock.Advance(absl::Hours(1));
  CHECK(CodeOf(tokens.Identify(made->secret)) == StatusCode::kUnauthenticated);
  CHECK(tokens.CheckStillGood(made->record.id).code() == StatusCode::kUnauthenticated);

  const auto endless = *tokens.Create({.namespaces = {kEveryNamespace}});
  REQUIRE(tokens.Identify(endless.secret).ok());
  REQUIRE(tokens.Revoke(endless.record.id).ok());
  CHECK(CodeOf(tokens.Identify(endless.secret)) == StatusCode::kUnauthenticated);
  CHECK(tokens.Revoke("none").code() == StatusCode::kNotFound);
}

TEST_CASE("A token that another server revokes ends within a second", "[identity]") {
  Keys keys;
  StoredTokens here(*keys.access, keys.clock);
  StoredTokens there(*keys.access, keys.clock);
  const auto made = *here.Create({.namespaces = {"team"}});
  REQUIRE(there.Identify(made.secret).ok());
  REQUIRE(here.Revoke(made.record.id).ok());
  keys.clock.Advance(absl::Milliseconds(500));
  CHECK(CodeOf(there.Identify(made.secret)) == StatusCode::kUnauthenticated);
}

TEST_CASE("What a token is used for is noted", "[identity]") {
  Keys keys;
  StoredTokens tokens(*keys.access, keys.clock);
  const auto made = *tokens.Create({.namespaces = {"team"}});
  REQUIRE(tokens.Identify(made.secret).ok());
  CHECK((*keys.access->FindToken(made.record.id))->last_used == keys.clock.Now());
  keys.clock.Advance(absl::Minutes(6));
  REQUIRE(tokens.Identify(made.secret).ok());
  CHECK((*keys.access->FindToken(made.record.id))->last_used == keys.clock.Now());
}

TEST_CASE("A token that could not be meant is not made", "[identity]") {
  Keys keys;
  StoredTokens tokens(*keys.access, keys.clock);
  const auto refused = [&](const NewToken& wanted) {
    return tokens.Create(wanted).status().code() == StatusCode::kInvalidArgument;
  };
  CHECK(refused({}));
  CHECK(refused({.namespaces = {"Team"}}));
  CHECK(refused({.namespaces = {"team a"}}));
  CHECK(refused({.namespaces = {""}}));
  CHECK(refused({.namespaces = std::vector<std::string>(101, "team")}));
  CHECK(refused({.namespaces = {"team"}, .description = std::string(1001, 'x')}));
  CHECK(refused({.namespaces = {"team"}, .expires = keys.clock.Now()}));
  CHECK(keys.access->ListTokens("", 0)->empty());
}

TEST_CASE("A trial's token is for that trial, of that database, until its end", "[identity]") {
  Keys keys;
  TrialRecord trial = TrialAtWork();
  REQUIRE(
      keys.store->Commit({.create_experiments = {ItsExperiment()}, .create_trials = {trial}}).ok());
  const std::string key = *keys.access->ServerKey();
  const std::string token = MakeTrialToken(key, trial.uid);
  const auto identity = IdentifyTrial(*keys.store, key, token);
  REQUIRE(identity.ok());
  CHECK((*identity)->trial_uid == trial.uid);
  CHECK((*identity)->trial_namespace == "team");
  CHECK_FALSE(HasSomewhere(**identity, Role::kViewer));

  const auto refused = [&](const std::string& shown) {
    return CodeOf(IdentifyTrial(*keys.store, key, shown)) == StatusCode::kUnauthenticated;
  };
  CHECK(refused(MakeTrialToken(std::string(64, '0'), trial.uid)));
  CHECK(refused(MakeTrialToken(key, "uid-a-1")));
  CHECK(refused(token + "0"));
  CHECK(refused("qalam-trial_" + trial.uid));
  CHECK(refused("qalam-trial_"));
  CHECK(refused("qalam-trial_uid-a-1" + token.substr(token.rfind('_'))));

  trial.state = TrialState::kSucceeded;
  REQUIRE(keys.store->Commit({.update_trials = {trial}}).ok());
  CHECK(refused(token));
}

TEST_CASE("Wrong tokens of one address are bounded, and stop nobody who has shown a right one",
          "[identity]") {
  Keys keys;
  Authority authority({.shared_token = "the-right-one-of-all",
                       .is_required = true,
                       .failures = {.per_second = 1, .burst = 3}},
                      *keys.access, *keys.store, keys.clock);
  const auto code = [&](const std::string& token, const std::string& source) {
    return CodeOf(authority.Identify(token, source));
  };
  REQUIRE(authority.Identify("the-right-one-of-all", "10.0.0.1").ok());
  for (int i = 0; i < 3; ++i) {
    CHECK(code("wrong" + std::to_string(i), "10.0.0.9") == StatusCode::kUnauthenticated);
  }
  CHECK(code("wrong-again", "10.0.0.9") == StatusCode::kResourceExhausted);
  CHECK(code("wrong-again", "10.0.0.8") == StatusCode::kUnauthenticated);
  // It was shown before; after five minutes it must wait as any other.
  CHECK(authority.Identify("the-right-one-of-all", "10.0.0.9").ok());
  CHECK(code("", "10.0.0.9") == StatusCode::kUnauthenticated);
  keys.clock.Advance(absl::Seconds(1));
  CHECK(code("wrong-again", "10.0.0.9") == StatusCode::kUnauthenticated);
  CHECK(code("wrong-again", "10.0.0.9") == StatusCode::kResourceExhausted);
}

TEST_CASE("A caller is handed on once, and under no name that was not given", "[identity]") {
  Keys keys;
  Authority authority({}, *keys.access, *keys.store, keys.clock);
  const std::string name = authority.Pass({ThisUser(), "10.0.0.1"});
  CHECK(authority.TakePassed("guessed").identity == nullptr);
  CHECK(authority.TakePassed(name).address == "10.0.0.1");
  CHECK(authority.TakePassed(name).identity == nullptr);
}

}  // namespace qalam
