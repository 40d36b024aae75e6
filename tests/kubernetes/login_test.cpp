#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "controller/kubernetes/login_sources.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace qalam::kubernetes {
namespace {

constexpr char kVersion[] = "client.authentication.k8s.io/v1";

std::string Credential(const std::string& status) {
  return std::string(R"({"apiVersion":")") + kVersion + R"(","kind":"ExecCredential","status":)" +
         status + "}";
}

class LoginPrograms {
 public:
  // A program that notes each call and then does this.
  LoginProgram Program(const std::string& body) {
    const std::string path = directory_.File("login");
    const std::string text = "#!/bin/sh\necho called >> \"$1\"\n" + body + "\n";
    REQUIRE(WriteFileAtomically(path, text, false).ok());
    REQUIRE(chmod(path.c_str(), 0755) == 0);
    return {.api_version = kVersion, .arguments = {path, directory_.File("calls")}};
  }
  size_t Calls() const {
    const auto text = ReadFile(directory_.File("calls"));
    return text.ok() ? text->size() / std::string("called\n").size() : 0;
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("A login program is asked again when its login has expired or was refused", "[login]") {
  LoginPrograms programs;
  ManualClock clock(absl::FromUnixSeconds(1'000'000'000));
  auto program = programs.Program("echo '" +
                                  Credential(R"({"token":"'$(wc -l < "$1")'",)"
                                             R"("expirationTimestamp":)"
                                             R"("2001-09-09T02:46:40Z"})") +
                                  "'");
  const auto login = MakeProgramLogin(program, {.certificate = "c", .key = "k"}, clock);
  const Login first = *login->Get();
  CHECK(first.token == "1");
  CHECK(first.certificate == "c");
  CHECK(login->Get()->token == "1");
  clock.Advance(absl::Hours(2));
  const Login second = *login->Get();
  CHECK(second.token == "2");
  // Of another thread, whose request was older.
  login->Refused(first);
  CHECK(programs.Calls() == 2);
}

TEST_CASE("A login program is told that nobody can be asked, and of the cluster", "[login]") {
  LoginPrograms programs;
  const SystemClock clock;
  auto program =
      programs.Program("token=$(echo \"$KUBERNETES_EXEC_INFO$EXTRA\" | tr -d '\"')\necho '" +
                       Credential(R"({"token":"'"$token"'"})") + "'");
  program.cluster = R"({"server":"https://a"})";
  program.environment = {{"EXTRA", "+x"}};
  const auto login = MakeProgramLogin(program, {}, clock)->Get();
  REQUIRE(login.ok());
  CHECK(login->token ==
        "{apiVersion:client.authentication.k8s.io/v1,kind:ExecCredential,"
        "spec:{cluster:{server:https://a},interactive:false}}+x");
}

TEST_CASE("A login program that gives no login is named with the reason", "[login]") {
  LoginPrograms programs;
  const SystemClock clock;
  const auto message = [&](const std::string& body, Duration time_limit = absl::Minutes(1)) {
    auto program = programs.Program(body);
    program.time_limit = time_limit;
    const auto login = MakeProgramLogin(program, {}, clock)->Get();
    REQUIRE_FALSE(login.ok());
    return Message(login.status());
  };
  constexpr Duration kSoon = absl::Milliseconds(300);
  const auto says = [](const std::string& status) { return "echo '" + Credential(status) + "'"; };
  CHECK_THAT(message("exit 3"), Catch::Contains("/login: exited with status 3"));
  CHECK_THAT(message("kill -9 $$"), Catch::Contains("ended by signal 9"));
  CHECK_THAT(message("echo no"), Catch::Contains("printed no ExecCredential"));
  CHECK_THAT(message("sleep 1000", kSoon), Catch::Contains("gave no answer within 300ms"));
  // What it has started holds nothing up either.
  CHECK_THAT(message("sleep 1000 & exit 0", kSoon), Catch::Contains("gave no answer within 300ms"));
  CHECK_THAT(message("yes"), Catch::Contains("printed more than 1 MiB"));
  CHECK_THAT(message(says("{}")), Catch::Contains("neither a token nor a certificate"));
  CHECK_THAT(message(says(R"({"clientKeyData":"k"})")), Catch::Contains("alone"));
  CHECK_THAT(message(says(R"({"token":"t","expirationTimestamp":"soon"})")),
             Catch::Contains("\"soon\", which is no time"));
  const LoginProgram none{.api_version = kVersion,
                          .arguments = {"no-such-login-program"},
                          .install_hint = "get it from the shelf"};
  CHECK_THAT(Message(MakeProgramLogin(none, {}, clock)->Get().status()),
             Catch::Contains("no-such-login-program") && Catch::Contains("get it from the shelf"));
}

}  // namespace qalam::kubernetes
